# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Are our declined payments also retried externally?

Stripe can retry declined payments automatically: those of its invoices and
subscriptions (docs.stripe.com/billing/revenue-recovery/smart-retries) and off-session
payments under its own retry policies (docs.stripe.com/payments/off-session-payments/
smart-retries). So can an app that shares the account. Two retry engines on one debt
exceed the card networks' limits and may charge the customer twice. There is no way to
query whether such an engine is on, but its effects show on our payments.
"""

from dataclasses import dataclass

INVOICE = "invoice"  # our payment belongs to one of the provider's invoices
EXTRA_TRY = "extra_try"  # it was attempted more often than we requested
LATE_SUCCESS = "late_success"  # it was declined, then paid without a new request


@dataclass(frozen=True)
class Evidence:
    """What is known about one payment that we requested once.

    ``tries``: number of attempts that the provider lists, 0 if unknown; ``declined``:
    we recorded a decline before; ``by_customer``: the customer was asked to confirm
    this payment, which adds another attempt to it.
    """

    tries: int = 0
    invoice: str = ""
    succeeded: bool = False
    declined: bool = False
    by_customer: bool = False


def detect(evidence: Evidence) -> str:
    """Return what indicates external retries, or an empty string.

    >>> detect(Evidence(tries=1, declined=True))
    ''
    >>> detect(Evidence(tries=2, declined=True))
    'extra_try'
    >>> detect(Evidence(tries=2, declined=True, by_customer=True))
    ''
    >>> detect(Evidence(invoice="in_1"))
    'invoice'
    >>> detect(Evidence(succeeded=True, declined=True))
    'late_success'
    >>> detect(Evidence(succeeded=True))
    ''
    """
    if evidence.invoice:
        return INVOICE
    if evidence.by_customer:
        return ""
    if evidence.tries > 1:
        return EXTRA_TRY
    if evidence.declined and evidence.succeeded:
        return LATE_SUCCESS
    return ""


def read_stripe_intent(payload) -> dict:
    """Return the facts for :class:`Evidence` from a payment intent.

    Accepts the intent itself and payment data that contains it. ``charges`` is included
    up to API version 2022-08-01, ``invoice`` up to 2025-02-24; later versions only name
    the last charge, which is ``charge`` here.

    >>> facts = read_stripe_intent({"payment_intent": {"status": "succeeded",
    ...     "charges": {"data": [{"id": "ch_2"}, {"id": "ch_1"}]}}})
    >>> facts["tries"], facts["charge"], facts["succeeded"]
    (2, 'ch_2', True)
    >>> read_stripe_intent({"status": "canceled", "invoice": {"id": "in_1"}})["invoice"]
    'in_1'
    >>> read_stripe_intent({"latest_charge": "ch_1"})["charge"]
    'ch_1'
    >>> read_stripe_intent(None)["tries"]
    0
    """
    payload = payload if isinstance(payload, dict) else {}
    intent = payload.get("payment_intent", payload)
    intent = intent if isinstance(intent, dict) else {}
    charges = (intent.get("charges") or {}).get("data") or []
    last = intent.get("latest_charge") or (charges and charges[0])
    return {
        "tries": len(charges),
        "charge": _get_id(last),
        "invoice": _get_id(intent.get("invoice")),
        "succeeded": intent.get("status") == "succeeded",
        "by_customer": any(_was_authenticated(charge) for charge in charges),
    }


def _get_id(value):
    """Return the ID of an object that may be expanded, or an empty string."""
    return (value.get("id") if isinstance(value, dict) else value) or ""


def _was_authenticated(charge):
    details = charge.get("payment_method_details") or {}
    card = details.get("card") or {}
    return (card.get("three_d_secure") or {}).get("authentication_flow") == "challenge"
