# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...rules.privacy import CustomerRows, Retention

IP_ADDRESS = ("ip_address",)
# Odoo copies the customer's details to each payment.
PAYMENT_DETAILS = (
    "partner_email",
    "partner_phone",
    "partner_address",
    "partner_zip",
    "partner_city",
)


class PaycollectCustomerData(models.AbstractModel):
    _inherit = "paycollect.customer.data"

    @api.model
    def _get_customer_rows(self):
        return super()._get_customer_rows() | {
            "res.partner": CustomerRows(
                partner=("id",),
                company="",
                exported=(
                    "name",
                    "email",
                    "phone",
                    "street",
                    "street2",
                    "zip",
                    "city",
                    "state_id",
                    "country_id",
                    "vat",
                    "lang",
                    "collection_receipt_sms",
                ),
            ),
            "payment.token": CustomerRows(
                exported=(
                    "payment_details",
                    "brand",
                    "method_kind",
                    "expiry_date",
                    "collection_priority",
                    "active",
                    "create_date",
                ),
            ),
            "payment.transaction": CustomerRows(
                exported=(
                    "reference",
                    "amount",
                    "currency_id",
                    "state",
                    "operation",
                    "create_date",
                    "last_state_change",
                    "partner_name",
                    *PAYMENT_DETAILS,
                    "collection_consent_text",
                    "collection_consent_lang",
                    "collection_ip_address",
                ),
                personal=(*PAYMENT_DETAILS, "collection_ip_address"),
            ),
            "paycollect.consent": CustomerRows(
                partner=("partner_id", "customer_id"), personal=IP_ADDRESS
            ),
            "paycollect.link": CustomerRows(secret=("token_hash", "pending_token")),
        }

    @api.model
    def _get_retentions(self):
        setting = "collection_keep_ip_days"
        return [
            *super()._get_retentions(),
            Retention("paycollect.consent", setting, "revoked_date", IP_ADDRESS),
            Retention(
                "payment.transaction",
                setting,
                "last_state_change",
                ("collection_ip_address",),
                domain=("|", ("token_id", "=", False), ("token_id.active", "=", False)),
            ),
        ]
