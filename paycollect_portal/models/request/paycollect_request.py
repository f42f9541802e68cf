# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules.disputes import ANSWER_WITHIN, OPEN, WITHDRAWN, add_business_days
from ...rules.requests import DECLINED, DONE, PURPOSE, REFUND, get_amount


class PaycollectRequest(models.Model):
    """What a customer asks for about a payment: a refund, or what it was for."""

    _name = "paycollect.request"
    _description = "Request About a Payment"
    _inherit = ["paycollect.answer.mixin"]
    _order = "id desc"
    _rec_name = "line_id"
    _answer_template = "paycollect_portal.mail_template_request_answer"
    _answer_activity = "customer_request"
    _answer_page = "/my/requests"

    kind = fields.Selection(
        [(REFUND, "Refund"), (PURPOSE, "What a payment was for")],
        string="Type",
        required=True,
        readonly=True,
    )
    line_id = fields.Many2one(
        "account.move.line",
        string="Payment",
        required=True,
        readonly=True,
        index=True,
        help="The payment's entry on the customer's account.",
    )
    payment_id = fields.Many2one(related="line_id.payment_id", string="Payment Record")
    entry_id = fields.Many2one(related="line_id.move_id", string="Journal Entry")
    move_ids = fields.Many2many(
        "account.move",
        "paycollect_request_move_rel",
        "request_id",
        "move_id",
        string="Invoices",
        readonly=True,
    )

    @api.depends("kind", "amount", "currency_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for request in self:
            amount = request.currency_id and request.currency_id._format_amount(
                request.amount
            )
            names = (request._get_choice_label("kind"), amount)
            request.display_name = " · ".join(filter(None, names))

    state = fields.Selection(
        [
            (OPEN, "Open"),
            (DONE, "Done"),
            (DECLINED, "Declined"),
            (WITHDRAWN, "Withdrawn"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default=OPEN,
        tracking=True,
        index=True,
    )

    _one_open = models.UniqueIndex(
        "(line_id, kind) WHERE state = 'open'",
        "A payment has at most one open request of a type.",
    )

    # -- buttons ------------------------------------------------------------------

    def action_apply(self):
        """Button: apply the payment to the invoices that the customer named, as far as
        both are open now, and say so (Collections users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        self._check_open()
        today = self.company_id._get_today()
        self._answer(DONE, self.sudo()._apply_payment(today))

    def action_done(self):
        """Button: open the dialog that says it is done (Collections users)."""
        return self._open_answer(DONE, self.env._("Request Done"))

    def action_decline(self):
        """Button: open the dialog that declines it (Collections users)."""
        return self._open_answer(DECLINED, self.env._("Decline Request"))

    # -- from the customer --------------------------------------------------------

    @api.model
    def _file(self, line, partner, wish, moves, today=None):
        """File a request. Call with sudo, after checking whose the payment is.

        :param line: the payment's receivable item
        :param partner: who asks
        :param wish: a :class:`requests.Wish` without problems
        :param moves: the invoices that it was for
        :param today: the company's day
        :raise ValidationError: if there is an open one, or after too many on one day
        """
        return self._file_once(
            self._prepare_request_vals(line, partner, wish, moves, today),
            self.env._(
                "You already sent a request about this payment. You'll find it in your "
                "list."
            ),
        )

    def _prepare_request_vals(self, line, partner, wish, moves, today=None):
        company, currency = line.company_id, line.currency_id
        today = today or company._get_today()
        return {
            "kind": wish.kind,
            "line_id": line.id,
            "company_id": company.id,
            "partner_id": partner.id,
            "move_ids": [Command.set(moves.ids)],
            "amount": get_amount(wish, line._get_paid(), currency.decimal_places),
            "currency_id": currency.id,
            "text": wish.text.strip(),
            "owner_id": company._get_collection_responsible().id,
            "deadline": add_business_days(today, ANSWER_WITHIN),
        }

    # -- texts ----------------------------------------------------------------------

    def _get_task_texts(self):
        values = {
            "customer": self.partner_id.display_name,
            "amount": self.currency_id._format_amount(self.amount),
            "paid_on": format_day(self.env, self.line_id.date),
            "date": format_day(self.env, self.deadline),
            "invoices": ", ".join(self.move_ids.mapped("name")),
        }
        if self.kind == PURPOSE:
            return self.env._("Apply the customer's payment"), self.env._(
                "%(customer)s says what the payment of %(paid_on)s was for: "
                "%(invoices)s. %(amount)s of it isn't applied yet. Answer by %(date)s "
                "with “Apply to Invoices” or “Decline.”",
                **values,
            )
        return self.env._("Answer the request for a refund"), self.env._(
            "%(customer)s asks for a refund of %(amount)s of the payment of "
            "%(paid_on)s. Refund it, or don't, and answer by %(date)s with “Done” or "
            "“Decline.”",
            **values,
        )
