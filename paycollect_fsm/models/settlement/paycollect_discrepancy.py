# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules import settlement as rules
from ..company.paycollect_access import GROUP_USER

OPEN = "open"
RESOLVED = "resolved"
ACCEPTED = "accepted"


class PaycollectDiscrepancy(models.Model):
    """Something that doesn't add up between the provider, our books and the bank.

    It is found by comparing, and resolved by itself once the comparison agrees. A
    manager accepts what will never agree, with the reason.
    """

    _name = "paycollect.discrepancy"
    _description = "Difference"
    _order = "date, id"

    provider_id = fields.Many2one(
        "payment.provider", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    key = fields.Char(required=True, readonly=True, mask_cards=False)
    kind = fields.Selection(
        [
            (rules.MISSING_THERE, "Missing at the provider"),
            (rules.MISSING_HERE, "Missing here"),
            (rules.AMOUNT, "Amount"),
            (rules.FEES, "Fee"),
            (rules.CURRENCY, "Currency"),
            (rules.DUPLICATE, "Duplicate"),
            (rules.UNEXPLAINED, "Unexplained remainder"),
            (rules.BOOKS, "Books"),
            (rules.BANK, "Bank"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    code = fields.Char(required=True, readonly=True)
    settlement_id = fields.Many2one(
        "paycollect.settlement",
        string="Payout",
        readonly=True,
        index="btree_not_null",
    )
    line_id = fields.Many2one(
        "paycollect.settlement.line",
        string="Payout Line",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    transaction_id = fields.Many2one(
        "payment.transaction",
        string="Payment Transaction",
        readonly=True,
        index="btree_not_null",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index="btree_not_null"
    )
    amount = fields.Monetary(
        readonly=True, help="What is in question, seen from the company."
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    date = fields.Date(
        string="Since", required=True, readonly=True, help="The day of what differs."
    )
    found_at = fields.Datetime(string="Found On", required=True, readonly=True)
    closed_at = fields.Datetime(string="Closed On", readonly=True)
    accepted_by_id = fields.Many2one("res.users", readonly=True, index="btree_not_null")
    note = fields.Char(
        string="Explanation",
        write_groups=GROUP_USER,
        help="Why it is right that this doesn't add up. Required to accept it.",
    )
    state = fields.Selection(
        [(OPEN, "Open"), (RESOLVED, "Resolved"), (ACCEPTED, "Accepted")],
        string="Status",
        compute="_compute_state",
        store=True,
        index=True,
    )
    age = fields.Integer(string="Age (Days)", compute="_compute_age")
    age_group = fields.Selection(
        [
            ("0", "Up to 2 days"),
            ("1", "3 to 7 days"),
            ("2", "8 to 30 days"),
            ("3", "Over 30 days"),
        ],
        string="Age",
        compute="_compute_age",
    )

    _one_per_key = models.UniqueIndex("(provider_id, key)")

    @api.depends("closed_at", "accepted_by_id")
    def _compute_state(self):
        for found in self:
            closed = RESOLVED if found.closed_at else OPEN
            found.state = ACCEPTED if found.accepted_by_id else closed

    @api.depends("date")
    def _compute_age(self):
        today = self.env.company._get_today()
        for found in self:
            found.age = max(0, (today - found.date).days) if found.date else 0
            found.age_group = str(rules.get_age_group(found.age))

    # -- buttons -----------------------------------------------------------------

    def action_accept(self):
        """Button: it will never add up, and that is right (managers only).

        :raise UserError: without an explanation, or if it is closed already
        """
        self.env["paycollect.access"]._check_manager(self)
        now = fields.Datetime.now()
        for found in self.sudo():
            if found.state != OPEN:
                raise UserError(self.env._("Only open differences can be accepted."))
            if not (found.note or "").strip():
                raise UserError(
                    self.env._(
                        "Enter the explanation first: it is kept with the difference."
                    )
                )
            found.write({"closed_at": now, "accepted_by_id": self.env.uid})
        self.sudo().settlement_id._refresh_state()

    def action_reopen(self):
        """Button: take back that it was accepted (managers only)."""
        self.env["paycollect.access"]._check_manager(self)
        accepted = self.sudo().filtered(lambda found: found.state == ACCEPTED)
        accepted.write({"closed_at": False, "accepted_by_id": False})
        accepted.settlement_id._refresh_state()

    def action_view_document(self):
        """Button: open what it is about."""
        self.ensure_one()
        self.check_access("read")
        record = self.transaction_id or self.settlement_id or self.line_id
        if self.transaction_id and self.kind == rules.BOOKS:
            record = self.transaction_id.payment_id or record
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }
