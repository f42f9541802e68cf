# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How to read a dispute. Pure Python: provider object in, facts out.

https://docs.stripe.com/disputes/how-disputes-work,
https://docs.stripe.com/payments/ach-direct-debit ("Disputed payments")
"""

from dataclasses import dataclass
from datetime import datetime

from .const import STRIPE_BANK_BRANDS
from .declines import find_return_code
from .retry import REPRESENTABLE
from .stripe_events import BANK_CODES, get_moment

CHARGEBACK = "chargeback"
BANK_RETURN = "bank_return"
INQUIRY = "inquiry"

OPEN = "open"
WON = "won"
LOST = "lost"

STATES = {
    "won": WON,
    "lost": LOST,
    "warning_closed": WON,  # a closed inquiry: no money was withdrawn
    "prevented": WON,
}
# Reasons that only bank debits have (docs.stripe.com/disputes/categories).
BANK_REASONS = frozenset(
    [
        "bank_cannot_process",
        "check_returned",
        "customer_initiated",
        "debit_not_authorized",
        "incorrect_account_details",
        "insufficient_funds",
    ]
)


@dataclass(frozen=True)
class Snapshot:
    """A dispute as one event shows it. Amounts are in the provider's smallest unit.

    ``withdrawn`` and ``reinstated`` stay true once true; ``withheld`` is the part of
    the amount that was not reinstated with the rest; ``fee`` is the provider's fee so
    far, in ``fee_currency``; ``return_code`` is the bank's, for a debit.
    """

    kind: str
    state: str
    amount: int
    currency: str
    reason: str = ""
    return_code: str = ""
    withdrawn: bool = False
    reinstated: bool = False
    withheld: int = 0
    fee: int = 0
    fee_currency: str = ""
    opened_at: datetime | None = None
    due_at: datetime | None = None


def read_dispute(dispute, event_type="", is_bank=False):
    """Return the :class:`Snapshot` of a dispute object.

    :param event_type: type of the event; also indicates when money moved
    :param is_bank: whether the disputed payment was a bank debit

    >>> read_dispute({"amount": 500, "currency": "usd", "status": "needs_response",
    ...     "reason": "fraudulent", "balance_transactions":
    ...     [{"amount": -500, "fee": 1500, "currency": "usd"}]}).fee
    1500
    >>> read_dispute({"status": "warning_needs_response"}).kind
    'inquiry'
    >>> read_dispute({"status": "lost", "reason": "insufficient_funds"}).kind
    'bank_return'
    """
    moved = [row for row in dispute.get("balance_transactions") or [] if row]
    withdrawn = any(row.get("amount", 0) < 0 for row in moved)
    reinstated = any(row.get("amount", 0) > 0 for row in moved)
    withheld = _get_withheld(dispute, moved) if withdrawn and reinstated else 0
    evidence = dispute.get("evidence_details") or {}
    return Snapshot(
        kind=_get_kind(dispute, withdrawn, is_bank),
        state=STATES.get(dispute.get("status"), OPEN),
        amount=dispute.get("amount", 0),
        currency=(dispute.get("currency") or "").upper(),
        reason=dispute.get("reason") or "",
        return_code=_get_return_code(dispute),
        withdrawn=withdrawn or event_type == "charge.dispute.funds_withdrawn",
        reinstated=reinstated or event_type == "charge.dispute.funds_reinstated",
        withheld=withheld,
        fee=sum(row.get("fee", 0) for row in moved),
        fee_currency=next((row["currency"].upper() for row in moved), ""),
        opened_at=_moment(dispute.get("created")),
        due_at=_moment(evidence.get("due_by")),
    )


def may_be_presented_again(return_code):
    """A1: a debit is only resubmitted after a return for insufficient funds.

    >>> may_be_presented_again("R01"), may_be_presented_again("R10")
    (True, False)
    """
    return return_code in REPRESENTABLE


def _get_kind(dispute, withdrawn, is_bank):
    method = (dispute.get("payment_method_details") or {}).get("type")
    if is_bank or method in STRIPE_BANK_BRANDS or dispute.get("reason") in BANK_REASONS:
        return BANK_RETURN
    if (dispute.get("status") or "").startswith("warning_") and not withdrawn:
        return INQUIRY
    return CHARGEBACK


def _get_withheld(dispute, moved):
    """Return what is still out, in the dispute's currency.

    The rows are in the account's currency, where a remainder of one cent is rounding.

    >>> rows = [{"amount": -8400, "currency": "usd"}, {"amount": 4000}]
    >>> _get_withheld({"amount": 8400, "currency": "usd"}, rows)
    4400
    >>> rows = [
    ...     {"amount": -12500, "currency": "usd", "exchange_rate": 1.25},
    ...     {"amount": 13000, "currency": "usd", "exchange_rate": 1.3},
    ... ]
    >>> _get_withheld({"amount": 10000, "currency": "eur"}, rows)
    0
    """
    amounts = [row.get("amount", 0) / (row.get("exchange_rate") or 1) for row in moved]
    taken = -sum(amount for amount in amounts if amount < 0)
    out = max(-sum(amounts), 0)
    converted = moved[0].get("currency") != dispute.get("currency")
    if converted and out * (moved[0].get("exchange_rate") or 1) <= 1:
        return 0
    return round(dispute.get("amount", 0) * out / taken)


def _get_return_code(dispute):
    code = find_return_code(dispute.get("network_reason_code"))
    reason = dispute.get("reason") or ""
    return code or BANK_CODES.get(reason, reason)


def _moment(timestamp):
    return get_moment(timestamp) if timestamp else None
