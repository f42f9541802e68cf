# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta

from odoo import fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...rules.const import KEY_REJECTED_HTTP_STATUS
from ..method.payment_provider import ON

_logger = logging.getLogger(__name__)

# How often one charge is sent to check whether the key works again.
PROBE_AFTER = timedelta(minutes=15)


class PaymentProvider(models.Model):
    """A rejected API key is not a decline; it needs fixing on our side.

    The provider's charges are held back until a request succeeds or a new key is
    entered.
    """

    _inherit = "payment.provider"

    collection_key_rejected_at = fields.Datetime(
        string="API Key Rejected Since",
        readonly=True,
        copy=False,
        help="When the provider started rejecting the API key. Charges are held back "
        "until the key works.",
    )
    collection_key_probe_at = fields.Datetime(
        string="Next API Key Check", readonly=True, copy=False
    )

    def write(self, vals):
        result = super().write(vals)
        if any(self._is_credential(name) for name in vals):
            self.filtered("collection_key_rejected_at")._set_key_accepted()
        if vals.get("state") in ON:
            self._wake_charges()
        return result

    def _wake_charges(self):
        """Trigger the sweep, which resumes held charges in its own transactions."""
        self.env.ref("paycollect_fsm.cron_send_due").sudo()._trigger()

    def _is_key_rejected(self, now):
        """Whether the provider's charges wait for a valid key.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        probe_at = self.collection_key_probe_at
        return bool(self.collection_key_rejected_at and probe_at and probe_at > now)

    def _set_key_rejected(self, now):
        """Record that the key is rejected, and notify the exceptions owner once.

        If another worker is recording it right now, that is just as good.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        provider = self.sudo()
        try:
            with self.env.cr.savepoint():
                provider.write(
                    {
                        "collection_key_rejected_at": (
                            provider.collection_key_rejected_at or now
                        ),
                        "collection_key_probe_at": now + PROBE_AFTER,
                    }
                )
                provider._report_key_rejected()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            _logger.info(
                "Provider %s: another worker recorded the rejected key", self.id
            )

    def _set_key_accepted(self):
        """Record that the key works again, and let the sweep resume held charges.

        Called while a charge is being answered, so it must neither fail nor be slow.
        """
        try:
            with self.env.cr.savepoint():
                self.sudo().collection_key_rejected_at = False
                self._wake_charges()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            _logger.info(
                "Providers %s: another worker recorded the accepted key", self.ids
            )

    # -- network boundary ------------------------------------------------------------

    def _send_api_request(self, method, endpoint, **kwargs):
        answer = super()._send_api_request(method, endpoint, **kwargs)
        if self.collection_key_rejected_at:
            self._set_key_accepted()
        return answer

    def _parse_response_error(self, response):
        """A response about the request itself shows that the key was accepted."""
        accepted = 400 <= response.status_code < 500
        accepted &= response.status_code not in (*KEY_REJECTED_HTTP_STATUS, 429)
        if accepted and self.collection_key_rejected_at:
            self._set_key_accepted()
        return super()._parse_response_error(response)

    # -- activities ------------------------------------------------------------------

    def _get_key_summary(self):
        return self.env._("%(provider)s is rejecting the API key", provider=self.name)

    def _report_key_rejected(self):
        company = self.company_id
        company._schedule_collection_activity(
            company.partner_id,
            self._get_key_summary(),
            self.env._(
                "%(provider)s is rejecting the API key, so nothing can be charged "
                "there. No charges were declined; they are held back. Enter a valid "
                "key under Invoicing ▸ Configuration ▸ Payment Providers, and charging "
                "will resume automatically.",
                provider=self.name,
            ),
            code=f"key_rejected_{self.id}",
        )

    def _close_accepted_keys(self):
        """Close the activities of providers whose key works again."""
        accepted = self.search(
            [
                ("collection_key_rejected_at", "=", False),
                ("collection_key_probe_at", "!=", False),
            ]
        )
        for provider in accepted:
            self.env["mail.activity"].search(
                [
                    ("res_model", "=", "res.partner"),
                    ("res_id", "=", provider.company_id.partner_id.id),
                    ("summary", "=", provider._get_key_summary()),
                ]
            ).action_feedback(feedback=self.env._("The API key works again."))
        accepted.collection_key_probe_at = False
