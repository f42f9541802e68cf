# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.paycollect_fsm.models.company.locks import wait_and_lock

from ...rules import promise as rules
from ...rules.promise import (
    BROKEN,
    CALL,
    CANCELED,
    KEPT,
    NOT_KEPT,
    OPEN,
    PARTLY,
    PORTAL,
    STAFF,
)


class PaycollectPromise(models.Model):
    """What a customer said to pay, and by when.

    Until then, nobody asks for these invoices. What became of it follows from the
    payments, see ``rules/promise.py``.
    """

    _name = "paycollect.promise"
    _description = "Promise to Pay"
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
        string="Promised By",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Who said so for the customer.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    date = fields.Date(
        string="Promised For",
        required=True,
        readonly=True,
        help="The day on which the customer pays.",
    )
    until = fields.Date(
        string="Waits Until",
        required=True,
        readonly=True,
        index=True,
        help="The promised day and the days of grace. Until the end of this day, "
        "nobody asks for these invoices, the oldest first, as far as the amount goes.",
    )
    move_ids = fields.Many2many(
        "account.move",
        "paycollect_promise_move_rel",
        "promise_id",
        "move_id",
        string="Invoices",
        readonly=True,
    )
    source = fields.Selection(
        [(PORTAL, "Customer portal"), (STAFF, "Staff"), (CALL, "Phone call")],
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Recorded By",
        readonly=True,
        help="Who recorded what the customer said.",
    )
    promised_at = fields.Datetime(string="Promised On", required=True, readonly=True)
    promised_on = fields.Date(
        required=True, readonly=True, help="The company's day of the promise."
    )
    paid_before = fields.Monetary(
        readonly=True,
        help="What had arrived on that day before the promise. It doesn't count.",
    )
    canceled_at = fields.Datetime(string="Canceled On", readonly=True)
    canceled_by_id = fields.Many2one("res.users", readonly=True)
    replaced_by_id = fields.Many2one(
        "paycollect.promise",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The promise that the customer made instead.",
    )
    handled_at = fields.Datetime(string="Followed Up On", readonly=True)
    handled_by_id = fields.Many2one("res.users", readonly=True)
    paid = fields.Monetary(
        compute="_compute_state",
        compute_sudo=True,
        help="What arrived for these invoices since the promise, in time.",
    )
    state = fields.Selection(
        [
            (OPEN, "Open"),
            (KEPT, "Kept"),
            (PARTLY, "Partly kept"),
            (BROKEN, "Broken"),
            (CANCELED, "Canceled"),
        ],
        string="Status",
        compute="_compute_state",
        compute_sudo=True,
        search="_search_state",
    )

    _followed_up_idx = models.Index(
        "(until) WHERE canceled_at IS NULL AND handled_at IS NULL"
    )
    _amount_is_positive = models.Constraint(
        "CHECK (amount > 0)", "A promise is about an amount above zero."
    )

    @api.depends("amount", "until", "canceled_at", "move_ids")
    def _compute_state(self):
        facts = self._read_facts()
        for promise in self:
            found = facts.get(promise) or promise._get_facts()
            promise.paid = found.paid
            promise.state = rules.get_state(
                found,
                promise.company_id._get_today(),
                promise.currency_id.decimal_places,
            )

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        query = SQL(
            "SELECT id FROM (%s) promise WHERE state IN %s",
            self._get_state_query(self._get_company_days()),
            tuple(value) or (None,),
        )
        return [("id", "in", SQL("(%s)", query))]

    @api.depends("partner_id", "date")
    def _compute_display_name(self):
        for promise in self:
            promise.display_name = promise._get_title()

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "Promises are part of the history and can't be deleted. Cancel the "
                "promise instead."
            )
        )

    def action_handle(self):
        """Button: somebody followed up on a promise that wasn't kept (Collections
        users)."""
        self.env["paycollect.access"]._check_user(self)
        vals = {"handled_at": fields.Datetime.now(), "handled_by_id": self.env.uid}
        self.sudo().filtered(lambda promise: promise.state in NOT_KEPT).write(vals)

    # -- ends ----------------------------------------------------------------------

    def action_cancel(self):
        """Button: the customer won't pay by then. Reminders resume (Collections
        users)."""
        self.env["paycollect.access"]._check_user(self)
        self.sudo()._cancel()

    def _cancel(self, now=None):
        """:raise UserError: if it is over"""
        wait_and_lock(self)
        self.invalidate_recordset(["canceled_at", "state"])
        for promise in self:
            if promise.state != OPEN:
                raise UserError(
                    self.env._(
                        "This promise can't be canceled: it is “%(state)s.”",
                        state=promise._get_state_label(),
                    )
                )
        self.write(
            {
                "canceled_at": now or fields.Datetime.now(),
                "canceled_by_id": self.env.uid,
            }
        )
