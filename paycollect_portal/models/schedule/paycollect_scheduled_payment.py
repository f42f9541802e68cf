# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.paycollect_fsm.models.company.locks import wait_and_lock

from ...rules import scheduled
from ...rules.scheduled import (
    CANCELED,
    FAILED,
    MORE_OWED,
    NOTHING_OWED,
    PAID,
    PLANNED,
    PROCESSING,
    REFUSED,
)


class PaycollectScheduledPayment(models.Model):
    """A payment that a customer scheduled for a day.

    When the day has come, each invoice that is still owed becomes one attempt of the
    engine, and never more is charged than was planned.
    """

    _name = "paycollect.scheduled.payment"
    _description = "Scheduled Payment"
    _inherit = ["paycollect.worker.mixin"]
    _order = "date desc, id desc"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Scheduled By",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    line_ids = fields.Many2many(
        "account.move.line",
        "paycollect_scheduled_payment_line_rel",
        "payment_id",
        "line_id",
        string="Due Parts",
        readonly=True,
    )
    move_ids = fields.Many2many(
        "account.move",
        "paycollect_scheduled_payment_move_rel",
        "payment_id",
        "move_id",
        string="Invoices",
        readonly=True,
    )
    amount = fields.Monetary(required=True, readonly=True)
    date = fields.Date(required=True, readonly=True, index=True)
    token_id = fields.Many2one(
        "payment.token",
        string="Payment Method",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    planned_at = fields.Datetime(string="Scheduled On", required=True, readonly=True)
    reminded_at = fields.Datetime(string="Reminded On", readonly=True)
    started_at = fields.Datetime(string="Started On", readonly=True)
    canceled_at = fields.Datetime(string="Canceled On", readonly=True)
    canceled_by_id = fields.Many2one("res.users", readonly=True)
    reason = fields.Selection(
        [
            (NOTHING_OWED, "Nothing was owed anymore"),
            (MORE_OWED, "More was owed than scheduled"),
            (REFUSED, "The payment method couldn't be charged"),
        ],
        readonly=True,
    )
    attempt_ids = fields.One2many(
        "paycollect.attempt", "scheduled_payment_id", string="Charges", readonly=True
    )
    state = fields.Selection(
        [
            (PLANNED, "Scheduled"),
            (PROCESSING, "Processing"),
            (PAID, "Paid"),
            (FAILED, "Failed"),
            (CANCELED, "Canceled"),
        ],
        string="Status",
        compute="_compute_state",
        store=True,
        index=True,
    )

    @api.depends("partner_id", "date")
    def _compute_display_name(self):
        for payment in self:
            payment.display_name = self.env._(
                "%(customer)s on %(date)s",
                customer=payment.partner_id.name,
                date=payment.date,
            )

    @api.depends("canceled_at", "started_at", "reason", "attempt_ids.state")
    def _compute_state(self):
        for payment in self:
            last = payment.attempt_ids.sorted("id").grouped("move_id").values()
            payment.state = scheduled.get_state(
                scheduled.Facts(
                    canceled=bool(payment.canceled_at),
                    started=bool(payment.started_at),
                    reason=payment.reason or "",
                    charges=tuple(attempts[-1].state for attempts in last),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "Scheduled payments are part of the history and can't be deleted. "
                "Cancel the payment instead."
            )
        )

    def action_cancel(self):
        """Button: cancel what isn't started yet (Collections users)."""
        self.env["paycollect.access"]._check_user(self)
        payments = self.sudo()
        payments._cancel()
        for payment in payments:
            payment._tell_canceled()

    # -- planning ----------------------------------------------------------------

    @api.model
    def _get_amounts(self, lines, day):
        """Return ``{invoice: amount}`` that is charged at most for these due parts.

        Discounts that end before that day aren't deducted. Neither is credit, which
        something else may use until then; an invoice that it covers is left out.

        :param lines: open receivable items (sudo) of one company
        """
        result = {}
        company = lines.company_id[:1]
        moves = lines.move_id
        if not moves:
            return result
        now = company._get_moment(day) + timedelta(hours=12)
        for move, found in moves._get_collectable(now).items():
            meant = lines.filtered(lambda line, m=move: line.move_id == m)
            still_open = sum(meant.mapped("amount_residual_currency"))
            asked = found.ask(ahead=True)
            most = found.get_amount_before_credit(ahead=True)
            if 0 < asked and most <= move.currency_id.round(still_open):
                result[move] = most
        return result

    @api.model
    def _plan(self, contact, lines, day, token, now=None):
        """Schedule a payment. Call with sudo, after checking whose items these are.

        :param lines: open due parts in one currency
        :param day: after today
        :param token: one of the customer's methods on file
        """
        amounts = self._get_amounts(lines, day)
        moves = self.env["account.move"].union(*amounts)
        return self.create(
            {
                "partner_id": contact.commercial_partner_id.id,
                "contact_id": contact.id,
                "company_id": lines.company_id.id,
                "currency_id": lines.currency_id.id,
                "line_ids": [
                    Command.set(lines.filtered(lambda li: li.move_id in moves).ids)
                ],
                "move_ids": [Command.set(moves.ids)],
                "amount": sum(amounts.values()),
                "date": day,
                "token_id": token.id,
                "planned_at": now or fields.Datetime.now(),
            }
        )

    def _may_change(self, now=None):
        self.ensure_one()
        return scheduled.may_change(
            self.state, self.date, self.company_id._get_today(now)
        )

    def _cancel(self, now=None):
        """:raise UserError: if one of them is being charged, or is over"""
        wait_and_lock(self)
        if {PLANNED} != set(self.mapped("state")):
            raise UserError(
                self.env._(
                    "Only payments that are still scheduled can be canceled. Reload "
                    "the page to see what became of this one."
                )
            )
        self.write(
            {
                "canceled_at": now or fields.Datetime.now(),
                "canceled_by_id": self.env.uid,
            }
        )
