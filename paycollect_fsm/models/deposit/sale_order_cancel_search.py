# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class SaleOrder(models.Model):
    """Finding canceled orders whose deposit waits for a decision."""

    _inherit = "sale.order"

    @api.model
    def _search_collection_deposit_to_settle(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.flush_model(["collection_deposit_settlement"])
        rows = SQL(
            """(SELECT id FROM sale_order
                 WHERE jsonb_typeof(collection_deposit_settlement) = 'object'
                   AND jsonb_exists(collection_deposit_settlement, 'code')
                   AND NOT jsonb_exists(collection_deposit_settlement, 'by'))"""
        )
        found = Domain("id", "in", rows)
        domains = {True: found, False: ~found}
        return Domain.OR([domains[bool(item)] for item in value])
