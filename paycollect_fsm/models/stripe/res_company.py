# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ..company.res_company_activation import BLOCKER, WARNING, Check


class ResCompany(models.Model):
    _inherit = "res.company"

    def _on_collection_active(self):
        """Allow saving US bank accounts, which Odoo 19.0 only charges once."""
        super()._on_collection_active()
        method = self.env.ref("payment.payment_method_ach_direct_debit", False)
        if self and method:
            method.sudo().support_tokenization = True

    def _get_activation_checks(self):
        return [*super()._get_activation_checks(), *self._check_webhooks()]

    def _check_webhooks(self):
        title = self.env._("Webhook secret")
        for provider in self._get_collection_providers():
            if provider.code != "stripe":
                continue
            if not provider.stripe_webhook_secret:
                yield Check(
                    BLOCKER,
                    title,
                    self.env._(
                        "%(provider)s has no webhook secret, so payment events can't "
                        "be verified. Click “Generate your webhook” on the provider.",
                        provider=provider.name,
                    ),
                )
            if provider.collection_missing_events:
                yield Check(
                    WARNING,
                    self.env._("Webhook events"),
                    self.env._(
                        "The webhook of %(provider)s doesn't send all required events "
                        "(%(missing)s). Click “Update Webhook” on the provider.",
                        provider=provider.name,
                        missing=provider.collection_missing_events,
                    ),
                )
