# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain

from ...rules.privacy import CustomerRows, Retention
from .paycollect_event import DONE, IGNORED

PAYLOAD = ("payload",)
PROCESSED = (("state", "in", (DONE, IGNORED)),)


class PaycollectCustomerData(models.AbstractModel):
    """What Stripe sent, and the customer at Stripe."""

    _inherit = "paycollect.customer.data"

    @api.model
    def _get_customer_rows(self):
        rows = super()._get_customer_rows()
        payment = rows["payment.transaction"]
        requests = ("collection_request", "collection_verification_url")
        return rows | {
            "payment.transaction": payment.extend(personal=requests),
            "paycollect.event": CustomerRows(
                partner=("transaction_id.partner_id",),
                secret=(*PAYLOAD, "object_ref"),
                personal=PAYLOAD,
                ended=PROCESSED,
            ),
            "paycollect.provider.customer": CustomerRows(secret=("reference",)),
        }

    @api.model
    def _get_rows_domain(self, model, partners, company):
        """Find events about the customer's methods, too."""
        domain = super()._get_rows_domain(model, partners, company)
        if model != "paycollect.event":
            return domain
        tokens = self._search_rows("payment.token", partners, company)
        known = self._search_rows("paycollect.provider.customer", partners, company)
        ids = {
            *tokens.mapped("stripe_payment_method"),
            *tokens.mapped("provider_ref"),
            *known.mapped("reference"),
        }
        ours = Domain("object_ref", "in", list(filter(None, ids)))
        return domain | ours & Domain("company_id", "=", company.id)

    @api.model
    def _get_retentions(self):
        setting = "collection_keep_payload_days"
        return [
            *super()._get_retentions(),
            Retention("paycollect.event", setting, "done_at", PAYLOAD, PROCESSED),
        ]
