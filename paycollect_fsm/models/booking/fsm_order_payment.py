# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class FsmOrder(models.Model):
    """The payment of a job's order before the work starts."""

    _inherit = "fsm.order"

    def _get_order_to_pay(self):
        return self._get_sale_order()

    def _get_link_values(self):
        return {"job_id": self.id, "order_id": self._get_sale_order().id}

    def _get_work_title(self):
        order = self._get_sale_order()
        named = self.sale_line_id.product_id.name or self.template_id.name
        return named or (order and order._get_work_title()) or self.type.name or ""

    def _get_planned_day(self):
        return self._get_collection_date()
