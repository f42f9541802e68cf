# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import models

from odoo.addons.payment_stripe.controllers.main import StripeController
from odoo.addons.queue_job.exception import RetryableJobError

from ...rules import stripe_events
from ...rules.stripe_events import Verdict
from . import api as stripe_api
from .paycollect_event import BUSY_SECONDS, DONE, IGNORED, WAITING

# How long to wait for our own refund transaction. If it was rolled back after Stripe
# had made the refund, it is then booked as if it had been made there.
OURS_MAY_COME = timedelta(hours=1)


class PaycollectEvent(models.Model):
    """Events of refunds: our own, and those made at the provider."""

    _inherit = "paycollect.event"

    # -- handlers --------------------------------------------------------------

    def _apply_refunds(self, charge, now):
        """Book each refund of the charge once, no matter who made it."""
        source, verdict = self._find_our_transaction(charge)
        if verdict:
            return verdict
        self._lock(source)
        if source.state != "done" or not source.is_post_processed:
            return Verdict(
                WAITING, self.env._("Waiting for the payment to be booked first.")
            )
        try:
            refunds = self._get_refunds(charge)
        except stripe_api.UNANSWERED as error:
            return self._wait_for_provider(error)
        states = [self._apply_refund(source, refund, now) for refund in refunds]
        if WAITING in states:
            return Verdict(
                WAITING,
                self.env._("Waiting for our own refund to be recorded."),
            )
        return Verdict(
            DONE, self.env._("Refunds on record: %(count)s.", count=len(refunds))
        )

    def _apply_refund_update(self, refund, now):
        """Apply that a refund went through, or failed days later."""
        transaction = self._search_refund(refund)
        if not transaction:
            return self._apply_unknown_refund(refund, now)
        self.transaction_id = transaction
        self._lock(transaction)
        self._process_refund(transaction, refund, now)
        return Verdict(DONE, self._get_state_text(transaction))

    def _apply_unknown_refund(self, refund, now):
        source = self._search_by_intent(
            stripe_events.get_id(refund.get("payment_intent"))
        )
        if not source:
            return self._wait_for_transaction()
        if not source.provider_id._is_same_account(self.provider_id):
            return Verdict(
                IGNORED, self.env._("The event belongs to another payment provider.")
            )
        self.transaction_id = source
        self._lock(source)
        if self._apply_refund(source, refund, now) == WAITING:
            return Verdict(
                WAITING,
                self.env._("Waiting for our own refund to be recorded."),
            )
        return Verdict(DONE, self._get_state_text(self._search_refund(refund)))

    # -- steps -----------------------------------------------------------------

    def _get_refunds(self, charge):
        """Return all refunds of a charge, which newer API versions don't include.

        :raise stripe_api.Error: if they had to be fetched and that failed
        """
        listed = charge.get("refunds")
        if isinstance(listed, dict) and not listed.get("has_more"):
            return listed["data"]
        client = stripe_api.get_client(self.provider_id.sudo())
        refunds = client.v1.refunds.list({"charge": charge["id"], "limit": 100})
        return [refund.to_dict() for refund in refunds.auto_paging_iter()]

    def _search_refund(self, refund):
        """Return the refund transaction of a refund object, if it is known."""
        return self.env["payment.transaction"].search(
            [
                ("provider_reference", "=", refund["id"]),
                ("provider_code", "=", "stripe"),
                ("operation", "=", "refund"),
            ],
            limit=1,
        )

    def _apply_refund(self, source, refund, now):
        """Book one refund.

        :return: WAITING if it is ours and our transaction isn't committed yet
        """
        if self._search_refund(refund):
            return DONE
        if refund.get("status") in ("failed", "canceled"):
            return DONE  # no money moved, and nothing is recorded here
        transaction = self._search_own_refund(source, refund)
        if not transaction and self._may_be_ours(refund, now):
            return WAITING
        is_foreign = not transaction
        if is_foreign:
            transaction = StripeController._create_refund_tx_from_refund(source, refund)
        self._lock(transaction)
        self._process_refund(transaction, refund, now)
        if is_foreign:
            self._report_foreign_refund(source, transaction)
        return DONE

    def _search_own_refund(self, source, refund):
        """Return our refund transaction whose response was lost, if any."""
        found = self.env["payment.transaction"]._search_by_mark(refund)
        return found.filtered(
            lambda child: (
                child.operation == "refund"
                and child.source_transaction_id == source
                and not child.provider_reference
            )
        )

    def _may_be_ours(self, refund, now):
        """Whether this database requested it and may not have committed yet."""
        database = stripe_events.get_metadata(refund).get("paycollect_database")
        return (
            self._is_own_database(database) and now - self.occurred_at < OURS_MAY_COME
        )

    def _process_refund(self, transaction, refund, now):
        """Process it, book it or undo it, and bring our own refund forward.

        A refund that failed at the provider never succeeds: such an event is old.
        """
        has_failed = transaction.state in ("error", "cancel")
        if has_failed and transaction.provider_reference == refund["id"]:
            return
        data = {**self._prepare_data(transaction), "refund": refund}
        transaction._process("stripe", data)
        if transaction.state == "done" and not transaction.is_post_processed:
            transaction._post_process()
        if undone := transaction._follow_refund(now):
            self._report_failed_refund(undone)

    def _lock(self, transaction):
        """Also lock our refunds: one that is being sent records its answer first."""
        parts = transaction.collection_refund_part_ids
        if parts and parts.try_lock_for_update() != parts:
            raise RetryableJobError(
                f"{transaction.reference} is being refunded",
                seconds=BUSY_SECONDS,
                ignore_retry=True,
            )
        return super()._lock(transaction)

    # -- activities ------------------------------------------------------------

    def _report_foreign_refund(self, source, transaction):
        """Ask accounting for the credit note of a refund made at the provider."""
        for move in source.invoice_ids:
            move.company_id._schedule_collection_activity(
                move,
                self.env._("Create the credit note for a refund"),
                self.env._(
                    "%(amount)s of %(reference)s was refunded directly at the "
                    "provider. The payment to the customer is recorded. Create the "
                    "credit note and reconcile it with that payment. The invoice won't "
                    "be charged again.",
                    amount=transaction.currency_id._format_amount(-transaction.amount),
                    reference=source.reference,
                ),
                code="credit_note",
            )

    def _report_failed_refund(self, transaction):
        for move in transaction.source_transaction_id.invoice_ids:
            move.company_id._schedule_collection_activity(
                move,
                self.env._("Refund failed"),
                self.env._(
                    "The provider couldn't deliver the refund %(reference)s of "
                    "%(amount)s, and the funds were returned to you. The payment to "
                    "the customer was reversed. Refund them another way.",
                    reference=transaction.reference,
                    amount=transaction.currency_id._format_amount(-transaction.amount),
                ),
                code="refund_failed",
            )
