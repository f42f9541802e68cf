# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib
import secrets

from odoo import fields, models

from ...rules.const import (
    BRAND_NAMES,
)
from ...rules.masking import describe_typed_method


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"
    _masked_texts = ("state_message",)

    collection_mark = fields.Char(
        string="Unique ID",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_system",
        help="A random value that the provider stores with the payment. Unlike an ID "
        "or a reference, it never repeats in a database restored from a backup.",
        mask_cards=False,
    )
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
        string="Consent Language",
        readonly=True,
        groups="paycollect_fsm.group_user",
    )
    collection_ip_address = fields.Char(
        string="IP Address", readonly=True, groups="paycollect_fsm.group_user"
    )
    _collection_declines = models.Index(
        "(token_id, last_state_change) WHERE state IN ('draft', 'error', 'cancel')"
    )

    def _is_collected(self):
        """Whether our rules apply: the company collects, or we started the payment.

        A payment that was started is finished under the same rules even after the
        company stops collecting.
        """
        self.ensure_one()
        company = self.sudo().provider_id.company_id
        return company._collects_here_or_below() or self._is_ours()

    def _is_ours(self):
        """Hook: whether we started the payment, or the one that it refunds."""
        self.ensure_one()
        tx = self.sudo()
        started = tx.source_transaction_id or tx
        return bool(started.collection_link_id or started.collection_consent_text)

    # Identity

    def _prepare_create_values(self, vals_list):
        """Mark each new transaction, whoever creates it.

        A default would give all earlier transactions the same mark at installation.
        """
        marked = [
            {**vals, "collection_mark": secrets.token_hex(16)} for vals in vals_list
        ]
        return super()._prepare_create_values(marked)

    def _send_api_request(self, method, endpoint, **kwargs):
        """Make the idempotency key unique to this transaction, for any provider.

        Odoo derives it from the database and the reference. A restored database can
        give the same reference to another customer's invoice, and the provider would
        then return the payment it made for the first one.
        """
        mark = self.sudo().collection_mark
        if mark and (key := kwargs.get("idempotency_key")):
            own_key = hashlib.sha256(f"{key}{mark}".encode()).hexdigest()
            kwargs["idempotency_key"] = own_key
        return super()._send_api_request(method, endpoint, **kwargs)

    # Declines

    def _counts_as_decline(self):
        """Hook: whether a payment that didn't succeed counts as a decline."""
        self.ensure_one()
        if self.state == "cancel" and not self.provider_reference:
            return False  # withdrawn before it was sent, or the key was rejected
        return self.state != "draft" or self.operation == "offline"

    # Booking

    def _check_amount_and_confirm_order(self):
        """Do not block a customer who pays online over a missing method."""
        by_customer = self.with_context(collection_by_customer=True)
        return super(PaymentTransaction, by_customer)._check_amount_and_confirm_order()

    # Tokenization

    def _process(self, provider_code, payment_data):
        """Drop a card number typed into the demo form before it is processed."""
        if provider_code == "demo" and "payment_details" in payment_data:
            self = self or self._search_by_reference(provider_code, payment_data)
            if not self or not self._is_collected():
                return super()._process(provider_code, payment_data)
            typed = describe_typed_method(payment_data["payment_details"])
            payment_data = dict(
                payment_data, payment_details=typed.last_four, collection_typed=typed
            )
        return super()._process(provider_code, payment_data)

    def _extract_token_values(self, payment_data):
        """Add brand, expiry and fingerprint to the provider's values."""
        values = super()._extract_token_values(payment_data)
        if not values or not self._is_collected():
            return values
        return values | self._prepare_method_vals(payment_data, values)

    def _prepare_method_vals(self, payment_data, values):
        """Hook: brand, expiry and fingerprint of a method that is being stored."""
        typed = payment_data.get("collection_typed")
        return self._get_demo_method_vals(typed) if typed else {}

    def _get_demo_method_vals(self, typed):
        """Derive the fingerprint of a simulated card from its brand and last four."""
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
        """Run the follow-up steps for the final state."""
        res = super()._post_process()
        for transaction in self.sudo():
            transaction._after_post_process()
        return res

    def _after_post_process(self):
        """Hook: follow-up once the state is processed; may run repeatedly (sudo)."""
        self.ensure_one()
        if self.collection_link_id or self.collection_consent_text:
            self._post_process_collection_method()
            self._post_process_saved_method()
        if self.collection_link_id:
            self._post_process_link_payment()

    # Validation of a method through a signed link or on the portal

    def _post_process_collection_method(self, now=None):
        """Make the validated method usable: consent, primary, hook.

        Runs on every state change; a consent for the transaction means it is already
        done. A parallel run fails on the unique index and is repeated by the
        post-processing cron, which then has nothing left to do.
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
            "link" if self.collection_link_id else "portal",
            now=now,
            **self._prepare_consent_extra_vals(token),
        )
        token._set_primary()
        self.collection_link_id._set_used(now or fields.Datetime.now())
        self.collection_link_id._note_saved(token)
        token.partner_id._collection_method_added(token)

    def _post_process_saved_method(self):
        """Record the consent to a method that was saved while paying on Odoo's pages.

        It is the last backup, and the first method of who has none.
        """
        self.ensure_one()
        token = self.token_id
        if self.operation == "validation" or not self.collection_consent_text:
            return
        if not token.active or self.state not in ("authorized", "done"):
            return
        if self._has_collection_consent():
            return
        self.env["paycollect.consent"]._record(
            token,
            self.collection_consent_text,
            "link" if self.collection_link_id else "portal",
            **self._prepare_consent_extra_vals(token),
        )
        (token._get_placed_siblings() | token)._set_places()

    def _post_process_link_payment(self, now=None):
        """Note on the link that it was paid."""
        paid = self.operation != "validation" and self.state in ("authorized", "done")
        if paid and not self.collection_link_id.used_at:
            self.collection_link_id._set_used(now or fields.Datetime.now())

    def _has_collection_consent(self):
        return bool(
            self.env["paycollect.consent"].search_count(
                [("transaction_id", "=", self.id)], limit=1
            )
        )

    def _prepare_consent_extra_vals(self, token):
        return {
            "transaction_id": self.id,
            "link_id": self.collection_link_id.id,
            "company_id": (self.collection_link_id or token).company_id.id,
            "ip_address": self.collection_ip_address,
            "lang": self.collection_consent_lang,
        }
