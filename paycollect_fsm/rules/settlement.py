# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a payout is made of, which bank transaction it is, and what doesn't add up.

Amounts are signed from the company's view, in the payout's currency: what raises the
balance at the provider is positive, and a fee is what is deducted from it.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

# Kinds of lines
PAYMENT = "payment"
REFUND = "refund"
REFUND_FAILED = "refund_failed"
DISPUTE = "dispute"
FEE = "fee"
RESERVE = "reserve"
ADJUSTMENT = "adjustment"
RETURNED = "payout_returned"
OTHER = "other"
# Computed, so that the sum is always the payout
BALANCE = "balance"
REMAINDER = "remainder"
COMPUTED = (BALANCE, REMAINDER)
# A line of these kinds belongs to a transaction of ours.
NEEDS_TRANSACTION = (PAYMENT, REFUND, REFUND_FAILED, DISPUTE, OTHER)
# The provider's amount of such a line is the transaction's.
SAME_AMOUNT = (PAYMENT, REFUND)

# Kinds of differences
MISSING_THERE = "missing_there"
MISSING_HERE = "missing_here"
AMOUNT = "amount"
FEES = "fee"
CURRENCY = "currency"
DUPLICATE = "duplicate"
UNEXPLAINED = "remainder"
BOOKS = "books"
BANK = "bank"

# Statuses of a payout at the provider
PENDING = "pending"
IN_TRANSIT = "in_transit"
PAID = "paid"
FAILED = "failed"
CANCELED = "canceled"
SENT = (IN_TRANSIT, PAID)
NOT_SENT = (FAILED, CANCELED)

# Why a bank transaction is, or isn't, matched automatically
NAMED = "named"
ONLY = "only"
SEVERAL = "several"
RIVALS = "rivals"
NO_NAME = "no_name"
NOTHING = "nothing"
CERTAIN = (NAMED, ONLY)

# Banks book a payout before or after the day that the provider expects.
EARLY = timedelta(days=3)
LATE = timedelta(days=10)
# A shorter reference could be a date or an amount in the bank's text.
LONG_ENOUGH = 6
# How long a payment may take until the provider lists it.
LISTED_AFTER = timedelta(days=7)

AGES = ((0, 2), (3, 7), (8, 30), (31, None))


@dataclass(frozen=True)
class Entry:
    """A movement on the balance at the provider.

    ``label`` is the provider's own name of its kind. ``paid`` and ``paid_in`` are what
    the customer paid, if it was converted. ``references`` may identify our transaction,
    best first; ``object_ref`` is the payment, refund or dispute there.
    """

    reference: str
    kind: str
    label: str
    day: date
    currency: str
    gross: float
    fee: float
    net: float
    paid: float | None = None
    paid_in: str = ""
    object_ref: str = ""
    references: tuple = ()
    fee_parts: tuple = ()


@dataclass(frozen=True)
class Payout:
    """A payout as the provider describes it.

    ``entries`` is None until the provider says that its list is complete. Those of a
    payout that is not ``itemizable`` will never be known; see :func:`compose`.
    """

    reference: str
    day: date
    currency: str
    amount: float
    status: str = PAID
    itemizable: bool = True
    entries: tuple | None = None
    statement_text: str = ""


def compose(amount, nets, decimals, itemizable=True):
    """Return kind and amount of the line that is missing to the payout, or None.

    :param amount: of the payout
    :param nets: of its lines
    :param decimals: of its currency
    :param itemizable: without, the rest was, or stays, on the balance

    >>> compose(60.28, [38.775, 38.775], 2)
    ('remainder', -17.27)
    >>> compose(77.55, [38.775, 38.775], 2) is None
    True
    >>> compose(0.3, [0.1, 0.2], 2) is None
    True
    >>> compose(5000.0, [6000.0], 0, itemizable=False)
    ('balance', -1000.0)
    """
    rest = round(amount - sum(nets), decimals)
    if not rest:
        return None
    return (REMAINDER if itemizable else BALANCE), rest


@dataclass(frozen=True)
class Line:
    """What is compared of a line. ``transaction`` and ``dispute`` are keys, or None.

    ``known_amount`` and ``known_fee`` are what our books have for the dispute as a
    whole, signed; None if they can't be compared.
    """

    key: int
    kind: str
    gross: float
    fee: float
    net: float
    amount: float
    currency: str
    decimals: int = 2
    transaction: int | None = None
    dispute: int | None = None
    known_amount: float | None = None
    known_fee: float | None = None


@dataclass(frozen=True)
class Transaction:
    """What is compared of a transaction of ours.

    ``listed``: the provider's list names it. ``due``: its list must name it by now.
    ``booked``: there is a posted payment. ``applied``: what it paid is paid.
    """

    key: int
    amount: float
    currency: str
    listed: bool = True
    due: bool = True
    booked: bool = True
    applied: bool = True


@dataclass(frozen=True)
class Difference:
    """``amount`` is what is in question, in ``currency`` (empty: the payout's)."""

    kind: str
    code: str
    amount: float
    currency: str = ""
    line: int | None = None
    transaction: int | None = None

    def get_key(self):
        """Return what identifies it, as long as it lasts."""
        place = f"line{self.line}" if self.line else f"transaction{self.transaction}"
        return f"{self.kind}:{self.code}:{place}"


def find_line_differences(lines, transactions):
    """Yield what doesn't add up between the provider's lines and our transactions.

    :param lines: :class:`Line`, the oldest first
    :param transactions: ``{key: Transaction}``

    >>> tx = Transaction(7, 80.0, "USD")
    >>> line = Line(1, PAYMENT, 80.0, 2.45, 77.55, 80.0, "USD", transaction=7)
    >>> list(find_line_differences([line], {7: tx}))
    []
    >>> twice = Line(2, PAYMENT, 80.0, 2.45, 77.55, 80.0, "USD", transaction=7)
    >>> [d.get_key() for d in find_line_differences([line, twice], {7: tx})]
    ['duplicate:twice:line2']
    """
    seen, disputes = set(), {}
    for line in lines:
        if line.kind == REMAINDER:
            yield Difference(UNEXPLAINED, "sum", line.net, line=line.key)
        if line.kind in COMPUTED:
            continue
        if round(line.gross - line.fee - line.net, line.decimals):
            yield Difference(FEES, "sum", line.fee, line=line.key)
        if line.kind not in NEEDS_TRANSACTION:
            continue
        if line.transaction is None:
            yield Difference(MISSING_HERE, line.kind, line.gross, line=line.key)
        elif line.kind == DISPUTE and line.dispute is None:
            yield Difference(MISSING_HERE, "no_dispute", line.net, line=line.key)
        elif line.kind == DISPUTE:
            disputes.setdefault(line.dispute, []).append(line)
        elif line.kind in SAME_AMOUNT:
            place = (line.kind, line.transaction)
            if place in seen:
                yield Difference(DUPLICATE, "twice", line.gross, line=line.key)
                continue
            seen.add(place)
            yield from _compare(line, transactions[line.transaction])
    for group in disputes.values():
        yield from _compare_dispute(group)


def _compare(line, transaction):
    if line.currency != transaction.currency:
        yield Difference(CURRENCY, "other", line.amount, line.currency, line.key)
        return
    rest = round(line.amount - transaction.amount, line.decimals)
    if rest:
        yield Difference(AMOUNT, "other", rest, line.currency, line.key)


def _compare_dispute(lines):
    """Compare a dispute as a whole, once the provider listed what it took.

    >>> taken = Line(
    ...     1, DISPUTE, -84.0, 15.0, -99.0, -84.0, "USD", transaction=7, dispute=3,
    ...     known_amount=0.0, known_fee=15.0,
    ... )
    >>> [(d.kind, d.amount) for d in _compare_dispute([taken])]
    [('amount', -84.0)]
    """
    last = lines[-1]
    if min(line.gross for line in lines) >= 0:
        return  # taken before the list was read for the first time
    facts = (
        (AMOUNT, sum(line.amount for line in lines), last.known_amount, last.currency),
        (FEES, sum(line.fee for line in lines), last.known_fee, ""),
    )
    for kind, found, known, currency in facts:
        if known is not None and (rest := round(found - known, last.decimals)):
            yield Difference(kind, "dispute", rest, currency, last.key)


def find_transaction_differences(transactions):
    """Yield what doesn't add up on our side of the comparison.

    >>> gone = Transaction(7, 80.0, "USD", listed=False)
    >>> [d.get_key() for d in find_transaction_differences([gone])]
    ['missing_there:not_listed:transaction7']
    >>> new = Transaction(7, 80.0, "USD", listed=False, due=False)
    >>> list(find_transaction_differences([new]))
    []
    """
    for tx in transactions:
        found = None
        if not tx.listed and tx.due:
            found = (MISSING_THERE, "not_listed")
        elif not tx.booked and tx.due:
            found = (BOOKS, "no_payment")
        elif not tx.applied and tx.due:
            found = (BOOKS, "not_applied")
        if found:
            yield Difference(*found, tx.amount, tx.currency, transaction=tx.key)


@dataclass(frozen=True)
class BankLine:
    """An open bank transaction of exactly the payout's amount and currency."""

    key: int
    day: date
    text: str


@dataclass(frozen=True)
class Choice:
    """``key`` of the bank transaction that the payout is; others are proposals."""

    key: int | None
    proposals: tuple
    code: str


def choose_bank_line(reference, names, day, lines, rivals=0):
    """Find the payout's bank transaction; certain only if it can't be another one.

    :param reference: of the payout
    :param names: words by which the bank names this provider
    :param day: on which the provider expects it at the bank
    :param lines: :class:`BankLine`
    :param rivals: number of other open payouts of this amount about this day

    >>> day = date(2026, 3, 2)
    >>> own = BankLine(1, day, "STRIPE TRANSFER ST-1")
    >>> choose_bank_line("po_1", ("stripe",), day, [own]).key
    1
    >>> choose_bank_line("po_1", ("stripe",), day, [own], rivals=1)
    Choice(key=None, proposals=(1,), code='rivals')
    >>> choose_bank_line("po_1", ("stripe",), day, [BankLine(2, day, "Acme")])
    Choice(key=None, proposals=(2,), code='no_name')
    """
    near = [line for line in lines if day - EARLY <= line.day <= day + LATE]
    near.sort(key=lambda line: (abs(line.day - day), line.key))
    unique = (reference,) if len(reference) >= LONG_ENOUGH else ()
    exact = [line for line in near if _names(line.text, unique)]
    if len(exact) == 1:
        return Choice(exact[0].key, (), NAMED)
    named = [line for line in near if _names(line.text, names)]
    proposals = tuple(line.key for line in named or near)
    if not near:
        return Choice(None, (), NOTHING)
    if not named:
        return Choice(None, proposals, NO_NAME)
    if len(named) > 1:
        return Choice(None, proposals, SEVERAL)
    if rivals:
        return Choice(None, proposals, RIVALS)
    return Choice(named[0].key, (), ONLY)


def _names(text, words):
    text = " ".join(text.lower().split())
    return any(
        re.search(rf"(?<!\w){re.escape(word.lower())}(?!\w)", text) for word in words
    )


def get_age_group(days):
    """Return the index in :data:`AGES`.

    >>> [get_age_group(days) for days in (0, 2, 3, 30, 31, 400)]
    [0, 0, 1, 2, 3, 3]
    """
    for index, (_start, end) in enumerate(AGES):
        if end is None or days <= end:
            return index
    raise AssertionError("the last group has no end")


def get_first_open_day(day, get_locks):
    """Return the first day from ``day`` on which the books are open.

    :param get_locks: returns the days until which the books are closed for a day

    >>> closed = date(2026, 3, 31)
    >>> get_first_open_day(
    ...     date(2026, 3, 2), lambda day: [closed] if day <= closed else []
    ... )
    datetime.date(2026, 4, 1)
    """
    while locks := get_locks(day):
        day = max(locks) + timedelta(days=1)
    return day
