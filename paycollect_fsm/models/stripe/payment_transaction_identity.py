# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import models

from ...rules.stripe_events import MARK, get_metadata, is_made_for

_logger = logging.getLogger(__name__)

# Stripe's objects in payment data that represent the transaction itself.
OBJECTS = ("payment_intent", "setup_intent", "refund")


class PaymentTransaction(models.Model):
    """Identifies the Stripe objects that were created for this transaction only.

    A reference isn't enough: a restored database may use it again, and anyone who
    returns from Stripe may put any intent into the URL of the page.
    """

    _inherit = "payment.transaction"

    def _search_by_mark(self, stripe_object):
        """Return the transaction with the object's mark, or none."""
        mark = get_metadata(stripe_object).get(MARK)
        if not mark:
            return self.browse()
        return self.search([("collection_mark", "=", mark)], limit=1)

    def _is_own_stripe_object(self, stripe_object):
        """Whether an intent, charge or refund was created for this transaction.

        A refund without a mark was created at Stripe and found by its payment.
        """
        self.ensure_one()
        sudo = self.sudo()
        related = sudo | sudo.source_transaction_id
        if self.operation == "refund" and not get_metadata(stripe_object).get(MARK):
            return True
        request = sudo.collection_request or {}
        return is_made_for(
            stripe_object,
            marks=list(filter(None, related.mapped("collection_mark"))),
            known_ids=list(filter(None, related.mapped("provider_reference"))),
            customer=request.get("customer") or sudo.token_id.provider_ref or "",
            method=request.get("payment_method") or "",
        )

    def _process(self, provider_code, payment_data):
        """Ignore Stripe's data about a payment that isn't this transaction's.

        For an attempt being charged, that is a mismatched response: the attempt stays
        unknown until it is resolved.
        """
        if provider_code != "stripe":
            return super()._process(provider_code, payment_data)
        transaction = self or self._search_by_reference(provider_code, payment_data)
        if not transaction or not transaction.provider_id._is_followed():
            return super()._process(provider_code, payment_data)
        objects = [payment_data.get(name) for name in OBJECTS]
        if all(
            transaction._is_own_stripe_object(stripe_object)
            for stripe_object in objects
            if isinstance(stripe_object, dict)
        ):
            return super(PaymentTransaction, transaction)._process(
                provider_code, payment_data
            )
        _logger.warning("Stripe's response is not about %s", transaction.reference)
        exchange = self.env.context.get("paycollect_exchange")
        if exchange is not None:
            exchange.contradicted = True
        return transaction
