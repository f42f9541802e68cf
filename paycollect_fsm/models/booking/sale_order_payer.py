# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

PAYER_FIELDS = frozenset({"partner_id", "partner_invoice_id"})


class SaleOrder(models.Model):
    """Who ordered, and who pays."""

    _inherit = "sale.order"

    @api.depends("partner_id", "state")
    def _compute_collection_orderer_id(self):
        """Follow the customer until the order is confirmed, and no longer."""
        for order in self:
            orderer = order.collection_orderer_id
            if not orderer or order.state in ("draft", "sent"):
                orderer = order.partner_id.commercial_partner_id
            order.collection_orderer_id = orderer

    def write(self, vals):
        if not PAYER_FIELDS.intersection(vals):
            return super().write(vals)
        payers = self._get_booked_payers()
        result = super().write(vals)
        if changed := self._note_new_payers(payers):
            changed.with_env(self.env)._check_may_change_payer()
        return result

    def _get_payer_dependencies(self):
        payer = "partner_invoice_id.commercial_partner_id"
        return (*super()._get_payer_dependencies(), payer)

    def _is_booked(self):
        return self.state == "sale"
