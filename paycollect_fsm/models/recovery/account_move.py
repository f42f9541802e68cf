# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from itertools import takewhile
from zoneinfo import ZoneInfo

from odoo import models

from ...rules.const import DECLINED
from ...rules.declines import AUTH, HARD
from ..company.moments import format_day


class AccountMove(models.Model):
    """The facts about an invoice that the retry rules need."""

    _inherit = "account.move"

    def _prepare_charge_facts(self, token, now, attempt):
        provider = token.provider_id.sudo()
        facts = super()._prepare_charge_facts(token, now, attempt) | {
            "token_refused": bool(token) and self._was_refused(token),
            "second_engine": bool(provider.collection_foreign_retries_at),
        }
        if attempt:  # these must be closed before anything is claimed
            facts["unconfirmed"] = bool(self._get_open_authentications() - attempt)
            facts["abandoned"] = bool(self._get_abandoned_payments(now))
        return facts

    def _get_sent_attempts(self):
        """Return the attempts that were sent, in the order of sending."""
        self.ensure_one()
        sent = self.sudo().collection_attempt_ids.filtered("sent_at")
        return sent.sorted(lambda attempt: (attempt.sent_at, attempt.id))

    def _is_declined(self):
        """Whether the last charge that reached the provider was declined."""
        last = self._get_sent_attempts()[-1:]
        return last.state == DECLINED and not last.is_lost

    def _count_lost_attempts(self):
        """Return how many of the latest charges in a row never reached the provider."""
        attempts = reversed(self._get_sent_attempts())
        return len(list(takewhile(lambda attempt: attempt.is_lost, attempts)))

    def _get_decline_history(self):
        """Return the declined attempts as :class:`retry.Try`, oldest first."""
        declined = self._get_sent_attempts().filtered(
            lambda attempt: attempt.state == DECLINED and not attempt.is_lost
        )
        return [attempt._get_try() for attempt in declined]

    def _get_methods_in_order(self):
        """Return the customer's chargeable methods (sudo) by priority.

        A card that is stored twice counts as one method.
        """
        self.ensure_one()
        customer = self.commercial_partner_id
        Token = self.env["payment.token"]
        tokens = Token._get_collection_tokens(customer, self.company_id)[customer]
        methods = {}
        amount = self._get_amount_to_pay()
        for token in tokens.filtered(lambda t: not self._get_token_limit(t, amount)):
            methods.setdefault(token._get_method_key(), token)
        return tokens.browse(token.id for token in methods.values())

    def _get_retry_plan(self):
        """Return the policy's retry plan (sudo), else the standard plan."""
        self.ensure_one()
        plan = self.sudo().collection_policy_id.retry_plan_id
        return plan or plan._get_standard()

    def _get_customer_zone(self):
        """Return the customer's time zone, else the company's."""
        self.ensure_one()
        sites = self.sudo()._get_collection_jobs().location_id.partner_id
        known = self.partner_id | self.commercial_partner_id | sites
        name = next(filter(None, known.mapped("tz")), None)
        return ZoneInfo(name) if name else self.company_id._get_zone()

    def _was_refused(self, token):
        """Whether the bank permanently declined this method, here or elsewhere (V1)."""
        self.ensure_one()
        token = token.sudo()
        renewed = token.details_changed_at
        return bool(token.refused_at) or any(
            attempt.decline_kind == HARD
            and attempt._get_tried_method() == token._get_method_key()
            and not (renewed and renewed > attempt.sent_at)
            for attempt in self._get_sent_attempts()
        )

    # -- values for the templates ------------------------------------------------

    def _get_failed_charge(self):
        """Return the declined charge that the customer is told about (sudo), if any."""
        self.ensure_one()
        last = self._get_sent_attempts()[-1:]
        return last if self._is_declined() else last.browse()

    def _get_failed_charge_text(self):
        """Return which charge failed: amount, method and day."""
        charge = self._get_failed_charge()
        return self.env._(
            "We tried to charge %(amount)s to your %(method)s on %(date)s, and the "
            "payment failed.",
            amount=charge.currency_id._format_amount(charge.amount),
            method=charge.token_id._get_label(),
            date=format_day(self.env, self.company_id._get_today(charge.sent_at)),
        )

    def _get_message_subject(self):
        """Return the subject of the email with the invoice, in the context language."""
        self.ensure_one()
        values = {"invoice": self.name, "company": self.company_id.name}
        charge = self._get_failed_charge()
        if not charge:
            return self.env._("Invoice %(invoice)s from %(company)s", **values)
        values["amount"] = charge.currency_id._format_amount(charge.amount)
        if self._needs_authentication():
            return self.env._(
                "Please confirm your payment of %(amount)s: %(invoice)s", **values
            )
        return self.env._("Payment of %(amount)s failed: %(invoice)s", **values)

    def _get_decline_text(self):
        """Return the customer's explanation of the last decline, in the context's
        language.

        It never reveals that a card was reported lost or stolen, or suspected of fraud:
        those codes have generic texts.
        """
        row = self._get_sent_attempts()[-1:]._get_decline_row()
        return row.customer_text or self.env._("Your payment method was declined.")

    def _get_planned_retry_date(self):
        """Return the date of the next retry in the customer's time zone, or None."""
        retry = self._get_planned_retry()[:1]
        if not retry:
            return None
        zone = self._get_customer_zone()
        return retry.planned_at.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()

    def _needs_authentication(self):
        """Whether the last decline only needs the customer's confirmation."""
        return self._is_declined() and (
            self._get_sent_attempts()[-1:].decline_kind == AUTH
        )
