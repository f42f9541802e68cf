# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...rules.messages import QUEUED
from ...rules.privacy import CustomerRows, Retention

# Servers quote the address in their replies.
RECIPIENT = ("address", "reason")
GONE = (("state", "!=", QUEUED),)


class PaycollectCustomerData(models.AbstractModel):
    _inherit = "paycollect.customer.data"

    @api.model
    def _get_customer_rows(self):
        return super()._get_customer_rows() | {
            "paycollect.message": CustomerRows(
                partner=("partner_id", "move_id.commercial_partner_id"),
                personal=RECIPIENT,
                ended=GONE,
            ),
        }

    @api.model
    def _get_retentions(self):
        return [
            *super()._get_retentions(),
            Retention(
                "paycollect.message",
                "collection_keep_address_days",
                "queued_at",
                RECIPIENT,
                domain=GONE,
            ),
        ]
