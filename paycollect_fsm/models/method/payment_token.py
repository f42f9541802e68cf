# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models

from ...rules import retry
from ...rules.const import BANK_METHOD_CODES, BRAND_CODES, CARD_METHOD_CODES
from ...rules.masking import mask_card_numbers

# Details that a provider updates when a card or account is replaced.
DETAIL_FIELDS = ("expiry_date", "fingerprint", "payment_details", "provider_ref")
DECLINES_SINCE = timedelta(days=30)


class PaymentToken(models.Model):
    _inherit = "payment.token"

    commercial_partner_id = fields.Many2one(
        comodel_name="res.partner",
        related="partner_id.commercial_partner_id",
        string="Commercial Customer",
        store=True,
        index=True,
    )
    collection_priority = fields.Integer(
        string="Priority",
        readonly=True,
        copy=False,
        help="1 is the customer's primary method; higher numbers are backups, in "
        "that order. Empty: the method is tried last.",
    )
    expiry_date = fields.Date(
        string="Expires",
        readonly=True,
        help="Last day of the expiration month printed on the card.",
    )
    brand = fields.Char(
        readonly=True, help="Visa, Mastercard, … as printed on the card."
    )
    method_kind = fields.Selection(
        selection=[("card", "Card"), ("bank", "Bank account"), ("wallet", "Wallet")],
        string="Kind",
        compute="_compute_method_kind",
        store=True,
    )
    provider_ref = fields.Char(groups="paycollect_fsm.group_user,base.group_system")
    fingerprint = fields.Char(
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The provider's identifier for the card or account: the same card stored "
        "twice has the same fingerprint. It does not contain the card number.",
        mask_cards=False,
        groups="paycollect_fsm.group_user,base.group_system",
    )
    refused_at = fields.Datetime(
        string="Hard Declined On",
        readonly=True,
        copy=False,
        help="The bank declined the method permanently. It will not be charged "
        "automatically again unless its details change.",
    )
    details_changed_at = fields.Datetime(
        string="Details Updated On", readonly=True, copy=False
    )
    consent_ids = fields.One2many(
        comodel_name="paycollect.consent",
        inverse_name="token_id",
        string="Consents",
        groups="paycollect_fsm.group_user",
        readonly=True,
    )

    @api.depends(
        "payment_method_id.code", "payment_method_id.primary_payment_method_id"
    )
    def _compute_method_kind(self):
        for token in self:
            method = token.payment_method_id
            codes = {method.code, method.primary_payment_method_id.code}
            if codes & CARD_METHOD_CODES:
                token.method_kind = "card"
            elif codes & BANK_METHOD_CODES:
                token.method_kind = "bank"
            else:
                token.method_kind = "wallet"

    @api.depends("brand")
    def _compute_display_name(self):
        branded = self.filtered("brand")
        for token in branded:
            token.display_name = token._get_label()
        return super(PaymentToken, self - branded)._compute_display_name()

    @api.model_create_multi
    def create(self, vals_list):
        """Never store more of a card number than its last four digits.

        This applies whether or not the company collects automatically.
        """
        for vals in vals_list:
            if vals.get("payment_details"):
                vals["payment_details"] = mask_card_numbers(vals["payment_details"])
        return super().create(vals_list)

    def write(self, vals):
        if self.env.context.get("collection_keep_methods") and vals == {
            "active": False
        }:
            return True
        if vals.get("payment_details"):
            vals = dict(
                vals, payment_details=mask_card_numbers(vals["payment_details"])
            )
        names = [name for name in DETAIL_FIELDS if name in vals]
        before = {token: [token[name] for name in names] for token in self}
        result = super().write(vals)
        renewed = self.filtered(
            lambda token: [token[name] for name in names] != before[token]
        )
        renewed._set_renewed(fields.Datetime.now())
        return result

    def _set_gone(self, code, reason):
        """Archive a method that no longer exists at the provider.

        :param code: from the decline code table
        :param reason: shown on the consent that is revoked with it
        """
        gone = self._get_gone_with(code)
        gone.with_context(collection_archive_reason=reason).write({"active": False})

    def _get_gone_with(self, code):
        """Hook: this method and the ones removed along with it (sudo)."""
        self.ensure_one()
        return self.sudo()

    def _set_renewed(self, now):
        """Record that the card or account was replaced and retry open invoices."""
        for token in self:
            token.sudo().write({"details_changed_at": now, "refused_at": False})
            if token.active and token._has_consent():
                token.sudo().partner_id._collection_method_added(token.sudo())

    def _handle_archiving(self):
        """Revoke the consent of an archived method and clear its priority.

        A reason is evidence, so it is taken from the system only: remote calls cannot
        have sudo.
        """
        res = super()._handle_archiving()
        reason = self.env.su and self.env.context.get("collection_archive_reason")
        self.consent_ids._revoke(
            reason=reason or self.env._("The payment method was removed."),
        )
        placed = self.filtered("collection_priority")
        placed.collection_priority = 0
        for token in placed:
            token._get_placed_siblings()._set_places()
        return res

    def _has_consent(self):
        """Return whether the customer's consent to off-session charges is active."""
        self.ensure_one()
        return bool(self._get_active_consent())

    def _get_active_consent(self):
        """Return the consent that was not revoked, at most one (sudo)."""
        consents = self.sudo().consent_ids
        return consents.filtered(lambda consent: not consent.revoked_date)

    def _is_consented_for(self, document):
        """Return whether the active consent covers the customer of this document.

        The contact may have moved to another company since, or the document to another
        customer.

        :param document: a record with ``commercial_partner_id`` and ``company_id``
        """
        self.ensure_one()
        consent = self._get_active_consent()
        return (
            document.commercial_partner_id == consent.customer_id
            and self.sudo().company_id in document.company_id.sudo().parent_ids
        )

    def _is_provider_on(self):
        """Return whether its provider is enabled or in test mode."""
        self.ensure_one()
        return self.sudo().provider_id.state in ("enabled", "test")

    def _is_expired_on(self, date):
        """Return whether the method has expired by ``date`` (local date)."""
        self.ensure_one()
        return bool(self.expiry_date and self.expiry_date < date)

    def _get_network(self):
        """Return ``visa``, ``mastercard``, … or ``bank``; empty if unknown."""
        self.ensure_one()
        if self.method_kind == "bank":
            return "bank"
        return BRAND_CODES.get(self.brand) or (self.brand or "").lower()

    def _get_method_key(self):
        """Return the key for counting declines (C1): provider and fingerprint."""
        self.ensure_one()
        return f"{self.provider_id.id}:{self.fingerprint or f'token {self.id}'}"

    def _get_same_method(self):
        """Return all stored copies of the same card or account (sudo)."""
        self.ensure_one()
        if not self.fingerprint:
            return self.sudo()
        return (
            self.sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("fingerprint", "=", self.fingerprint),
                    ("provider_id", "=", self.provider_id.id),
                ]
            )
        )

    def _get_decline_times(self, now):
        """Return when each method was declined in the last 30 days (C1).

        The only place that counts declines: across all invoices and all stored copies
        of the card, regardless of who started the charge. A charge without a response
        also counts.

        :param now: naive UTC datetime
        :return: ``{method key: [naive UTC datetimes]}``, a key for each method
        """
        result = {token._get_method_key(): [] for token in self}
        copies = self.sudo().with_context(active_test=False)
        marks = self.filtered("fingerprint").mapped("fingerprint")
        copies |= copies.search([("fingerprint", "in", marks)])
        declined = self.env["payment.transaction"].sudo()
        for transaction in declined.search_fetch(
            [
                ("token_id", "in", copies.ids),
                ("state", "in", ("draft", "error", "cancel")),
                ("operation", "in", ("offline", "online_token")),
                ("last_state_change", ">", now - DECLINES_SINCE),
            ],
            ["token_id", "last_state_change", "state", "operation"],
        ):
            key = transaction.token_id._get_method_key()
            if key in result and transaction._counts_as_decline():
                result[key].append(transaction.last_state_change)
        return result

    def _get_retry_method(self, now):
        """Return this method as a :class:`retry.Method`; ``now``: naive UTC."""
        self.ensure_one()
        return retry.Method(
            key=self._get_method_key(),
            network=self._get_network(),
            expired=self._is_expired_on(self.company_id._get_today(now)),
            refused=bool(self.refused_at),
            changed_at=self.details_changed_at or None,
            added_at=max(self.sudo().consent_ids.mapped("date"), default=None),
        )

    def _get_label(self):
        """Return a readable name such as ``Visa •••• 4242``, at most four digits."""
        self.ensure_one()
        default = self.env._("Payment method")
        name = self.brand or self.payment_method_id.name or default
        tail = (self.payment_details or "").strip()[-4:]
        return f"{name} •••• {tail}" if tail.isdigit() else name
