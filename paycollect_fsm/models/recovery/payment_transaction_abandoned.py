# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ..charge.account_move_decision import PORTAL_GRACE


class PaymentTransaction(models.Model):
    """Payments that a customer began online, and of which nothing was heard since.

    The page may still be open, or the customer paid and neither the browser nor a
    webhook came back. Before the invoice is charged, the provider is asked to close
    them. Stripe can; for other providers they count as given up after the grace.
    """

    _inherit = "payment.transaction"

    def _is_abandoned(self, now):
        """Whether it must be closed at the provider before anything else is charged.

        :param now: naive UTC datetime
        """
        return self._may_be_finished() and self.create_date <= now - PORTAL_GRACE

    def _may_be_finished(self):
        """Whether a page may be open somewhere that can still pay it."""
        self.ensure_one()
        return bool(
            self.state == "draft"
            and self._is_started_by_customer()
            and self._can_be_closed()
        )

    def _can_be_closed(self):
        return self.provider_code == "stripe" and bool(self._get_stripe_intent_id())

    def _close_abandoned(self, now):
        """Make sure that it cannot be paid any more, or take its success; network.

        :param now: naive UTC datetime
        :raise ValidationError: no answer; it may still be possible
        """
        self.ensure_one()
        intent = self._close_stripe_intent(self._get_stripe_intent_id(), now)
        self._process("stripe", self._prepare_stripe_payment_data(intent))
        if not self.is_post_processed:
            self._post_process()

    def _stripe_create_intent(self):
        """Remember the intent of a payment that the customer finishes in the browser.

        Odoo learns its id only when the customer comes back.
        """
        intent = super()._stripe_create_intent()
        if intent and self.operation == "online_direct":
            self.provider_reference = intent["id"]
        return intent
