# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib
import json

from odoo import fields, models
from odoo.tools import SQL, email_normalize_all

# Two simultaneous clicks create one customer. After this time, the key changes, so that
# an error that Stripe repeats for the same key doesn't last longer.
KEY_MINUTES = 10


class PaycollectProviderCustomer(models.Model):
    """The customer at the provider for a commercial partner, shared by all methods."""

    _name = "paycollect.provider.customer"
    _description = "Payment Provider Customer"
    _rec_name = "reference"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    provider_id = fields.Many2one(
        "payment.provider",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(related="provider_id.company_id")
    reference = fields.Char(
        string="Customer ID",
        readonly=True,
        help="ID of the customer at the provider. If empty, the customer no longer "
        "exists there, and the next payment form creates a new one.",
        mask_cards=False,
    )

    is_replaced = fields.Boolean(
        string="Replaced",
        readonly=True,
        help="The contact was merged with one that has its own customer at the "
        "provider. Stored payment methods still use this one; new ones don't.",
    )

    _one_per_provider = models.UniqueIndex(
        "(partner_id, provider_id) WHERE is_replaced IS NOT TRUE"
    )

    def _find_reference(self, partner, provider):
        """Return the provider's ID of a commercial partner, or False.

        Falls back to methods that were saved before the ID was stored here.
        """
        known = self.search(
            [
                ("partner_id", "=", partner.id),
                ("provider_id", "=", provider.id),
                ("is_replaced", "=", False),
            ]
        )
        if known:
            return known.reference
        token = self.env["payment.token"].search(
            [
                ("commercial_partner_id", "=", partner.id),
                ("provider_id", "=", provider.id),
                ("provider_ref", "=like", "cus_%"),
            ],
            order="id desc",
            limit=1,
        )
        return token.provider_ref

    def _forget(self, partner, provider):
        """Record that the customer doesn't exist at the provider."""
        self._store_reference(partner, provider, None)

    def _store_reference(self, partner, provider, reference):
        """Store the provider's ID of a commercial partner.

        The second of two simultaneous requests gets a serialization failure. Odoo then
        repeats it, and it finds what the first one stored.
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO paycollect_provider_customer
                       (partner_id, provider_id, reference, create_date, create_uid)
                VALUES (%s, %s, %s, now() at time zone 'UTC', %s)
                ON CONFLICT (partner_id, provider_id) WHERE is_replaced IS NOT TRUE
                DO UPDATE SET reference = EXCLUDED.reference
                """,
                partner.id,
                provider.id,
                reference,
                self.env.uid,
            )
        )
        self.invalidate_model()

    def _prepare_stripe_data(self, partner, database):
        """Return the values of the customer at Stripe, the same for all contacts.

        Stripe refuses invalid or multiple email addresses. As elsewhere in Odoo, the
        first valid one is used. https://docs.stripe.com/api/customers/create
        """
        addresses = email_normalize_all(partner.email)
        return {
            "name": (partner.name or "")[:256] or None,
            "email": addresses[0] if addresses else None,
            "phone": (partner.phone or "")[:20] or None,
            "address[line1]": partner.street or None,
            "address[city]": partner.city or None,
            "address[postal_code]": partner.zip or None,
            "address[state]": partner.state_id.name or None,
            "address[country]": partner.country_id.code or None,
            "metadata[paycollect_partner]": partner.id,
            "metadata[paycollect_database]": database,
        }

    def _get_key(self, partner, provider, data, now):
        """Return the idempotency key, which changes with the data and over time.

        :param now: naive UTC datetime
        """
        moment = now.replace(
            minute=now.minute // KEY_MINUTES * KEY_MINUTES, second=0, microsecond=0
        )
        parts = [partner.id, provider.id, moment.isoformat(), data]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
