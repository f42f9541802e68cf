# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Payout files of any provider: guess the columns, check them, read them.

The file has one row for each movement, with the payout that it belongs to.
"""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass

from .csv_table import parse_amount, parse_day
from .settlement import (
    ADJUSTMENT,
    DISPUTE,
    FEE,
    OTHER,
    PAYMENT,
    REFUND,
    RESERVE,
    RETURNED,
    Entry,
    Payout,
)

# What a column means
PAYOUT = "payout"
PAYOUT_DAY = "payout_day"
PAYOUT_AMOUNT = "payout_amount"
CURRENCY = "currency"
LINE = "line"
REFERENCE = "reference"
KIND = "kind"
DAY = "day"
GROSS = "gross"
FEES = "fee"
NET = "net"
REQUIRED = (PAYOUT, GROSS)

# Words in headers, the most specific first
WORDS = (
    (
        PAYOUT_DAY,
        r"(payout|settlement|deposit|transfer|arrival).*date|auszahlung.*datum",
    ),
    (PAYOUT_AMOUNT, r"(payout|settlement|deposit|transfer).*(amount|total)"),
    (PAYOUT, r"payout|settlement|batch|deposit|transfer"),
    (CURRENCY, r"currency|devise|moneda"),
    (REFERENCE, r"reference|order|invoice|merchant|description|memo"),
    (LINE, r"transaction.?id|balance.*id|^id$|psp"),
    (KIND, r"type|kind|category"),
    (FEES, r"fee|commission|cost"),
    (NET, r"net|total received"),
    (GROSS, r"gross|amount"),
    (DAY, r"date|created|time"),
)
KINDS = (
    (FEE, r"fee|commission"),
    (RETURNED, r"(payout|transfer|withdrawal|deposit).*(fail|revers|return|cancel)"),
    (DISPUTE, r"chargeback|dispute|return|reversal"),
    (REFUND, r"refund"),
    (RESERVE, r"reserve|hold"),
    (ADJUSTMENT, r"adjust|correction"),
    (PAYMENT, r"charge|payment|sale|capture|settled"),
)
# The payout itself, unless KINDS names something else about it
OWN = re.compile(r"^(payout|transfer|withdrawal|deposit)\b", re.I)

# Problems
MISSING_COLUMN = "missing_column"
TWICE = "twice"
BAD_AMOUNT = "bad_amount"
BAD_DATE = "bad_date"
NO_PAYOUT = "no_payout"
MIXED = "mixed"
EMPTY = "empty"


@dataclass(frozen=True)
class Problem:
    """``row`` as in a spreadsheet, or None for the whole file."""

    code: str
    row: int | None = None
    value: str = ""


def guess(headers):
    """Return what each column probably means, or None.

    >>> guess(["Payout ID", "Type", "Gross amount", "Fee", "Net", "Color"])
    ['payout', 'kind', 'gross', 'fee', 'net', None]
    """
    found, used = [], set()
    for header in headers:
        meaning = next(
            (
                target
                for target, pattern in WORDS
                if target not in used and re.search(pattern, header, re.I)
            ),
            None,
        )
        used.add(meaning)
        found.append(meaning)
    return found


def get_kind(text, gross):
    """Return the kind of a row: by the provider's name of it, else by its sign.

    >>> get_kind("Chargeback", -5), get_kind("", 5), get_kind("Moon tax", -1)
    ('dispute', 'payment', 'other')
    >>> get_kind("Chargeback fee", -15), get_kind("Payout failed", 80)
    ('fee', 'payout_returned')
    """
    if not text:
        return PAYMENT if gross >= 0 else REFUND
    for kind, pattern in KINDS:
        if re.search(pattern, text, re.I):
            return kind
    return OTHER


def check(mapping):
    """Yield what is wrong with the meaning of the columns.

    :param mapping: list with the meaning of each column, or None
    """
    counts = Counter(filter(None, mapping))
    for target in REQUIRED:
        if not counts[target]:
            yield Problem(MISSING_COLUMN, value=target)
    if not counts[PAYOUT_DAY] and not counts[DAY]:
        yield Problem(MISSING_COLUMN, value=PAYOUT_DAY)
    for target, number in counts.items():
        if number > 1:
            yield Problem(TWICE, value=target)


@dataclass(frozen=True)
class _Row:
    """``entry`` is None if the row is the payout itself."""

    number: int
    payout: str
    payout_day: object
    payout_amount: float | None
    currency: str
    entry: Entry | None


def parse(rows, mapping, currency, pattern, separator, decimals=None):
    """Read the payouts of a file.

    :param rows: of cells, without the headers
    :param mapping: list with the meaning of each column, or None
    :param currency: of rows without one
    :param pattern: of dates, one of :data:`csv_table.FORMATS`
    :param separator: of decimals
    :param decimals: ``{currency: number of decimals}``; 2 for others
    :return: list of :class:`settlement.Payout`, list of :class:`Problem`; with
        problems, nothing may be imported

    >>> (payout,), problems = parse(
    ...     [("P1", "2026-03-02", "80.00", "2.45")],
    ...     [PAYOUT, DAY, GROSS, FEES], "USD", "%Y-%m-%d", ".",
    ... )
    >>> payout.amount, payout.entries[0].kind, problems
    (77.55, 'payment', [])
    """
    problems = list(check(mapping))
    if not rows:
        problems.append(Problem(EMPTY))
    if problems:
        return [], problems
    places = {target: at for at, target in enumerate(mapping) if target}
    decimals, made, seen = decimals or {}, [], Counter()
    fee_sign = _get_fee_sign(rows, places, separator)
    for number, cells in enumerate(rows, start=2):
        get = {target: cells[at] for target, at in places.items()}
        get[CURRENCY] = (get.get(CURRENCY) or currency).upper()
        values, found = _convert(get, number, pattern, separator, fee_sign)
        problems += found
        if found:
            continue
        place = (get[PAYOUT], get.get(LINE) or _digest(cells))
        seen[place] += 1
        reference = _get_reference(*place, seen[place])
        digits = decimals.get(get[CURRENCY], 2)
        made.append(_make_row(number, get, values, reference, digits))
    payouts, found = _group(made, decimals)
    return payouts, problems + found


def _get_fee_sign(rows, places, separator):
    """Return -1 if the file shows fees as negative amounts: those of payments, or, if
    these have none, those of rows that are only a fee. Of refunds, it may return fees.
    """
    if FEES not in places:
        return 1
    sold = alone = 0
    for cells in rows:
        gross, fee = (
            parse_amount(cells[places[target]], separator) or 0
            for target in (GROSS, FEES)
        )
        sold += fee if gross > 0 else 0
        alone += fee if not gross else 0
    return -1 if (sold or alone) < 0 else 1


def _convert(get, number, pattern, separator, fee_sign):
    """Return amounts and dates of a row, and its problems."""
    values, problems = {}, []
    for target in (GROSS, FEES, NET, PAYOUT_AMOUNT):
        if target in get:
            values[target] = parse_amount(get[target], separator)
            if values[target] is None:
                problems.append(Problem(BAD_AMOUNT, number, get[target]))
    for target in (PAYOUT_DAY, DAY):
        if get.get(target):
            values[target] = parse_day(get[target], pattern)
            if not values[target]:
                problems.append(Problem(BAD_DATE, number, get[target]))
    if not values.get(PAYOUT_DAY) and not values.get(DAY) and not problems:
        problems.append(Problem(BAD_DATE, number))
    if not get[PAYOUT]:
        problems.append(Problem(NO_PAYOUT, number))
    if values.get(FEES):
        values[FEES] *= fee_sign
    return values, problems


def _make_row(number, get, values, reference, decimals):
    day = values.get(DAY) or values[PAYOUT_DAY]
    label = get.get(KIND, "")
    kind = get_kind(label, values[GROSS])
    is_payout = bool(OWN.match(label)) and kind not in (FEE, RETURNED)
    stated = values[PAYOUT_AMOUNT] if get.get(PAYOUT_AMOUNT) else None
    return _Row(
        number,
        get[PAYOUT],
        values.get(PAYOUT_DAY) or day,
        values[GROSS] if is_payout else stated,
        get[CURRENCY],
        None
        if is_payout
        else _make_entry(get, values, reference, kind, label, day, decimals),
    )


def _make_entry(get, values, reference, kind, label, day, decimals):
    gross, fee = values[GROSS], values.get(FEES, 0.0)
    net = values[NET] if get.get(NET) else gross - fee
    return Entry(
        reference=reference,
        kind=kind,
        label=label,
        day=day,
        currency=get[CURRENCY],
        gross=round(gross, decimals),
        fee=round(fee, decimals),
        net=round(net, decimals),
        object_ref=get.get(LINE, ""),
        references=tuple(filter(None, (get.get(REFERENCE), get.get(LINE)))),
    )


def _get_reference(payout, name, count):
    """Return the ID of a row here; some providers give one ID to several rows.

    >>> _get_reference("P1", "PM881", 1), _get_reference("P1", "PM881", 2)
    ('P1:PM881', 'P1:PM881:2')
    """
    return ":".join((payout, name, *([str(count)] if count > 1 else [])))


def _digest(cells):
    """Return a name for a row without ID; the same for the same row."""
    return hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:16]


def _group(rows, decimals):
    """Return the payouts of the rows, and what contradicts itself."""
    payouts, problems = [], []
    for name in dict.fromkeys(row.payout for row in rows):
        own = [row for row in rows if row.payout == name]
        parts = [row for row in own if row.entry]
        currencies = {row.currency for row in parts or own}
        totals = {abs(row.payout_amount) for row in own if not row.entry}
        stated = {row.payout_amount for row in parts} - {None}
        if len(currencies) > 1 or len(totals | {*map(abs, stated)}) > 1:
            problems.append(Problem(MIXED, own[-1].number, name))
            continue
        net = sum(row.entry.net for row in parts)
        if stated:
            amount = stated.pop()
        else:
            amount = _choose_sign(totals.pop(), net) if totals else net
        [currency] = currencies
        payouts.append(
            Payout(
                reference=name,
                day=max(row.payout_day for row in own),
                currency=currency,
                amount=round(amount, decimals.get(currency, 2)),
                entries=tuple(row.entry for row in parts),
            )
        )
    return payouts, problems


def _choose_sign(total, net):
    """Return the amount of a payout; some files show it as it leaves the balance.

    :param total: without its sign
    :param net: of its rows

    >>> _choose_sign(154.10, 153.0), _choose_sign(50.0, -50.0)
    (154.1, -50.0)
    """
    return min((total, -total), key=lambda amount: abs(amount - net))
