# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How to read Stripe's payouts and balance transactions.

https://docs.stripe.com/payouts/reconciliation,
https://docs.stripe.com/reports/balance-transaction-types
"""

from .settlement import (
    ADJUSTMENT,
    DISPUTE,
    FEE,
    OTHER,
    PAYMENT,
    REFUND,
    REFUND_FAILED,
    RESERVE,
    RETURNED,
    Entry,
    Payout,
)
from .stripe_events import get_id, get_moment, get_reference

TYPES = {
    "charge": PAYMENT,
    "payment": PAYMENT,
    "refund": REFUND,
    "payment_refund": REFUND,
    "refund_failure": REFUND_FAILED,
    # a bank debit that the bank returned
    "payment_failure_refund": DISPUTE,
    "payment_reversal": DISPUTE,
    "stripe_fee": FEE,
    "stripe_fx_fee": FEE,
    "tax_fee": FEE,
    # what an instant payout takes before it is available
    "advance": RESERVE,
    "advance_funding": RESERVE,
    "reserve_transaction": RESERVE,
    "reserve_hold": RESERVE,
    "reserve_release": RESERVE,
    "reserved_funds": RESERVE,
    "payment_network_reserve_hold": RESERVE,
    "payment_network_reserve_release": RESERVE,
    "payout_minimum_balance_hold": RESERVE,
    "payout_minimum_balance_release": RESERVE,
    "payout_failure": RETURNED,
    "payout_cancel": RETURNED,
    "adjustment": ADJUSTMENT,
    "topup": ADJUSTMENT,
    "topup_reversal": ADJUSTMENT,
    "contribution": ADJUSTMENT,
}
# Categories that say more than the type does
CATEGORIES = {
    "dispute": DISPUTE,
    "dispute_reversal": DISPUTE,
    "fee": FEE,
    "network_cost": FEE,
    "risk_reserved_funds": RESERVE,
}
PAYOUTS = ("payout",)
COMPLETED = "completed"


def is_own_payout(entry):
    """Whether a balance transaction is the payout itself, not a part of it."""
    return entry["type"] in PAYOUTS


def get_kind(entry):
    """Return the kind of a balance transaction; OTHER for those added later.

    >>> get_kind({"type": "adjustment", "reporting_category": "dispute"})
    'dispute'
    >>> get_kind({"type": "charge", "reporting_category": "charge"})
    'payment'
    >>> get_kind({"type": "moon_tax", "reporting_category": "moon_tax"})
    'other'
    >>> get_kind({"type": "advance_funding", "reporting_category": "advance_funding"})
    'reserve'
    """
    category = CATEGORIES.get(entry.get("reporting_category"))
    kind = TYPES.get(entry["type"], OTHER)
    return category if category and kind in (ADJUSTMENT, OTHER) else kind


def read_entry(entry, to_major):
    """Return the :class:`Entry` of a balance transaction with its source expanded.

    :param dict entry: https://docs.stripe.com/api/balance_transactions/object
    :param to_major: converts (amount, currency code) from Stripe's units
    """
    currency = entry["currency"]
    source = entry.get("source")
    kind = get_kind(entry)
    paid, paid_in = _get_paid(source, entry, kind)
    return Entry(
        reference=entry["id"],
        kind=kind,
        label=entry["type"],
        day=get_moment(entry["created"]).date(),
        currency=currency.upper(),
        gross=to_major(entry["amount"], currency),
        fee=to_major(entry["fee"], currency),
        net=to_major(entry["net"], currency),
        paid=to_major(paid, paid_in),
        paid_in=paid_in.upper(),
        object_ref=get_id(source) or "",
        references=tuple(_get_references(source)),
        fee_parts=tuple(
            (part.get("type") or "", to_major(part["amount"], part["currency"]))
            for part in entry.get("fee_details") or ()
        ),
    )


def _get_paid(source, entry, kind):
    """Return amount and currency as the customer paid or got back, signed."""
    if not isinstance(source, dict) or not source.get("currency"):
        return entry["amount"], entry["currency"]
    if source["currency"] == entry["currency"]:
        return entry["amount"], entry["currency"]
    amount = source.get("amount_captured") if kind == PAYMENT else None
    amount = source["amount"] if amount is None else amount
    return (amount if entry["amount"] >= 0 else -amount), source["currency"]


def _get_references(source):
    """Yield IDs and references under which we may know the source."""
    if not isinstance(source, dict):
        if source:
            yield source
        return
    yield source["id"]
    if source.get("object") == "refund":
        return  # its payment is another transaction
    if intent := get_id(source.get("payment_intent")):
        yield intent
    if charge := get_id(source.get("charge")):
        yield charge
    if reference := get_reference(source):
        yield reference


def read_payout(payout, entries, to_major):
    """Return the :class:`Payout`; without entries as long as they aren't complete.

    :param dict payout: https://docs.stripe.com/api/payouts/object
    :param entries: its balance transactions, or None
    """
    return Payout(
        reference=payout["id"],
        day=get_moment(payout["arrival_date"]).date(),
        currency=payout["currency"].upper(),
        amount=to_major(payout["amount"], payout["currency"]),
        status=payout["status"],
        itemizable=is_itemizable(payout),
        entries=None
        if entries is None
        else tuple(
            read_entry(entry, to_major) for entry in entries if not is_own_payout(entry)
        ),
        statement_text=payout.get("statement_descriptor") or "",
    )


def is_itemizable(payout):
    """Whether Stripe will say what the payout is made of.

    >>> is_itemizable({"automatic": True, "method": "standard"})
    True
    >>> is_itemizable({"automatic": False, "method": "standard"})
    False
    >>> is_itemizable({"automatic": True, "method": "instant"})
    False
    """
    return bool(payout.get("automatic")) and payout.get("method") != "instant"


def is_complete(payout):
    """Whether the list of its balance transactions is final.

    >>> is_complete({"automatic": True, "reconciliation_status": "in_progress"})
    False
    """
    return is_itemizable(payout) and payout.get("reconciliation_status") == COMPLETED
