# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.paycollect_fsm.models.company.moments import format_day
from odoo.addons.paycollect_fsm.models.company.res_company import EXCEPTION_ACTIVITY

from ...rules import checks
from ...rules.checks import (
    ANNOUNCED,
    BOUNCED,
    CANCEL,
    CANCELED,
    CLEARED,
    DEPOSITED,
    EXPIRE,
    EXPIRED,
    PORTAL,
    RECEIVED,
    SITE,
    STAFF,
)


class PaycollectCheckNotice(models.Model):
    """A check that a customer announced or handed to a worker, until it has cleared.

    Its state follows from facts: what was said, its payment, the deposit and the bank.
    """

    _name = "paycollect.check.notice"
    _description = "Check on the Way"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "number"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    number = fields.Char(string="Check Number", required=True, readonly=True)
    number_key = fields.Char(
        compute="_compute_number_key", store=True, index=True, mask_cards=False
    )
    bank = fields.Char(readonly=True)
    amount = fields.Monetary(string="Announced Amount", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    date = fields.Date(string="Check Date", required=True, readonly=True)
    move_ids = fields.Many2many(
        "account.move",
        "paycollect_check_notice_move_rel",
        "notice_id",
        "move_id",
        string="Invoices",
        readonly=True,
    )
    photo = fields.Binary(attachment=True, readonly=True)
    photo_name = fields.Char(readonly=True)
    source = fields.Selection(
        [
            (PORTAL, "Customer"),
            (STAFF, "Staff"),
            (SITE, "Collected on site"),
        ],
        string="Announced By",
        required=True,
        readonly=True,
        default=PORTAL,
    )
    order_id = fields.Many2one(
        "fsm.order", string="Job", readonly=True, index="btree_not_null"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Collected By",
        readonly=True,
        help="Who took the check on site and has to bring it to the office.",
    )
    announced_on = fields.Date(required=True, readonly=True)
    expected_until = fields.Date(
        required=True,
        readonly=True,
        help="Reminders for its invoices pause until the end of this day.",
    )
    expired_on = fields.Date(readonly=True)
    canceled_on = fields.Date(readonly=True)
    payment_ids = fields.One2many(
        "account.payment", "collection_check_notice_id", string="Payments"
    )
    payment_id = fields.Many2one(
        "account.payment",
        compute="_compute_payment_id",
        store=True,
        index="btree_not_null",
    )
    received_amount = fields.Monetary(related="payment_id.amount")
    received_on = fields.Date(related="payment_id.date", string="Received On")
    difference = fields.Monetary(
        compute="_compute_difference",
        help="Received amount less announced amount.",
    )
    state = fields.Selection(
        [
            (ANNOUNCED, "Announced"),
            (RECEIVED, "Received"),
            (DEPOSITED, "Deposited"),
            (CLEARED, "Cleared"),
            (BOUNCED, "Bounced"),
            (EXPIRED, "Expired"),
            (CANCELED, "Canceled"),
        ],
        string="Status",
        compute="_compute_state",
        store=True,
        index=True,
        tracking=True,
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "Checks are part of the history and can't be deleted. Cancel the "
                "notice instead."
            )
        )

    @api.depends("number")
    def _compute_number_key(self):
        for notice in self:
            notice.number_key = checks.normalize_number(notice.number)

    @api.depends("payment_ids", "payment_ids.state")
    def _compute_payment_id(self):
        """Draft and canceled payments don't count: nothing was received."""
        for notice in self:
            booked = notice.payment_ids.filtered(
                lambda payment: payment.state not in ("draft", "canceled")
            )
            notice.payment_id = booked.sorted("id")[-1:]

    @api.depends("payment_id.amount", "amount")
    def _compute_difference(self):
        for notice in self:
            received = notice.payment_id.amount
            notice.difference = notice.payment_id and received - notice.amount

    @api.depends(
        "canceled_on",
        "expired_on",
        "payment_id",
        "payment_ids.collection_bounce_move_id",
        "payment_ids.is_matched",
        "payment_ids.move_id.line_ids.check_deposit_id.state",
        "payment_ids.move_id.line_ids.check_deposit_id.collection_is_cleared",
    )
    def _compute_state(self):
        for notice in self:
            notice.state = checks.get_state(notice._get_facts())

    def _get_facts(self):
        payment = self.payment_id
        deposit = payment.move_id.line_ids.check_deposit_id
        # A check that was booked in the bank's own journal needs no deposit.
        matched = payment.is_matched and payment.move_id and not deposit
        return checks.CheckFacts(
            paid=bool(payment),
            bounced=bool(payment.collection_bounce_move_id),
            deposited=deposit.state == "done",
            cleared=bool(deposit.collection_is_cleared or matched),
            expired=bool(self.expired_on),
            canceled=bool(self.canceled_on),
        )

    @api.depends("number", "partner_id")
    def _compute_display_name(self):
        for notice in self:
            notice.display_name = self.env._(
                "Check %(number)s from %(customer)s",
                number=notice.number,
                customer=notice.partner_id.name,
            )

    def _check_may(self, action):
        """:raise UserError: if this can't happen to the check in its state"""
        for notice in self:
            if not checks.may(action, notice.state):
                raise UserError(notice._get_refusal(action))

    # -- standing ----------------------------------------------------------------

    @api.model
    def _get_standing(self, moves, today):
        """Return ``{invoice: notice}`` for checks that are expected, in bulk.

        A check that a worker already holds is expected until it is at the office.
        """
        notices = self.search(
            [
                ("state", "=", ANNOUNCED),
                "|",
                ("move_ids", "in", moves.ids),
                ("order_id.invoice_lines.move_id", "in", moves.ids),
                "|",
                ("source", "=", SITE),
                ("expected_until", ">=", today),
            ],
            order="expected_until, id",
        )
        return {move: notice for notice in notices for move in notice._get_moves()}

    def _get_moves(self):
        """Return the invoices that it pays; one taken on site pays its job's."""
        return self.move_ids | self.order_id.invoice_lines.move_id

    def _get_pause_end(self):
        """Return the day on which reminders are due again, None if there is none."""
        return None if self.source == SITE else self.expected_until

    # -- ends ----------------------------------------------------------------------

    def action_cancel(self):
        """Button: the check won't come. Reminders resume (Collections users)."""
        self.env["paycollect.access"]._check_user(self)
        self.sudo()._cancel()

    def _cancel(self, now=None):
        """:raise UserError: if it was received"""
        self._check_may(CANCEL)
        for notice in self:
            notice.canceled_on = notice.company_id._get_today(now)
            notice.activity_feedback([EXCEPTION_ACTIVITY])

    @api.model
    def _cron_expire(self, now=None):
        """Stop waiting for checks that didn't arrive, and say so.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        late = self.sudo().search(
            [
                ("state", "=", ANNOUNCED),
                ("expected_until", "<", now.date() + timedelta(days=1)),
            ],
            order="id",
        )
        worker = self.env["paycollect.worker.mixin"]
        for notice in late:
            if notice.expected_until < notice.company_id._get_today(now):
                with worker._separately(f"end of {notice}"):
                    notice._expire(now)

    def _expire(self, now):
        """Reminders resume, unless one of our workers holds the check."""
        if self.source == SITE:
            self._schedule_late(self.env._("Ask for a check collected on site"))
            return
        self._check_may(EXPIRE)
        self.expired_on = self.company_id._get_today(now)
        self._schedule_late(self.env._("A check hasn't arrived"))

    def _schedule_late(self, summary):
        self.company_id._schedule_collection_activity(
            self, summary, self._get_late_text(), code="check_late"
        )

    def _get_late_text(self):
        values = {
            "number": self.number,
            "customer": self.partner_id.name,
            "amount": self.currency_id._format_amount(self.amount),
            "day": format_day(self.env, self.announced_on),
            "worker": self.user_id.name,
        }
        if self.source == SITE:
            return self.env._(
                "%(worker)s collected check %(number)s for %(amount)s from "
                "%(customer)s on %(day)s. It isn't at the office yet.",
                **values,
            )
        return self.env._(
            "%(customer)s announced check %(number)s for %(amount)s on %(day)s. It "
            "hasn't arrived, so reminders for its invoices resume. If it arrives "
            "later, you can still receive it.",
            **values,
        )
