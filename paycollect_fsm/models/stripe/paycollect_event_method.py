# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.const import BRAND_NAMES
from ...rules.masking import expiry_of_month
from ...rules.stripe_events import Verdict, get_id
from .paycollect_event import DONE, IGNORED


class PaycollectEvent(models.Model):
    """Events of stored methods that changed at the provider."""

    _inherit = "paycollect.event"

    # -- handlers --------------------------------------------------------------

    def _apply_method_update(self, method, now):
        """Update a method that an account updater or the merchant renewed."""
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
            self.env._("Updated: %(methods)s.", methods=self._get_labels(tokens)),
        )

    def _apply_method_removal(self, method, now):
        return self._archive_methods(
            self._search_tokens(stripe_payment_method=method["id"]),
            self.env._("The payment method was removed at the provider."),
        )

    def _apply_customer_removal(self, customer, now):
        """Archive all methods of a deleted customer, which Stripe detaches."""
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
        """Archive the methods of an inactive mandate.

        https://docs.stripe.com/api/mandates/object
        """
        if mandate.get("status") != "inactive":
            return Verdict(
                IGNORED, self.env._("The mandate is not inactive. Nothing changed.")
            )
        method = get_id(mandate.get("payment_method"))
        tokens = self._search_tokens(stripe_mandate=mandate["id"]) or (
            self._search_tokens(stripe_payment_method=method)
        )
        return self._archive_methods(
            tokens, self.env._("The bank reports that the mandate is no longer valid.")
        )

    # -- steps -----------------------------------------------------------------

    def _search_tokens(self, **values):
        """Return active methods of this account by the value of one field."""
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
        """Return the masked card or account details of a method's object."""
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
                "%(reason)s Archived: %(methods)s.", reason=reason, methods=labels
            ),
        )

    def _ignore_unknown_method(self):
        return Verdict(
            IGNORED, self.env._("No matching active payment method was found.")
        )

    def _get_labels(self, tokens):
        return ", ".join(token._get_label() for token in tokens)
