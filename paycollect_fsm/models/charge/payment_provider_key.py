# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta

from odoo import fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...rules.const import KEY_REJECTED_HTTP_STATUS
from ..method.payment_provider import ON

_logger = logging.getLogger(__name__)

# One charge is sent this often to see whether the key works again.
PROBE_AFTER = timedelta(minutes=15)


class PaymentProvider(models.Model):
    """A provider that rejects our key has declined nothing: it is ours to correct.

    Its charges wait. They go on when a request succeeds, or somebody enters a key.
    """

    _inherit = "payment.provider"

    collection_key_rejected_at = fields.Datetime(
        string="Key Rejected Since",
        readonly=True,
        copy=False,
        help="The provider rejects our key; charges wait until it works (UTC).",
    )
    collection_key_probe_at = fields.Datetime(readonly=True, copy=False)

    def write(self, vals):
        result = super().write(vals)
        if any(self._is_credential(name) for name in vals):
            self.filtered("collection_key_rejected_at")._set_key_accepted()
        if vals.get("state") in ON:
            self._wake_charges()
        return result

    def _wake_charges(self):
        """Let the sweep look at what waits, in transactions of its own."""
        self.env.ref("paycollect_fsm.cron_send_due").sudo()._trigger()

    def _is_key_rejected(self, now):
        """Whether charges of the provider wait for another key.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        probe_at = self.collection_key_probe_at
        return bool(self.collection_key_rejected_at and probe_at and probe_at > now)

    def _set_key_rejected(self, now):
        """Note that the key is rejected, and tell the responsible person once.

        Another worker may note it at this moment; that is as good.

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
            _logger.info("Somebody else notes the rejected key of %s", self.id)

    def _set_key_accepted(self):
        """The provider takes the key again: the sweep lets go on what waited.

        Called while a charge is answered, so nothing here may go wrong or be slow.
        """
        try:
            with self.env.cr.savepoint():
                self.sudo().collection_key_rejected_at = False
                self._wake_charges()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            _logger.info("Somebody else notes the accepted key of %s", self.ids)

    # -- the seam --------------------------------------------------------------------

    def _send_api_request(self, method, endpoint, **kwargs):
        answer = super()._send_api_request(method, endpoint, **kwargs)
        if self.collection_key_rejected_at:
            self._set_key_accepted()
        return answer

    def _parse_response_error(self, response):
        """An answer that is about the request shows that the key was taken."""
        accepted = 400 <= response.status_code < 500
        accepted &= response.status_code not in (*KEY_REJECTED_HTTP_STATUS, 429)
        if accepted and self.collection_key_rejected_at:
            self._set_key_accepted()
        return super()._parse_response_error(response)

    # -- people ----------------------------------------------------------------------

    def _get_key_summary(self):
        return self.env._("%(provider)s rejects our key", provider=self.name)

    def _report_key_rejected(self):
        company = self.company_id
        company._schedule_collection_activity(
            company.partner_id,
            self._get_key_summary(),
            self.env._(
                "%(provider)s rejects our key, so nothing can be charged there. No "
                "charge was declined; they wait. Enter a valid key under Invoicing ▸ "
                "Configuration ▸ Payment Providers; the charges then go on by "
                "themselves.",
                provider=self.name,
            ),
        )

    def _close_accepted_keys(self):
        """Nobody has to enter a key any more."""
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
            ).action_feedback(feedback=self.env._("The key works again."))
        accepted.collection_key_probe_at = False
