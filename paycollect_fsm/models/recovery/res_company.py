# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model
    def _get_foreign_engines(self):
        providers = self.env["payment.provider"].sudo()
        found = providers.search(
            [
                ("company_id", "in", self.env.companies.ids),
                ("collection_foreign_retries_at", "!=", False),
            ]
        )
        return super()._get_foreign_engines() + found._get_foreign_status()
