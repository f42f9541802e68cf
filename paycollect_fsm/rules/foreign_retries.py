# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Does somebody else charge what we charge?

Stripe can try declined payments again by itself: those of its invoices and
subscriptions (docs.stripe.com/billing/revenue-recovery/smart-retries) and off-session
payments of its own retry policies (docs.stripe.com/payments/off-session-payments/
smart-retries); so can an app that shares the account. Two engines on one debt pass the
card networks' limits and may take the money twice. Nothing tells us that such an
engine is on; what it does can be seen on the payments that we made.
"""

from dataclasses import dataclass

INVOICE = "invoice"  # our payment belongs to an invoice of the provider's
EXTRA_TRY = "extra_try"  # it was tried more often than we asked
LATE_SUCCESS = "late_success"  # it was declined, and then paid without anybody's doing


@dataclass(frozen=True)
class Evidence:
    """What is known of one payment that we asked for once.

    ``tries``: how many the provider lists, 0 when it does not say; ``declined``: its
    decline was recorded by us before; ``by_customer``: the customer was asked to
    confirm this payment or did so, which makes another try of the same payment.
    """

    tries: int = 0
    invoice: str = ""
    succeeded: bool = False
    declined: bool = False
    by_customer: bool = False


def detect(evidence: Evidence) -> str:
    """Return why somebody else must be at work, or an empty string.

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
    """Return the facts for :class:`Evidence` that a payment intent holds.

    Both shapes are read: the intent itself, and payment data around it. ``charges``
    is part of it up to API version 2022-08-01, ``invoice`` up to 2025-02-24; later
    ones name the last charge only, which is ``charge`` here.

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
    """The id of an object that may be expanded, or an empty string."""
    return (value.get("id") if isinstance(value, dict) else value) or ""


def _was_authenticated(charge):
    details = charge.get("payment_method_details") or {}
    card = details.get("card") or {}
    return (card.get("three_d_secure") or {}).get("authentication_flow") == "challenge"
