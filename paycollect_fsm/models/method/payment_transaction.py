# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...rules.const import (
    BRAND_NAMES,
    DEMO_DECLINE_CODES,
    OCCASION_PAID,
    STRIPE_BANK_BRANDS,
)
from ...rules.masking import describe_typed_method, expiry_of_month


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    collection_link_id = fields.Many2one(
        comodel_name="paycollect.link",
        string="Signed Link",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups="paycollect_fsm.group_user",
    )
    collection_consent_text = fields.Text(
        string="Consent Shown", readonly=True, groups="paycollect_fsm.group_user"
    )
    collection_consent_lang = fields.Char(
        string="Language of the Consent",
        readonly=True,
        groups="paycollect_fsm.group_user",
    )
    collection_ip_address = fields.Char(
        string="IP Address", readonly=True, groups="paycollect_fsm.group_user"
    )
    collection_attempt_ids = fields.One2many("paycollect.attempt", "transaction_id")

    collection_contradicted = fields.Boolean(
        string="Contradicting Answer",
        readonly=True,
        help="The provider spoke of another amount or currency than was asked for.",
    )

    _collection_unfinished = models.Index("(id) WHERE is_post_processed IS NOT TRUE")
    _collection_declines = models.Index(
        "(token_id, last_state_change) WHERE state IN ('draft', 'error', 'cancel')"
    )

    # Booking

    def _check_amount_and_confirm_order(self):
        """A customer who pays online is not stopped by a missing method."""
        by_customer = self.with_context(collection_by_customer=True)
        return super(PaymentTransaction, by_customer)._check_amount_and_confirm_order()

    def _refund(self, amount_to_refund=None):
        """Book a payment before it is given back: Odoo would never book it later."""
        if self.state == "done" and not self.is_post_processed:
            self._post_process()
        return super()._refund(amount_to_refund=amount_to_refund)

    def _log_message_on_linked_documents(self, message):
        """Charges by a job leave a note on the invoice without the work of a post:
        notes notify nobody anyway."""
        if not self.collection_attempt_ids:
            return super()._log_message_on_linked_documents(message)
        moves = self.sudo()._get_invoices_to_notify()
        moves._message_log_batch(bodies=dict.fromkeys(moves.ids, message))
        return None

    # Tokenisation

    def _process(self, provider_code, payment_data):
        """Note the answer for the attempt that is being charged.

        A number typed into the demo form goes no further than this.
        """
        self._note_answer(payment_data)
        if provider_code == "demo" and "payment_details" in payment_data:
            typed = describe_typed_method(payment_data["payment_details"])
            payment_data = dict(
                payment_data, payment_details=typed.last_four, collection_typed=typed
            )
        return super()._process(provider_code, payment_data)

    def _validate_amount(self, payment_data):
        """An answer about another amount is no decline: something was charged."""
        before = self.state
        super()._validate_amount(payment_data)
        if self.state != "error" or before == "error":
            return
        if self.collection_attempt_ids:
            self.collection_contradicted = True
        exchange = self.env.context.get("paycollect_exchange")
        if exchange is not None:
            exchange.contradicted = True

    def _note_answer(self, payment_data):
        exchange = self.env.context.get("paycollect_exchange")
        if exchange is None or exchange.body or not isinstance(payment_data, dict):
            return
        exchange.body = payment_data
        if self.provider_code == "demo":
            digits = (self.token_id.payment_details or "")[-4:]
            exchange.body = {"error": {"code": DEMO_DECLINE_CODES.get(digits)}}

    def _extract_token_values(self, payment_data):
        """Add brand, expiry and fingerprint to what the provider keeps."""
        values = super()._extract_token_values(payment_data)
        if not values:
            return values
        if self.provider_code == "stripe":
            values.update(self._get_stripe_method_vals(payment_data, values))
        elif typed := payment_data.get("collection_typed"):
            values.update(self._get_demo_method_vals(typed))
        return values

    def _get_stripe_method_vals(self, payment_data, values):
        """Read the description of the stored method from Stripe's object.

        https://docs.stripe.com/api/payment_methods/object
        """
        method = payment_data.get("payment_method")
        if not isinstance(method, dict) or method.get("id") != values.get(
            "stripe_payment_method"
        ):
            return {}  # Stripe made another method of it; the base has its details
        kind = method.get("type")
        details = method.get(kind) or {}
        brand = details.get("brand")
        if brand:
            brand = BRAND_NAMES.get(brand, brand.replace("_", " ").title())
        else:
            brand = details.get("bank_name") or STRIPE_BANK_BRANDS.get(kind)
        return {
            "brand": brand or BRAND_NAMES.get(kind),
            "expiry_date": expiry_of_month(
                details.get("exp_year"), details.get("exp_month")
            ),
            "fingerprint": details.get("fingerprint"),
        }

    def _get_demo_method_vals(self, typed):
        """The fingerprint of a simulated card is made of what is shown of it."""
        brand = BRAND_NAMES.get(typed.brand_code)
        mark = f"demo:{typed.brand_code}:{typed.last_four}"
        return {
            "payment_details": typed.last_four,
            "brand": brand,
            "expiry_date": typed.expiry_date,
            "fingerprint": mark if typed.last_four else False,
        }

    # Post-processing

    def _post_process(self):
        """Tell consents, attempts and invoices what became of it."""
        res = super()._post_process()
        for transaction in self.sudo():
            if transaction.collection_link_id:
                transaction._post_process_collection_method()
            if attempts := transaction.collection_attempt_ids:
                attempts._as_system()._sync_with_transaction()
        paid = self.filtered(lambda tx: tx.state == "done")
        paid.invoice_ids._notify_customer(OCCASION_PAID)
        return res

    # Validation of a method through a signed link

    def _post_process_collection_method(self, now=None):
        """Make the validated method usable: consent, primary, hook.

        Runs again whenever the state changes; a consent for the transaction means
        that it was done. A parallel run loses against the unique index and is
        repeated by the post-processing cron, which then finds it done.
        """
        self.ensure_one()
        token = self.token_id
        if self.operation != "validation" or not token.active:
            return
        if self.state in ("cancel", "error"):
            token.active = False  # the customer was told that it was not saved
        if self.state not in ("authorized", "done") or self._has_collection_consent():
            return
        self.env["paycollect.consent"]._record(
            token,
            self.collection_consent_text,
            "link",
            now=now,
            **self._prepare_consent_extra_vals(),
        )
        token._set_primary()
        self.collection_link_id._set_used(now or fields.Datetime.now())
        token.partner_id._collection_method_added(token)

    def _has_collection_consent(self):
        return bool(
            self.env["paycollect.consent"].search_count(
                [("transaction_id", "=", self.id)], limit=1
            )
        )

    def _prepare_consent_extra_vals(self):
        return {
            "transaction_id": self.id,
            "link_id": self.collection_link_id.id,
            "company_id": self.collection_link_id.company_id.id,
            "ip_address": self.collection_ip_address,
            "lang": self.collection_consent_lang,
        }
