# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.const import BRAND_NAMES
from ...rules.masking import expiry_of_month
from ...rules.stripe_events import Verdict, get_id
from .paycollect_event import DONE, IGNORED


class PaycollectEvent(models.Model):
    """Stored methods that changed at the provider without us."""

    _inherit = "paycollect.event"

    # -- handlers --------------------------------------------------------------

    def _apply_method_update(self, method, now):
        """The network's account updater, or somebody at the provider, renewed it."""
        tokens = self._search_tokens(stripe_payment_method=method["id"])
        if not tokens:
            return self._ignore_unknown_method()
        vals = self._prepare_token_vals(method)
        for token in tokens:
            changed = {
                name: value for name, value in vals.items() if token[name] != value
            }
            if changed:
                token.write(changed)
        return Verdict(
            DONE,
            self.env._("Renewed: %(methods)s.", methods=self._get_labels(tokens)),
        )

    def _apply_method_removal(self, method, now):
        return self._archive_methods(
            self._search_tokens(stripe_payment_method=method["id"]),
            self.env._("It was removed at the provider."),
        )

    def _apply_customer_removal(self, customer, now):
        """Stripe detaches all methods of a customer that is deleted."""
        self.env["paycollect.provider.customer"].search(
            [
                ("reference", "=", customer["id"]),
                ("provider_id", "=", self.provider_id.id),
            ]
        ).unlink()
        return self._archive_methods(
            self._search_tokens(provider_ref=customer["id"]),
            self.env._("The customer was deleted at the provider."),
        )

    def _apply_mandate(self, mandate, now):
        """https://docs.stripe.com/api/mandates/object: an inactive one is over."""
        if mandate.get("status") != "inactive":
            return Verdict(IGNORED, self.env._("The mandate stands; nothing changes."))
        method = get_id(mandate.get("payment_method"))
        tokens = self._search_tokens(stripe_mandate=mandate["id"]) or (
            self._search_tokens(stripe_payment_method=method)
        )
        return self._archive_methods(
            tokens, self.env._("The bank says that the mandate is no longer valid.")
        )

    # -- steps -----------------------------------------------------------------

    def _search_tokens(self, **values):
        """Active methods of this account whose only given field has this value."""
        ((name, value),) = values.items()
        if not value:
            return self.env["payment.token"]
        tokens = self.env["payment.token"].search(
            [(name, "=", value), ("provider_id.code", "=", "stripe")]
        )
        return tokens.filtered(
            lambda token: token.provider_id._is_same_account(self.provider_id)
        )

    def _prepare_token_vals(self, method):
        """Return what a method's object says of the card or account (masked)."""
        details = method.get(method.get("type")) or {}
        brand = details.get("brand")
        vals = {
            "payment_details": details.get("last4"),
            "expiry_date": expiry_of_month(
                details.get("exp_year"), details.get("exp_month")
            ),
            "fingerprint": details.get("fingerprint"),
            "brand": brand and BRAND_NAMES.get(brand, brand.replace("_", " ").title()),
        }
        return {name: value for name, value in vals.items() if value}

    def _archive_methods(self, tokens, reason):
        if not tokens:
            return self._ignore_unknown_method()
        labels = self._get_labels(tokens)
        tokens.with_context(collection_archive_reason=reason).write({"active": False})
        return Verdict(
            DONE,
            self.env._(
                "%(reason)s Archived here: %(methods)s.", reason=reason, methods=labels
            ),
        )

    def _ignore_unknown_method(self):
        return Verdict(
            IGNORED, self.env._("No active payment method here is concerned.")
        )

    def _get_labels(self, tokens):
        return ", ".join(token._get_label() for token in tokens)
