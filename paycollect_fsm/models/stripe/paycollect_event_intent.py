# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import ValidationError

from odoo.addons.payment_stripe import const as stripe_const
from odoo.addons.queue_job.exception import RetryableJobError

from ...rules import stripe_events
from ...rules.outcome import Exchange
from ...rules.stripe_events import Verdict
from .paycollect_event import BUSY_SECONDS, DONE, IGNORED, WAITING

# A transaction only moves forward in this order; older events change nothing.
PROGRESS = {
    "draft": 0,
    "pending": 1,
    "authorized": 2,
    "error": 3,
    "cancel": 3,
    "done": 4,
}


class PaycollectEvent(models.Model):
    """Events of payment and setup intents, applied by the provider's own module."""

    _inherit = "paycollect.event"

    # -- handlers --------------------------------------------------------------

    def _apply_intent(self, intent, now):
        """Apply the state of a payment; a success is booked unless it already was."""
        transaction, verdict = self._find_our_transaction(intent)
        if verdict:
            return verdict
        attempts = self._lock(transaction)
        if verdict := self._check_outdated(transaction, intent):
            return verdict
        exchange = Exchange()
        try:
            self._process_intent(
                transaction.with_context(paycollect_exchange=exchange), intent
            )
        except ValidationError as error:
            return self._wait_for_provider(error)
        if exchange.contradicted:
            return self._report_contradiction(attempts, now)
        if transaction.state in ("error", "cancel"):
            transaction._record_failure({"payment_intent": intent}, attempts, now)
        self._post_process(transaction)
        self._check_overpaid(transaction)
        return Verdict(DONE, self._get_state_text(transaction))

    def _apply_setup(self, intent, now):
        """Store a saved method; the customer may have closed the page already."""
        transaction, verdict = self._find_our_transaction(intent)
        if verdict:
            return verdict
        self._lock(transaction)
        data = self._prepare_data(transaction)
        try:
            method = self._fetch_method(transaction, intent)
        except ValidationError as error:
            return self._wait_for_provider(error)
        intent = {**intent, "payment_method": method}
        transaction._process(
            "stripe", {**data, "setup_intent": intent, "payment_method": method}
        )
        self._post_process(transaction)
        return Verdict(DONE, self._get_state_text(transaction))

    def _apply_setup_failure(self, intent, now):
        """Record that a bank account's microdeposits were not verified in time.

        Any other failure is shown to the customer, who can try again.
        https://docs.stripe.com/payments/ach-direct-debit/set-up-payment
        """
        transaction, verdict = self._find_our_transaction(intent)
        if verdict:
            return verdict
        self._lock(transaction)
        if not transaction._is_bank_verification_pending():
            return Verdict(IGNORED, self.env._("The customer can still try again."))
        error = intent.get("last_setup_error") or {}
        transaction._fail_verification(error.get("message"))
        self._post_process(transaction)
        return Verdict(DONE, self._get_state_text(transaction))

    # -- finding ---------------------------------------------------------------

    def _find_our_transaction(self, stripe_object):
        """Return the transaction of an intent or charge, or the verdict without one.

        :return: ``(transaction, None)`` or ``(None, Verdict)``
        """
        database = stripe_events.get_metadata(stripe_object).get("paycollect_database")
        if database and not self._is_own_database(database):
            return None, Verdict(
                IGNORED,
                self.env._("The event belongs to another database on this account."),
            )
        transaction = self._search_transaction(stripe_object)
        if not transaction:
            return None, self._wait_for_transaction()
        if not transaction.provider_id._is_same_account(self.provider_id):
            return None, Verdict(
                IGNORED, self.env._("The event belongs to another payment provider.")
            )
        self.transaction_id = transaction
        return transaction, None

    def _search_transaction(self, stripe_object):
        """Search by our mark, else by the intent's ID or by our reference.

        A match by reference must also have been created for the transaction: a restored
        database may use a reference a second time.
        """
        Transaction = self.env["payment.transaction"]
        if stripe_events.get_metadata(stripe_object).get(stripe_events.MARK):
            return Transaction._search_by_mark(stripe_object)
        intent = stripe_object.get("payment_intent") or stripe_object
        if found := self._search_by_intent(stripe_events.get_id(intent)):
            return found
        reference = stripe_events.get_reference(stripe_object)
        found = reference and Transaction._search_by_reference(
            "stripe", self._prepare_data(reference=reference)
        )
        if found and found._is_own_stripe_object(stripe_object):
            return found
        return Transaction

    def _search_by_intent(self, intent_id):
        """Return the payment of an intent; refunds have their own IDs.

        If it was captured in parts, return the part that is in the books.
        """
        if not intent_id:
            return self.env["payment.transaction"]
        found = self.env["payment.transaction"].search(
            [
                ("provider_reference", "=", intent_id),
                ("provider_code", "=", "stripe"),
                ("operation", "!=", "refund"),
            ],
            order="id",
        )
        return (found.filtered("payment_id") or found)[:1]

    def _wait_for_transaction(self):
        return Verdict(
            WAITING,
            self.env._(
                "No payment with this reference was found yet. It will be searched for "
                "again for up to three days."
            ),
        )

    def _wait_for_provider(self, error):
        return Verdict(
            WAITING,
            self.env._(
                "The provider didn't return the details: %(error)s",
                error=error,
            ),
        )

    # -- steps -----------------------------------------------------------------

    def _lock(self, transaction):
        """Lock the transaction and its attempts.

        :return: the attempts, as system
        :raise RetryableJobError: if the charge is being sent or booked right now
        """
        attempts = transaction.collection_attempt_ids._as_system()
        for records in (attempts, transaction):
            if records and records.try_lock_for_update() != records:
                raise RetryableJobError(
                    f"{transaction.reference} is locked by another transaction",
                    seconds=BUSY_SECONDS,
                    ignore_retry=True,
                )
        return attempts

    def _check_outdated(self, transaction, intent):
        """Return a verdict if the event is outdated or changes nothing, else None."""
        target = self._get_target_state(intent)
        if target is None:
            return Verdict(
                IGNORED,
                self.env._(
                    "The payment's status at the provider is %(status)s. Nothing "
                    "changed.",
                    status=intent.get("status"),
                ),
            )
        is_silence = transaction.state == "error" and not transaction.provider_reference
        if PROGRESS[target] < PROGRESS[transaction.state] and not is_silence:
            return Verdict(
                IGNORED,
                self.env._(
                    "The event arrived late: newer information is already recorded. "
                    "Nothing changed."
                ),
            )
        if target == "cancel" and transaction.state == "error" and not is_silence:
            return Verdict(
                IGNORED,
                self.env._(
                    "The failed payment was closed at the provider and can no longer "
                    "be confirmed. Nothing changed."
                ),
            )
        return None

    def _get_target_state(self, intent):
        """Return the transaction state for the intent's status, or None."""
        for state, statuses in stripe_const.STATUS_MAPPING.items():
            if intent.get("status") in statuses:
                return None if state == "draft" else state
        return None

    def _process_intent(self, transaction, intent):
        """Let the provider's module process the snapshot.

        To store the method, it needs more than the snapshot of a newer API version
        contains. Then it gets the current intent in the version that it understands.
        """
        if transaction.tokenize:
            if "charges" not in intent:
                intent = transaction._send_api_request(
                    "GET", f"payment_intents/{intent['id']}"
                )
            intent = {
                **intent,
                "payment_method": self._fetch_method(transaction, intent),
            }
        transaction._process(
            "stripe",
            {
                **self._prepare_data(transaction),
                "payment_intent": intent,
                "payment_method": intent.get("payment_method"),
            },
        )

    def _fetch_method(self, transaction, intent):
        """Return the complete method of an intent.

        :raise ValidationError: if the provider doesn't respond
        """
        method = intent.get("payment_method")
        if isinstance(method, dict):
            return method
        return transaction._send_api_request("GET", f"payment_methods/{method}")

    def _prepare_data(self, transaction=None, reference=None):
        """Return what payment_stripe adds to Stripe's objects before processing."""
        return {
            "reference": reference or transaction.reference,
            "event_type": self.event_type,
            "object_id": self.object_ref,
        }

    def _post_process(self, transaction):
        """Book it now for our own payments, else leave it to Odoo's cron."""
        if transaction.is_post_processed or transaction.state == "draft":
            return
        if transaction.collection_attempt_ids or transaction.collection_link_id:
            transaction._post_process()
        else:
            self.env.ref("payment.cron_post_process_payment_tx")._trigger()

    def _check_overpaid(self, transaction):
        """Report a late success of an invoice that was paid another way meanwhile."""
        payment = transaction.payment_id
        credit = payment.move_id.line_ids.filtered(
            lambda line: (
                line.account_id == payment.destination_account_id
                and not line.reconciled
            )
        )
        if not credit:
            return
        for move in transaction.invoice_ids:
            move.company_id._schedule_collection_activity(
                move,
                self.env._("Refund or apply an overpayment"),
                self.env._(
                    "%(reference)s succeeded late, after the invoice had been paid "
                    "another way. Refund the payment or apply it to another invoice.",
                    reference=transaction.reference,
                ),
                code="overpaid",
            )

    def _report_contradiction(self, attempts, now):
        """Report that something other than the requested amount was charged."""
        attempts._record_contradiction(now)
        return Verdict(
            DONE,
            self.env._(
                "The amount or currency differs from the request. Nothing was booked; "
                "accounting must review it."
            ),
        )

    def _get_state_text(self, transaction):
        states = dict(
            transaction._fields["state"]._description_selection(transaction.env)
        )
        return self.env._(
            "%(reference)s: %(state)s.",
            reference=transaction.reference,
            state=states[transaction.state],
        )
