# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules import disputes as chargebacks
from ...rules import stripe_events
from ...rules.stripe_events import Verdict
from . import api as stripe_api
from .paycollect_event import DONE, IGNORED, WAITING


class PaycollectEvent(models.Model):
    """Events of disputes and bank returns."""

    _inherit = "paycollect.event"

    def _apply_dispute(self, dispute, now):
        """Record what the event shows of a dispute, and book what follows from it."""
        try:
            transaction = self._find_disputed(dispute)
        except stripe_api.UNANSWERED as error:
            return self._wait_for_provider(error)
        if not transaction:
            return self._wait_for_transaction()
        if not transaction.provider_id._is_same_account(self.provider_id):
            return Verdict(
                IGNORED, self.env._("The event belongs to another payment provider.")
            )
        self.transaction_id = transaction
        self._lock(transaction)
        if transaction.state != "done" or not transaction.is_post_processed:
            return Verdict(
                WAITING, self.env._("Waiting for the payment to be booked first.")
            )
        snapshot = chargebacks.read_dispute(
            dispute, self.event_type, transaction.token_id.method_kind == "bank"
        )
        chargeback = self.env["paycollect.chargeback"]._take(
            transaction, dispute["id"], snapshot, self.occurred_at, now
        )
        return Verdict(DONE, chargeback._get_text())

    def _find_disputed(self, dispute):
        """Return the transaction of a dispute.

        :raise stripe_api.Error: if the dispute doesn't name the intent and the
            provider can't be reached
        """
        if intent := stripe_events.get_id(dispute.get("payment_intent")):
            return self._search_by_intent(intent)
        charge_id = stripe_events.get_id(dispute.get("charge"))
        known = self.env["paycollect.chargeback"]._search_row(
            self.provider_id, dispute["id"]
        )
        if known or not charge_id:
            return known.transaction_id
        client = stripe_api.get_client(self.provider_id.sudo())
        charge = client.v1.charges.retrieve(charge_id)
        return self._search_by_intent(stripe_events.get_id(charge.payment_intent))
