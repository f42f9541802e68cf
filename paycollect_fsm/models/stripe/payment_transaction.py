# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import time

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.payment import utils as payment_utils
from odoo.addons.payment_stripe import const as stripe_const

from ...rules.outcome import Exchange
from ...rules.stripe_events import MARK

BY_TOKEN = ("offline", "online_token")
CONFLICT = 409
CONFLICT_PAUSES = (0.2, 0.5, 1)  # seconds; the customer is waiting for the page


class PaymentTransaction(models.Model):
    """Requests to Stripe that can be repeated without doing anything twice.

    Every request that changes something carries an idempotency key. The same key
    requires the same parameters (docs.stripe.com/api/idempotent_requests), so the
    parameters of a charge are stored with the draft: an address, a setting or a renewed
    card may change before the request is repeated.
    """

    _inherit = "payment.transaction"

    collection_request = fields.Json(
        string="Charge Request",
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="The parameters sent to the provider; the same for repeated requests.",
        mask_cards=False,
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._set_chargeable_amount(vals)
        transactions = super().create(vals_list)
        for transaction in transactions.sudo():
            if transaction._is_stripe_charge_by_token():
                transaction.collection_request = (
                    transaction._stripe_prepare_payment_intent_payload()
                )
        return transactions

    def _set_chargeable_amount(self, vals):
        """Round the amount down to what Stripe can charge, if the company collects.

        Applies no matter who starts the payment. Refunds are never reduced.
        """
        provider = self.env["payment.provider"].sudo().browse(vals.get("provider_id"))
        if vals.get("amount", 0) <= 0 or provider.code != "stripe":
            return
        if not provider._is_followed():
            return
        currency = self.env["res.currency"].browse(vals["currency_id"])
        chargeable = provider._get_chargeable_amount(vals["amount"], currency)
        vals["amount"] = chargeable or vals["amount"]

    def _is_stripe_charge_by_token(self):
        """Whether its request can be prepared without asking Stripe first."""
        return bool(
            self.provider_code == "stripe"
            and self.operation in BY_TOKEN
            and not self.source_transaction_id
            and self.token_id.stripe_payment_method
            and self._is_collected()
        )

    # -- intents -----------------------------------------------------------------

    def _stripe_prepare_payment_intent_payload(self):
        """Return the stored request, else a new one that is marked as ours."""
        if stored := self.sudo().collection_request:
            return dict(stored)
        payload = super()._stripe_prepare_payment_intent_payload()
        if self._is_collected():
            payload |= self._prepare_stripe_metadata()
        return payload

    def _stripe_prepare_setup_intent_payload(self):
        payload = super()._stripe_prepare_setup_intent_payload()
        if self._is_collected():
            payload |= self._prepare_stripe_metadata()
        return payload

    def _prepare_stripe_metadata(self):
        """Return the metadata that identifies the charge, also across databases."""
        return {
            "metadata[paycollect_reference]": self.reference,
            "metadata[paycollect_database]": self._get_database_uuid(),
            f"metadata[{MARK}]": self.sudo().collection_mark or None,
        }

    def _get_database_uuid(self):
        return self.env["ir.config_parameter"].sudo().get_param("database.uuid")

    # -- requests ----------------------------------------------------------------

    def _send_api_request(self, method, endpoint, *, data=None, **kwargs):
        """Add the key to each request to Stripe, and the amount to a capture."""
        if self.provider_code == "stripe" and method == "POST" and self._is_collected():
            if self._is_stripe_capture(endpoint):
                data = {**(data or {}), "amount_to_capture": self._get_minor_amount()}
            if endpoint == "refunds":  # its event may arrive before our commit
                data = {**(data or {}), **self._prepare_stripe_metadata()}
            if not kwargs.get("idempotency_key"):
                kwargs["idempotency_key"] = payment_utils.generate_idempotency_key(
                    self, scope=endpoint
                )
        return super()._send_api_request(method, endpoint, data=data, **kwargs)

    def _is_stripe_capture(self, endpoint):
        return endpoint.startswith("payment_intents/") and endpoint.endswith("/capture")

    def _get_minor_amount(self):
        """Return the amount in Stripe's units, e.g. cents."""
        return payment_utils.to_minor_currency_units(
            self.amount,
            self.currency_id,
            arbitrary_decimal_number=stripe_const.CURRENCY_DECIMALS.get(
                self.currency_id.name
            ),
        )

    def _extract_amount_data(self, payment_data):
        """Compare a capture with the captured amount, not with the authorized one."""
        intent = payment_data.get("payment_intent")
        if (
            self.provider_code == "stripe"
            and self.source_transaction_id
            and isinstance(intent, dict)
            and intent.get("status") == "succeeded"
            and "amount_received" in intent
            and self._is_collected()
        ):
            payment_data = {
                **payment_data,
                "payment_intent": {**intent, "amount": intent["amount_received"]},
            }
        return super()._extract_amount_data(payment_data)

    # -- customers ---------------------------------------------------------------

    def _stripe_create_intent(self):
        """Store the intent's ID. If Stripe deleted the customer, forget their ID.

        Otherwise Odoo only learns the ID of an intent that the customer completes in
        the browser when the customer returns.
        """
        if self.operation in BY_TOKEN or not self._is_collected():
            return super()._stripe_create_intent()
        exchange = Exchange()
        noted = self.with_context(paycollect_exchange=exchange)
        intent = super(PaymentTransaction, noted)._stripe_create_intent()
        error = exchange.body.get("error") or {}
        if error.get("code") == "resource_missing" and error.get("param") == "customer":
            customers = self.env["paycollect.provider.customer"].sudo()
            customers._forget(self.partner_id.commercial_partner_id, self.provider_id)
        if intent and self.operation == "online_direct":
            self.provider_reference = intent["id"]
        return intent

    def _stripe_create_customer(self):
        """Return the single Stripe customer of the commercial partner.

        Runs in the customer's own request, like Odoo's call.
        """
        if not self._is_collected():
            return super()._stripe_create_customer()
        customers = self.env["paycollect.provider.customer"].sudo()
        partner = self.partner_id.commercial_partner_id
        provider = self.provider_id
        if reference := customers._find_reference(partner, provider):
            return {"id": reference}
        data = customers._prepare_stripe_data(partner, self._get_database_uuid())
        key = customers._get_key(partner, provider, data, fields.Datetime.now())
        customer = self._send_customer(data, key)
        customers._store_reference(partner, provider, customer["id"])
        return customer

    def _send_customer(self, data, key):
        """Create the customer; a second click waits for the first one's result.

        While a request with the same key is in progress, Stripe responds with 409
        (docs.stripe.com/api/idempotent_requests).
        """
        for pause in CONFLICT_PAUSES:
            exchange = Exchange()
            try:
                return self._post_customer(data, key, exchange)
            except ValidationError:
                if exchange.status != CONFLICT:
                    raise
            time.sleep(pause)
        return self._post_customer(data, key, Exchange())

    def _post_customer(self, data, key, exchange):
        """Send it through the provider: the transaction would use its own key."""
        provider = self.provider_id.with_context(paycollect_exchange=exchange)
        return provider._send_api_request(
            "POST",
            "customers",
            data=data,
            idempotency_key=key,
            reference=self.reference,
        )
