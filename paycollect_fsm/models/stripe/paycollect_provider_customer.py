# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib
import json

from odoo import fields, models
from odoo.tools import SQL, email_normalize_all

# Two clicks at once make one customer; an error that Stripe keeps answering for the
# same key is not kept for longer than this.
KEY_MINUTES = 10


class PaycollectProviderCustomer(models.Model):
    """Which customer at the provider a commercial partner is: one, for all methods."""

    _name = "paycollect.provider.customer"
    _description = "Customer at the Payment Provider"
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
        readonly=True,
        help="The provider's id of the customer. Empty: the known one does not exist "
        "any more, the next form makes a new one.",
    )

    is_replaced = fields.Boolean(
        string="Replaced",
        readonly=True,
        help="Its partner was merged with one that has another customer there. Stored "
        "methods still use it; new ones do not.",
    )

    _one_per_provider = models.UniqueIndex(
        "(partner_id, provider_id) WHERE is_replaced IS NOT TRUE"
    )

    def _find_reference(self, partner, provider):
        """Return the provider's id of a commercial partner, or False.

        Methods that were saved before this was written down know it as well.
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
        """The provider says that there is no such customer."""
        self._store_reference(partner, provider, None)

    def _store_reference(self, partner, provider, reference):
        """Remember the provider's id of a commercial partner.

        Who comes second in a race gets a serialization failure. Odoo then repeats
        the request, which finds what the first one stored.
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
        """Values of the customer at Stripe: the same for all of its contacts.

        Stripe refuses a customer whose address is none or several: as in Odoo itself,
        the first valid one counts. https://docs.stripe.com/api/customers/create
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
        """Return the idempotency key; other data or another time make another one.

        :param now: naive UTC datetime
        """
        moment = now.replace(
            minute=now.minute // KEY_MINUTES * KEY_MINUTES, second=0, microsecond=0
        )
        parts = [partner.id, provider.id, moment.isoformat(), data]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
