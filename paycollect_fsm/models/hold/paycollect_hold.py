# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...rules.hold import (
    CANCELED,
    CAPTURED,
    CAPTURING,
    DECLINED,
    EXPIRED,
    HELD,
    LIVE,
    NO_BOOKING,
    PLANNED,
    SENT,
    UNKNOWN,
    VOIDED,
    VOIDING,
    Live,
)
from ..company.locks import wait_and_lock


class PaycollectHold(models.Model):
    """An amount that the bank keeps for a booked order until the work is done.

    Placed, captured and released like a charge is sent: the row is committed before the
    provider is asked, and again with its answer. An order has one live hold at most.
    """

    _name = "paycollect.hold"
    _description = "Hold"
    _inherit = ["paycollect.worker.mixin", "paycollect.doubt.mixin"]
    _order = "id desc"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    order_id = fields.Many2one(
        "sale.order",
        string="Sales Order",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        help="Who pays for the order, when the hold was planned.",
    )
    amount = fields.Monetary(required=True, readonly=True)
    captured_amount = fields.Monetary(
        string="Captured",
        readonly=True,
        help="How much of it was charged. The bank released the rest.",
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    token_id = fields.Many2one(
        "payment.token",
        string="Payment Method",
        required=True,
        readonly=True,
        index=True,
    )
    transaction_id = fields.Many2one(
        "payment.transaction",
        string="Payment Transaction",
        readonly=True,
        index="btree_not_null",
    )
    attempt_ids = fields.One2many(
        "paycollect.attempt",
        "hold_id",
        string="Captures",
        readonly=True,
    )
    state = fields.Selection(
        [
            (PLANNED, "Planned"),
            (SENT, "Being placed"),
            (UNKNOWN, "Unknown"),
            (HELD, "Held"),
            (CAPTURING, "Being captured"),
            (VOIDING, "Being released"),
            (CAPTURED, "Captured"),
            (VOIDED, "Released"),
            (DECLINED, "Declined"),
            (EXPIRED, "Expired"),
            (CANCELED, "Canceled"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default=PLANNED,
        index=True,
    )
    reason_code = fields.Char(readonly=True)
    reason_params = fields.Json(string="Reason Values", readonly=True)
    planned_at = fields.Datetime(string="Planned On", required=True, readonly=True)
    try_at = fields.Datetime(string="Next Try", readonly=True)
    tries = fields.Integer(string="Number of Tries", readonly=True)
    sent_at = fields.Datetime(string="Sent On", readonly=True)
    held_at = fields.Datetime(string="Held Since", readonly=True)
    held_until = fields.Datetime(
        readonly=True, help="When the bank releases it, if nothing is done."
    )
    done_at = fields.Datetime(string="Ended On", readonly=True)
    void_at = fields.Datetime(string="Release Started On", readonly=True)
    is_set_aside = fields.Boolean(
        string="Set Aside",
        readonly=True,
        help="A user asked to try this method again.",
    )
    release_ref = fields.Char(
        string="Release at Provider",
        readonly=True,
        mask_cards=False,
        help="The provider's ID for what it released after the capture.",
    )

    _one_live_per_order = models.UniqueIndex(
        "(order_id) WHERE state IN "
        "('planned', 'sent', 'unknown', 'held', 'capturing', 'voiding')",
        "This order already has a hold.",
    )
    _one_per_transaction = models.UniqueIndex(
        "(transaction_id) WHERE transaction_id IS NOT NULL"
    )
    _hold_due = models.Index("(try_at) WHERE try_at IS NOT NULL")
    _hold_live = models.Index(
        "(state) WHERE state IN "
        "('planned', 'sent', 'unknown', 'held', 'capturing', 'voiding')"
    )

    @api.depends("amount", "order_id", "token_id")
    def _compute_display_name(self):
        for hold in self:
            hold.display_name = self.env._(
                "Hold of %(amount)s: %(order)s",
                amount=hold.currency_id._format_amount(hold.amount),
                order=hold.order_id.name or hold.partner_id.display_name,
            )

    @api.model
    def _is_used(self):
        """Return whether orders have holds or may get them; asked for each charge."""
        self.flush_model(["order_id"])
        self.env["paycollect.policy"].flush_model(["hold_at_booking"])
        ((is_used,),) = self.env.execute_query(
            SQL(
                "SELECT EXISTS (SELECT FROM paycollect_hold) OR "
                "EXISTS (SELECT FROM paycollect_policy WHERE hold_at_booking)"
            )
        )
        return is_used

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Holds are part of the history and can't be deleted.")
        )

    # -- buttons ----------------------------------------

    def action_release(self):
        """Button: release the hold; the order gets no other one (Collections users).

        :raise UserError: if it is being captured, or is over
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        wait_and_lock(self)
        hold = self.sudo()
        if hold.state not in (PLANNED, HELD):
            raise UserError(
                self.env._(
                    "This hold is already “%(state)s.”", state=hold._get_state_label()
                )
            )
        hold.order_id.collection_hold_waived = True
        hold.order_id._review_holds()

    def action_try_again(self):
        """Button: place a hold on the declined method once more (Collections users).

        :raise UserError: unless it was declined
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        wait_and_lock(self)
        if self.state != DECLINED or self.is_set_aside:
            raise UserError(self.env._("Only a declined hold can be tried again."))
        self.sudo().is_set_aside = True
        self.sudo().order_id._review_holds()

    # -- transitions ----------------------------------------

    def _get_live(self):
        """Return the :class:`hold.Live` of a live hold, None for none."""
        if not self:
            return None
        return Live(
            self.state,
            self.amount,
            self.token_id.id,
            self.partner_id.id,
            self.held_until or None,
        )

    def _set_planned(self, vals, at):
        """Write the values of a hold that isn't sent yet, and when it will be."""
        self.ensure_one()
        changes = {
            name: value
            for name, value in (vals | {"planned_at": at}).items()
            if self._fields[name].convert_to_write(self[name], self) != value
        }
        if changes:
            self.write({**changes, "try_at": at, "tries": 0})
            self._enqueue()

    def _set_over(self, state, reason, now, **params):
        """End it: nothing of it is left at the bank."""
        for hold in self:
            hold.write(
                {
                    "state": state,
                    "reason_code": reason,
                    "reason_params": params or False,
                    "done_at": now,
                    "try_at": False,
                    "ask_at": False,
                }
            )
            hold._close_tasks()

    def _set_held(self, now, until=None):
        """:param until: when it ends, if the provider says so"""
        self.ensure_one()
        since = self.sent_at or now
        self.write(
            {
                "state": HELD,
                "reason_code": False,
                "reason_params": False,
                "held_at": since,
                "held_until": until or since + self.token_id.provider_id._get_window(),
                "try_at": False,
                "ask_at": False,
            }
        )
        self._close_tasks()

    def _set_voiding(self, reason, now):
        """Decide that it is released; a job asks the provider."""
        self.ensure_one()
        self.write(
            {
                "state": VOIDING,
                "reason_code": reason,
                "reason_params": False,
                "void_at": now,
                "try_at": now,
                "tries": 0,
            }
        )
        self._enqueue()

    def _set_captured(self, amount, reason, now):
        """:param amount: what was captured"""
        self.ensure_one()
        self.captured_amount = amount
        self._set_over(CAPTURED, reason, now)
        self.transaction_id._close_hold()

    def _release_deleted(self, now=None):
        """The order is deleted: nothing needs these holds anymore.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        for hold in self:
            if hold.state == PLANNED:
                hold._set_over(CANCELED, NO_BOOKING, now)
            elif hold.state == HELD:
                hold._set_voiding(NO_BOOKING, now)

    def _is_live(self):
        self.ensure_one()
        return self.state in LIVE

    # -- work ----------------------------------------

    def _enqueue(self):
        """Queue a job for what is due now; the cron does the rest."""
        for hold in self:
            hold.with_user(SUPERUSER_ID).with_delay(
                eta=hold.try_at,
                identity_key=f"paycollect.hold.{hold.id}.{hold.state}.{hold.try_at}",
                description=self.env._("Hold %(name)s", name=hold.display_name),
            )._work()
