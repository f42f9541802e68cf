# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaycollectDunningCase(models.Model):
    """Quotations that aren't confirmed yet follow their customer's case."""

    _inherit = "paycollect.dunning.case"

    def write(self, vals):
        result = super().write(vals)
        if {"level_id", "state"} & vals.keys():
            self._refresh_quotations()
        return result

    def _refresh_quotations(self):
        """Resolve the policy of open quotations again; confirming does it anyway."""
        if not any(self.plan_id.level_ids.filtered(lambda lv: lv.work != "none")):
            return
        orders = self.env["sale.order"].sudo()
        for company, cases in self.grouped("company_id").items():
            customers = cases.partner_id.commercial_partner_id
            orders.search(
                [
                    *orders._get_open_policy_domain(),
                    ("company_id", "=", company.id),
                    ("company_id.collection_active", "=", True),
                    ("partner_invoice_id", "child_of", customers.ids),
                ]
            )._refresh_collection_policy()
