# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules import settlement as rules

OPEN = "open"
MATCHED = "matched"
DIFFERENCE = "difference"


class PaycollectSettlement(models.Model):
    """A payout of the provider, explained to the cent.

    Its lines are what the provider says it is made of. What is missing to the payout is
    a line of its own, so the sum is always the payout.
    """

    _name = "paycollect.settlement"
    _description = "Payout"
    _inherit = ["paycollect.worker.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _rec_name = "reference"

    provider_id = fields.Many2one(
        "payment.provider", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    reference = fields.Char(
        required=True,
        readonly=True,
        help="ID of the payout at the provider.",
        mask_cards=False,
    )
    date = fields.Date(
        required=True,
        readonly=True,
        help="The day on which the provider expects it at the bank.",
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(
        readonly=True, help="Negative if the provider collects it from the bank."
    )
    provider_status = fields.Selection(
        [
            (rules.PENDING, "Pending"),
            (rules.IN_TRANSIT, "In transit"),
            (rules.PAID, "Paid"),
            (rules.FAILED, "Failed"),
            (rules.CANCELED, "Canceled"),
        ],
        string="At the Provider",
        required=True,
        readonly=True,
        default=rules.PAID,
    )
    is_itemizable = fields.Boolean(
        string="Itemizable",
        readonly=True,
        default=True,
        help="The provider says what the payout is made of. It doesn't for manual and "
        "instant payouts: these are compared with the balance.",
    )
    is_complete = fields.Boolean(
        string="Itemized",
        readonly=True,
        help="What the payout is made of is final and on record here.",
    )
    statement_text = fields.Char(
        readonly=True, help="The provider's text for the bank statement."
    )
    line_ids = fields.One2many(
        "paycollect.settlement.line", "settlement_id", string="Lines", readonly=True
    )
    discrepancy_ids = fields.One2many(
        "paycollect.discrepancy", "settlement_id", string="Differences", readonly=True
    )
    discrepancy_count = fields.Integer(
        string="Open Differences", compute="_compute_discrepancy_count"
    )
    state = fields.Selection(
        [(OPEN, "Open"), (MATCHED, "Matched"), (DIFFERENCE, "Difference")],
        string="Status",
        required=True,
        readonly=True,
        default=OPEN,
        index=True,
        help="Matched: each line and the bank transaction were found, and the sum is "
        "the payout. Open: something is still on its way.",
    )

    _one_per_provider = models.UniqueIndex("(provider_id, reference)")

    @api.depends("discrepancy_ids.state")
    def _compute_discrepancy_count(self):
        for settlement in self:
            settlement.discrepancy_count = len(settlement._get_open_discrepancies())

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Payouts can't be deleted: they are part of the books.")
        )

    # -- buttons -----------------------------------------------------------------

    def action_check(self):
        """Button: book, match and compare again. Doesn't ask the provider."""
        self.env["paycollect.access"]._check_user(self)
        now = fields.Datetime.now()
        for settlement in self:
            settlement._as_system()._settle(now)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_view_discrepancies(self):
        """Button: show what doesn't add up."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_fsm.action_paycollect_discrepancy"
        )
        domain = [("settlement_id", "=", self.id)]
        return action | {"domain": domain, "context": {"search_default_open": 1}}

    def action_view_lines(self):
        """Button: show the lines in a list of their own."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_fsm.action_paycollect_settlement_line"
        )
        domain = [("settlement_id", "=", self.id)]
        return action | {"domain": domain, "context": {"search_default_group_kind": 1}}

    # -- state -------------------------------------------------------------------

    def _get_open_discrepancies(self):
        return self.discrepancy_ids.filtered(lambda found: found.state == OPEN)

    def _is_settled(self):
        """Whether nothing is on its way any more: itemized, booked, and at the bank."""
        self.ensure_one()
        if self.provider_status in rules.NOT_SENT:
            return True
        at_bank = bool(self.statement_line_id) or self.currency_id.is_zero(self.amount)
        return self.is_complete and bool(self.move_id) and at_bank

    def _refresh_state(self):
        """Bring the state in line with the facts."""
        for settlement in self:
            if settlement._get_open_discrepancies():
                state = DIFFERENCE
            else:
                state = MATCHED if settlement._is_settled() else OPEN
            if settlement.state != state:
                settlement.state = state

    def _settle(self, now):
        """Do what can be done with what is known. Repeating it changes nothing.

        Does nothing while another worker is at it.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        if not self.try_lock_for_update():
            return
        self.line_ids._find_transactions()
        self.line_ids._follow_returns(now)
        # no message on each of a thousand payments that they arrived
        self.with_context(mail_notrack=True)._book(now)
        self._match_bank()
        self.env["paycollect.discrepancy"]._check_settlement(self, now)
        self._refresh_state()
