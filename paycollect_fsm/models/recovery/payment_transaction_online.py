# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import SUPERUSER_ID, models

from ...rules import protocol
from ...rules.const import UNKNOWN
from ...rules.outcome import KEY_REJECTED, Exchange, classify

_logger = logging.getLogger(__name__)

UNANSWERED = ("draft", "pending")


class PaymentTransaction(models.Model):
    """Charges to a method on file that the customer chose on a page.

    Odoo sends them before anything is committed, so that a request that is repeated or
    interrupted could charge twice. Here the payment is committed first, and a missing
    response is no decline: it counts as on its way until the provider was asked.
    """

    _inherit = "payment.transaction"

    def _charge_chosen_method(self, now):
        """Charge the method on file. Network; commits before and afterward.

        What is owed is looked at again after the commit: it may have been paid at the
        desk in the meantime.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        attempts = self.env["paycollect.attempt"]
        self.collection_unanswered_since = now
        attempts._commit()
        self.lock_for_update()
        if self.state != "draft":
            return
        if not self._is_still_owed():
            self._give_up_charge()
            return
        outcome = self._request_chosen_method()
        if outcome.state == UNKNOWN:
            self._forget_error()
            self._set_pending()
        else:
            self.collection_unanswered_since = False
        if outcome.reason == KEY_REJECTED:
            self.provider_id._set_key_rejected(now)
        attempts._commit()

    def _give_up_charge(self):
        """Nothing was sent, because what is owed has changed since; commits."""
        self.collection_unanswered_since = False
        self._set_canceled(
            state_message=self.env._(
                "The amount due has changed since you opened this page. Nothing was "
                "charged. Please reload the page."
            )
        )
        self.env["paycollect.attempt"]._commit()

    def _request_chosen_method(self):
        """Send the charge request and return its :class:`outcome.Outcome`."""
        exchange = Exchange()
        crashed = False
        try:
            with self.env.cr.savepoint():
                self.with_context(paycollect_exchange=exchange)._charge_with_token()
        except Exception:
            _logger.exception("Payment %s was interrupted", self.reference)
            crashed = True
        return classify(self.state, exchange, crashed)

    def _search_unanswered(self, now):
        """Return the customers' charges without a response, to ask about (sudo)."""
        return self.sudo().search(
            [
                ("collection_unanswered_since", "<=", now - protocol.SETTLING_TIME),
                ("state", "in", UNANSWERED),
            ]
        )

    def _as_system(self):
        company = self.provider_id.company_id
        return (
            self.with_user(SUPERUSER_ID)
            .with_company(company)
            .with_context(lang=company.partner_id.lang, tz=company._get_zone().key)
        )

    def _ask_about_payment(self, now):
        """Ask the provider about a charge without a response. Network, read-only.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        if not self.try_lock_for_update() or self.state not in UNANSWERED:
            return
        since = self.collection_unanswered_since
        finding = self._look_up_payment()
        if finding.verdict == protocol.FOUND:
            self._process(self.provider_code, finding.payload)
            self.collection_unanswered_since = False
        elif protocol.believe(finding.verdict, since, now):
            self._set_canceled(
                state_message=self.env._("The payment never reached the provider.")
            )
        elif protocol.needs_person(since, now, can_ask=not finding.is_final):
            self._report_unanswered(finding.text)
        if not self.is_post_processed:
            self._post_process()

    def _report_unanswered(self, text):
        """Create one activity; a payment for an order has it on the customer."""
        move = self.invoice_ids[:1]
        self.provider_id.company_id._schedule_collection_activity(
            move or self.partner_id.commercial_partner_id,
            self.env._("Confirm whether this was paid"),
            self.env._(
                "%(customer)s paid %(amount)s with a method on file, and the provider "
                "hasn't responded. %(text)s Look up %(reference)s there. Nothing else "
                "is charged for this until the outcome is known.",
                customer=self.partner_id.display_name,
                amount=self.currency_id._format_amount(self.amount),
                text=text,
                reference=self.reference,
            ),
            code="unanswered",
        )
