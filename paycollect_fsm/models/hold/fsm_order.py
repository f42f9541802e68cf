# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

HOLD_FIELDS = frozenset({"scheduled_date_start", "stage_id", "sale_id", "sale_line_id"})


class FsmOrder(models.Model):
    """Jobs whose order has a hold: a new date or stage may need another one."""

    _inherit = "fsm.order"

    def write(self, vals):
        if not HOLD_FIELDS & vals.keys():
            return super().write(vals)
        orders = self.sudo()._get_all_sale_orders()
        result = super().write(vals)
        (orders | self.sudo()._get_all_sale_orders())._review_changed_holds()
        return result

    def unlink(self):
        orders = self.sudo()._get_all_sale_orders()
        result = super().unlink()
        orders._review_changed_holds()
        return result

    def _get_readiness_dependencies(self):
        return (
            *super()._get_readiness_dependencies(),
            "sale_id.collection_hold_ids.state",
            "sale_line_id.order_id.collection_hold_ids.state",
        )

    def _get_hold_order(self):
        return self._get_sale_order()

    def _get_special_bookings(self):
        orders = self.env["sale.order"].sudo()._search_with_declined_hold()
        return self.filtered(lambda job: job._get_sale_order() in orders)
