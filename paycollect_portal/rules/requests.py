# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Requests about a payment: a refund, or what it was for."""

from dataclasses import dataclass

from .disputes import MAX_TEXT, MISSING, TOO_LITTLE, TOO_LONG, TOO_MUCH

DONE = "done"
DECLINED = "declined"
REFUND = "refund"
PURPOSE = "purpose"
KINDS = (REFUND, PURPOSE)
# Providers refund charges for at most about half a year; a year covers transfers, too.
PAID_WITHIN = 365  # days

NOT_OPEN = "not_open"


@dataclass(frozen=True)
class Wish:
    """What a customer asks for.

    ``amount``: to refund, in the payment's currency; None: all of it.
    ``has_invoices``: whether the customer chose open invoices.
    """

    kind: str = ""
    amount: float | None = None
    text: str = ""
    has_invoices: bool = False


@dataclass(frozen=True)
class Paid:
    """A payment: its amount, and what isn't applied to invoices yet."""

    amount: float = 0.0
    unapplied: float = 0.0


def get_amount(wish, paid, digits=2):
    """Return the amount that a request is about.

    >>> get_amount(Wish(REFUND), Paid(100)), get_amount(Wish(REFUND, 30), Paid(100))
    (100, 30)
    >>> get_amount(Wish(PURPOSE, 7), Paid(100, 60))
    60
    """
    if wish.kind == PURPOSE:
        return paid.unapplied
    return paid.amount if wish.amount is None else round(wish.amount, digits)


def find_problems(wish, paid, digits=2):
    """Return ``{field: what is wrong}``, empty if the request can be sent.

    :param paid: :class:`Paid`, or None if the customer chose no payment

    >>> find_problems(Wish(PURPOSE, has_invoices=True), Paid(100, 100))
    {}
    >>> find_problems(Wish(PURPOSE), Paid(100, 0))
    {'payment': 'not_open', 'invoices': 'missing'}
    >>> find_problems(Wish(REFUND, amount=101), Paid(100))
    {'text': 'missing', 'amount': 'too_much'}
    >>> find_problems(Wish(), None)
    {'kind': 'missing', 'payment': 'missing'}
    """
    problems = {}
    if wish.kind not in KINDS:
        problems["kind"] = MISSING
    if not paid:
        problems["payment"] = MISSING
    elif wish.kind == PURPOSE and paid.unapplied <= 0:
        problems["payment"] = NOT_OPEN
    if wish.kind == PURPOSE and not wish.has_invoices:
        problems["invoices"] = MISSING
    if len(wish.text) > MAX_TEXT:
        problems["text"] = TOO_LONG
    elif wish.kind == REFUND and not wish.text.strip():
        problems["text"] = MISSING
    if wish.kind == REFUND and paid and wish.amount is not None:
        if wish.amount <= 0:
            problems["amount"] = TOO_LITTLE
        elif round(wish.amount - paid.amount, digits) > 0:
            problems["amount"] = TOO_MUCH
    return problems
