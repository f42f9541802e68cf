# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class PaycollectRevenue(models.Model):
    _name = "paycollect.revenue"
    _inherit = ["paycollect.revenue", "paycollect.kept.mixin"]

    @property
    def _table_query(self):
        kept = self._get_kept_query(fields.Datetime.now())
        return kept or super()._table_query

    @api.model
    def _get_rows_query(self, now):
        return self._get_revenue_query(self.env.company._get_today(now))
