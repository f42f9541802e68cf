# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _collection_method_added(self, token):
        """Place the holds that waited for a method."""
        result = super()._collection_method_added(token)
        orders = self.env["sale.order"].sudo()._search_without_hold(self)
        orders._review_holds()
        return result
