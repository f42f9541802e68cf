# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from odoo.addons.paycollect_fsm.rules.privacy import CustomerRows, Retention

INVITED = ("name", "email")
CHOICES = ("collection_role", "collection_gets_copies")
HANDLED = (("handled_at", "!=", False),)


class PaycollectCustomerData(models.AbstractModel):
    _inherit = "paycollect.customer.data"

    @api.model
    def _get_customer_rows(self):
        rows = super()._get_customer_rows()
        return rows | {
            "res.partner": rows["res.partner"].extend(exported=CHOICES),
            "paycollect.invitation": CustomerRows(
                partner=("partner_id", "contact_id", "invited_by_id"),
                personal=INVITED,
                ended=HANDLED,
            ),
        }

    @api.model
    def _get_retentions(self):
        return [
            *super()._get_retentions(),
            Retention(
                "paycollect.invitation",
                "collection_keep_address_days",
                "asked_at",
                INVITED,
                domain=HANDLED,
            ),
        ]
