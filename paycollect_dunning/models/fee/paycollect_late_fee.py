# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules.late_fee import FIXED, INTEREST, KEEP, PERCENT, WAIVE

KINDS = [(FIXED, "Fixed fee"), (PERCENT, "Percentage"), (INTEREST, "Interest")]


class PaycollectLateFee(models.Model):
    """One charge for paying late: once for each due part and period, never on a fee."""

    _name = "paycollect.late.fee"
    _description = "Late Fee"
    _inherit = "paycollect.worker.mixin"
    _order = "id desc"

    line_id = fields.Many2one(
        "account.move.line",
        string="Due Part",
        readonly=True,
        index=True,
        ondelete="set null",
        help="Empty once the invoice was drawn up anew; the due date still tells which "
        "part it was.",
    )
    due_date = fields.Date(readonly=True)
    move_id = fields.Many2one(
        "account.move",
        string="For Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    fee_move_id = fields.Many2one(
        "account.move",
        string="Charged With",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    period = fields.Char(required=True, readonly=True)
    amount = fields.Monetary(readonly=True, help="Without taxes.")
    facts = fields.Json(readonly=True)
    formula = fields.Char(string="How", compute="_compute_formula")
    charged_on = fields.Date(required=True, readonly=True)
    choice = fields.Selection(
        [(WAIVE, "Waived"), (KEEP, "Kept")],
        readonly=True,
        help="What somebody, or the company's setting, decided.",
    )
    chosen_at = fields.Datetime(string="Decided On", readonly=True)
    chosen_by_id = fields.Many2one("res.users", string="Decided By", readonly=True)

    _once = models.UniqueIndex(
        "(line_id, kind, period)", "This was already charged for this period."
    )

    @api.depends("move_id", "kind", "period")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for fee in self:
            fee.display_name = f"{fee.move_id.name}: {labels.get(fee.kind, '')}"

    @api.depends("kind", "period", "facts", "amount")
    @api.depends_context("lang")
    def _compute_formula(self):
        for fee in self:
            fee.formula = self._get_formula(
                fee.kind, fee.period, fee.facts or {}, fee.currency_id
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Late fees are part of the history and can't be deleted.")
        )
