# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..models.fee.paycollect_late_fee import KINDS


class PaycollectLateFeePreview(models.TransientModel):
    """What would be charged for paying late today."""

    _name = "paycollect.late.fee.preview"
    _description = "Preview of Late Fees"

    plan_id = fields.Many2one("paycollect.dunning.plan", required=True, readonly=True)
    line_ids = fields.One2many(
        "paycollect.late.fee.preview.line", "preview_id", readonly=True
    )

    def _open(self, now):
        """Compute, and open the list. Rights are checked by who calls.

        :param now: naive UTC datetime
        """
        plan, fees = self.plan_id, self.env["paycollect.late.fee"].sudo()
        company = plan.company_id
        today = company._get_today(now)
        found = {}
        if plan.fee_from:
            late = fees.with_company(company)._find_late_lines(company, plan, today)
            for lines in late.values():
                found |= fees._get_new_charges(lines, plan, today)
        self.sudo().line_ids.create(
            [
                self._prepare_line(line, charge)
                for line, charges in found.items()
                for charge in charges
            ]
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Late Fees of Today by “%s”", plan.name),
            "res_model": "paycollect.late.fee.preview.line",
            "view_mode": "list",
            "domain": [("preview_id", "=", self.id)],
        }

    def _prepare_line(self, line, charge):
        return {
            "preview_id": self.id,
            "partner_id": line.partner_id.commercial_partner_id.id,
            "move_id": line.move_id.id,
            "currency_id": line.currency_id.id,
            "due_date": line.date_maturity,
            "kind": charge.kind,
            "period": charge.period,
            "amount": charge.amount,
            "facts": charge.values,
        }


class PaycollectLateFeePreviewLine(models.TransientModel):
    """One charge of a preview."""

    _name = "paycollect.late.fee.preview.line"
    _description = "Late Fee in a Preview"
    _order = "id"

    preview_id = fields.Many2one(
        "paycollect.late.fee.preview", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    move_id = fields.Many2one("account.move", string="For Invoice", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    due_date = fields.Date(readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    period = fields.Char(readonly=True)
    amount = fields.Monetary(readonly=True, help="Without taxes.")
    facts = fields.Json(readonly=True)
    formula = fields.Char(string="How", compute="_compute_formula")

    @api.depends("kind", "period", "facts")
    @api.depends_context("lang")
    def _compute_formula(self):
        fees = self.env["paycollect.late.fee"].sudo()
        for line in self:
            line.formula = fees._get_formula(
                line.kind, line.period, line.facts or {}, line.currency_id
            )
