# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import models

from ...rules.stripe_events import MARK, get_metadata, is_made_for

_logger = logging.getLogger(__name__)

# Objects of Stripe that stand for the transaction itself in payment data.
OBJECTS = ("payment_intent", "setup_intent", "refund")


class PaymentTransaction(models.Model):
    """Which objects at Stripe were made for this transaction, and for no other.

    A reference is not enough: a restored database gives it a second time, and whoever
    returns from Stripe may name any intent in the address of the page.
    """

    _inherit = "payment.transaction"

    def _search_by_mark(self, stripe_object):
        """Return the transaction (or none) that an object names by its mark."""
        mark = get_metadata(stripe_object).get(MARK)
        if not mark:
            return self.browse()
        return self.search([("collection_mark", "=", mark)], limit=1)

    def _is_own_stripe_object(self, stripe_object):
        """Whether an intent, charge or refund was made for this transaction.

        A refund without a mark was made at Stripe and found by its payment.
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
        """Refuse what Stripe says of somebody else's payment.

        For the attempt that is being charged it is an answer that does not fit: it
        stays unknown until somebody has looked.
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
        _logger.warning("Stripe's answer is not about %s", transaction.reference)
        exchange = self.env.context.get("paycollect_exchange")
        if exchange is not None:
            exchange.contradicted = True
        return transaction
