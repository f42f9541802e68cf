# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules import door
from ...rules.door import (
    CANCELED,
    CASH,
    CHECK,
    COLLECTED,
    DEPOSITED,
    HANDED_IN,
    OUTSTANDING,
    RECEIVED,
)
from ..company.moments import format_day

ACCOUNTING = "account.group_account_invoice,account.group_account_readonly"


class PaycollectCustody(models.Model):
    """Cash or a check that somebody collected, until it is at the bank.

    Booked as a payment at once; the state follows from its steps and the books.
    """

    _name = "paycollect.custody"
    _description = "Cash or Check Collected"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _mail_post_access = "read"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        groups=ACCOUNTING,
    )
    order_id = fields.Many2one(
        "fsm.order", string="Job", readonly=True, index="btree_not_null"
    )
    payment_id = fields.Many2one(
        "account.payment",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        groups=ACCOUNTING,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Collected By",
        required=True,
        readonly=True,
        index=True,
        help="Who has to hand it in.",
    )
    kind = fields.Selection(
        [(CASH, "Cash"), (CHECK, "Check")], required=True, readonly=True
    )
    amount = fields.Monetary(required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    tendered = fields.Monetary(string="Cash Handed Over", readonly=True)
    rest_due = fields.Monetary(string="Still Due Then", readonly=True)
    credit = fields.Monetary(
        string="Kept as Credit",
        readonly=True,
        help="What was more than due. It is used for the customer's next invoices, "
        "oldest first.",
    )
    check_number = fields.Char(readonly=True)
    check_bank = fields.Char(string="Bank", readonly=True)
    photo = fields.Binary(attachment=True, readonly=True)
    collected_at = fields.Datetime(
        string="Collected On", required=True, readonly=True, index=True
    )
    day = fields.Date(required=True, readonly=True, help="In the company's time zone.")
    take_key = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        groups="base.group_system",
        mask_cards=False,
        help="Identifies one confirmation of one dialog, so that it counts once.",
    )
    event_ids = fields.One2many(
        "paycollect.custody.event", "custody_id", string="Steps", readonly=True
    )
    state = fields.Selection(
        [
            (COLLECTED, "Collected"),
            (HANDED_IN, "Handed in"),
            (RECEIVED, "Received"),
            (DEPOSITED, "Deposited"),
            (CANCELED, "Canceled"),
        ],
        string="Status",
        compute="_compute_state",
        store=True,
        index=True,
        tracking=True,
    )
    counted = fields.Monetary(compute="_compute_difference", store=True)
    count_difference = fields.Monetary(
        compute="_compute_difference",
        store=True,
        help="Counted by accounting less collected.",
    )
    count_reason = fields.Char(compute="_compute_difference", store=True)
    hours = fields.Integer(
        string="Age (Hours)",
        compute="_compute_hours",
        help="Since it was collected, until accounting received it.",
    )
    is_late = fields.Boolean(
        string="Late", compute="_compute_hours", search="_search_is_late"
    )
    may_hand_in = fields.Boolean(compute="_compute_may_hand_in")
    may_hold = fields.Boolean(compute="_compute_may_hand_in")

    _take_key_unique = models.UniqueIndex(
        "(take_key)", "This payment was taken already."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Collected cash and checks are evidence and can't be deleted.")
        )

    @api.depends("kind", "amount", "check_number")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for custody in self:
            amount = custody.currency_id._format_amount(custody.amount)
            custody.display_name = f"{amount} · {custody._get_kind_text()}"

    @api.depends(
        "event_ids.kind",
        "payment_id.state",
        "payment_id.is_matched",
        "payment_id.move_id.line_ids.reconciled",
    )
    def _compute_state(self):
        for custody in self:
            custody.state = door.get_state(custody.sudo()._get_facts())

    def _get_facts(self):
        last = self.event_ids.sorted("id")[-1:]
        return door.CustodyFacts(
            canceled=self.payment_id.state in ("draft", "canceled", "rejected"),
            banked=self._is_banked(),
            last=last.kind or "",
        )

    def _is_banked(self):
        """Hook: whether the bank's books have the money.

        A payment that is booked to the journal's own account says nothing about it,
        nor does one of which all was lost.
        """
        payment = self.payment_id
        liquidity, _counterpart, _other = payment._seek_for_lines()
        own = payment.journal_id.default_account_id in liquidity.account_id
        if not payment.is_matched or not liquidity or own:
            return False
        partials = liquidity.matched_credit_ids
        return (
            partials.credit_move_id.move_id != self.difference_move_id or not partials
        )

    @api.depends("event_ids.kind", "amount")
    def _compute_difference(self):
        for custody in self:
            counts = custody.event_ids.filtered(lambda step: step.kind == RECEIVED)
            last = counts.sorted("id")[-1:]
            custody.counted = last.amount
            custody.count_difference = last and last.amount - custody.amount
            custody.count_reason = last.step_note

    @api.depends("collected_at", "state")
    def _compute_hours(self):
        now = fields.Datetime.now()
        for custody in self:
            steps = custody.event_ids.filtered(lambda step: step.kind == RECEIVED)
            end = min(steps.mapped("date"), default=now)
            custody.hours = door.get_hours(custody.collected_at or end, end)
            hours = custody.company_id.sudo().collection_custody_hours
            limit = door.get_limit(now, hours)
            custody.is_late = bool(
                custody.state in OUTSTANDING and limit and custody.collected_at <= limit
            )

    @api.model
    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = self._get_late_domain(fields.Datetime.now())
        return late if True in value else ~late

    @api.model
    def _get_late_domain(self, now):
        """:param now: naive UTC datetime"""
        domains = [fields.Domain.FALSE]
        for company in self.env["res.company"].sudo().search([]):
            if limit := door.get_limit(now, company.collection_custody_hours):
                domains.append(
                    fields.Domain("company_id", "=", company.id)
                    & fields.Domain("collected_at", "<=", limit)
                )
        return fields.Domain("state", "in", OUTSTANDING) & fields.Domain.OR(domains)

    @api.depends("state", "user_id")
    @api.depends_context("uid")
    def _compute_may_hand_in(self):
        office = self.env.user.has_group("paycollect_fsm.group_user")
        for custody in self:
            custody.may_hold = office or custody.user_id == self.env.user
            custody.may_hand_in = custody.state == COLLECTED and custody.may_hold

    def _web_read_group_groupby_formatter(self, groupby_spec, values):
        """Write the days of groups like those of the rows."""
        formatter = super()._web_read_group_groupby_formatter(groupby_spec, values)
        if groupby_spec != "day:day":
            return formatter

        def format_group(value):
            label, domain = formatter(value)
            return (value and (label[0], format_day(self.env, value))) or label, domain

        return format_group
