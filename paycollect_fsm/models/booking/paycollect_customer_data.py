# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...rules.privacy import CustomerRows

BOOKING = (
    "name",
    "create_date",
    "collection_policy_reason",
    "collection_override_date",
    "collection_override_reason",
)


class PaycollectCustomerData(models.AbstractModel):
    _inherit = "paycollect.customer.data"

    @api.model
    def _get_customer_rows(self):
        rows = super()._get_customer_rows()
        choices = (
            "collection_require_po",
            "collection_policy_id",
            "collection_hold_reason",
        )
        return rows | {
            "res.partner": rows["res.partner"].extend(exported=choices),
            "paycollect.log": CustomerRows(),
            "paycollect.release": CustomerRows(
                partner=(
                    "order_id.partner_id",
                    "order_id.partner_invoice_id",
                    "job_id.location_id.owner_id",
                )
            ),
            "sale.order": CustomerRows(
                partner=("partner_id", "partner_invoice_id"),
                exported=(
                    *BOOKING,
                    "date_order",
                    "client_order_ref",
                    "amount_total",
                    "currency_id",
                    "state",
                ),
            ),
            "fsm.order": CustomerRows(
                partner=("location_id.owner_id", "sale_id.partner_invoice_id"),
                exported=(
                    *BOOKING,
                    "scheduled_date_start",
                    "stage_id",
                    "collection_po_number",
                ),
            ),
        }
