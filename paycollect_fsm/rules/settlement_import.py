# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Payout files of any provider: guess the columns, check them, read them.

The file has one row for each movement, with the payout that it belongs to.
"""

import codecs
import csv
import hashlib
import io
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from .settlement import (
    ADJUSTMENT,
    DISPUTE,
    FEE,
    OTHER,
    PAYMENT,
    REFUND,
    RESERVE,
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
    (DISPUTE, r"chargeback|dispute|return|reversal"),
    (REFUND, r"refund"),
    (RESERVE, r"reserve|hold"),
    (FEE, r"fee|commission"),
    (ADJUSTMENT, r"adjust|correction"),
    (PAYMENT, r"charge|payment|sale|capture|settled"),
)
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
OWN = re.compile(r"^(payout|transfer|withdrawal|deposit)\b", re.I)
FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y")

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


@dataclass(frozen=True)
class Table:
    headers: tuple
    rows: tuple


def read(content):
    """Return the :class:`Table` of a CSV file.

    :param bytes content: UTF-8, UTF-16 or Latin-1, with any common separator
    :raise ValueError: if it isn't a text file

    >>> read(b"Payout;Amount\\nP1;10,00\\n")
    Table(headers=('Payout', 'Amount'), rows=(('P1', '10,00'),))
    >>> read(b"PK\\x03\\x04 a workbook")
    Traceback (most recent call last):
    ValueError: not a text file
    """
    text = _decode(content)
    first = text.splitlines()[:1] or [""]
    separator = max(",;\t|", key=first[0].count)
    lines = csv.reader(io.StringIO(text, newline=None), delimiter=separator)
    try:
        rows = [
            tuple(cell.strip() for cell in row)
            for row in lines
            if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise ValueError(str(error)) from None
    if not rows:
        return Table((), ())
    width = len(rows[0])
    rows = [(*row, *[""] * (width - len(row)))[:width] for row in rows]
    return Table(rows[0], tuple(rows[1:]))


def _decode(content):
    """Return the text of a file.

    >>> _decode("Größe".encode("utf-16")), _decode("Größe".encode("latin-1"))
    ('Größe', 'Größe')
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    if CONTROL.search(text):
        raise ValueError("not a text file")
    return text


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


def guess_format(values):
    """Return the first format that all dates have, or None.

    >>> guess_format(["03/14/2026", "03/02/2026"])
    '%m/%d/%Y'
    """
    values = [value for value in values if value]
    for pattern in FORMATS:
        if values and all(parse_day(value, pattern) for value in values):
            return pattern
    return None


def parse_day(text, pattern):
    """Return a date, ignoring a time after it; None if it has another format."""
    words = re.split(r"[T ]", text.strip(), maxsplit=1)
    try:
        return datetime.strptime(words[0], pattern).date()
    except ValueError:
        return None


def parse_amount(text, separator="."):
    """Return a signed amount, or None if it isn't one.

    :param separator: of the decimals

    >>> parse_amount("$1,234.56"), parse_amount("1.234,56 €", ",")
    (1234.56, 1234.56)
    >>> parse_amount("(12.00)"), parse_amount(""), parse_amount("abc")
    (-12.0, 0.0, None)
    """
    text = text.strip()
    if not text:
        return 0.0
    negative = text.startswith("(") and text.endswith(")")
    digits = re.sub(r"[^\d.,+\-]", "", text)
    thousands = "," if separator == "." else "."
    digits = digits.replace(thousands, "").replace(separator, ".")
    try:
        amount = float(Decimal(digits))
    except InvalidOperation:
        return None
    return -amount if negative else amount


def guess_separator(values):
    """Return the decimal separator of amounts.

    >>> guess_separator(["1.234,50", "7,00"]), guess_separator(["1,234.50"])
    (',', '.')
    """
    commas = sum(bool(re.search(r",\d{1,2}\D*$", value)) for value in values)
    dots = sum(bool(re.search(r"\.\d{1,2}\D*$", value)) for value in values)
    return "," if commas > dots else "."


def get_kind(text, gross):
    """Return the kind of a row: by the provider's name of it, else by its sign.

    >>> get_kind("Chargeback", -5), get_kind("", 5), get_kind("Moon tax", -1)
    ('dispute', 'payment', 'other')
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
    number: int
    payout: str
    payout_day: object
    payout_amount: float | None
    entry: Entry


def parse(table, mapping, currency, pattern, separator, decimals=2):
    """Read the payouts of a file.

    :param mapping: list with the meaning of each column, or None
    :param currency: of rows without one
    :param pattern: of dates, one of :data:`FORMATS`
    :param separator: of decimals
    :return: list of :class:`settlement.Payout`, list of :class:`Problem`; with
        problems, nothing may be imported

    >>> table = read(b"Payout,Date,Amount,Fee\\nP1,2026-03-02,80.00,2.45\\n")
    >>> (payout,), problems = parse(
    ...     table, guess(table.headers), "USD", "%Y-%m-%d", "."
    ... )
    >>> payout.amount, payout.entries[0].kind, problems
    (77.55, 'payment', [])
    """
    problems = list(check(mapping))
    if not table.rows:
        problems.append(Problem(EMPTY))
    if problems:
        return [], problems
    places = {target: at for at, target in enumerate(mapping) if target}
    rows, totals, seen = [], {}, Counter()
    negative_fees = _are_fees_negative(table, places, separator)
    for number, cells in enumerate(table.rows, start=2):
        get = {target: cells[at] for target, at in places.items()}
        values, found = _convert(get, number, pattern, separator)
        problems += found
        if found:
            continue
        if KIND in get and OWN.match(get[KIND]):
            totals[get[PAYOUT]] = abs(values[GROSS])
            continue
        seen[cells] += 1
        rows.append(
            _make_row(
                number,
                get,
                values,
                cells,
                seen[cells],
                currency,
                negative_fees,
                decimals,
            )
        )
    payouts, found = _group(rows, totals, decimals)
    return payouts, problems + found


def _are_fees_negative(table, places, separator):
    if FEES not in places:
        return False
    fees = [parse_amount(cells[places[FEES]], separator) or 0 for cells in table.rows]
    return sum(fees) < 0


def _convert(get, number, pattern, separator):
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
    return values, problems


def _make_row(number, get, values, cells, count, currency, negative_fees, decimals):
    fee = values.get(FEES, 0.0) * (-1 if negative_fees else 1)
    gross = values[GROSS]
    net = values[NET] if NET in values else gross - fee
    day = values.get(DAY) or values[PAYOUT_DAY]
    label = get.get(KIND, "")
    name = get.get(LINE) or _digest(cells, count)
    references = tuple(filter(None, (get.get(REFERENCE), get.get(LINE))))
    entry = Entry(
        reference=f"{get[PAYOUT]}:{name}",
        kind=get_kind(label, gross),
        label=label,
        day=day,
        currency=(get.get(CURRENCY) or currency).upper(),
        gross=round(gross, decimals),
        fee=round(fee, decimals),
        net=round(net, decimals),
        object_ref=get.get(LINE, ""),
        references=references,
    )
    return _Row(
        number,
        get[PAYOUT],
        values.get(PAYOUT_DAY) or day,
        values.get(PAYOUT_AMOUNT) if get.get(PAYOUT_AMOUNT) else None,
        entry,
    )


def _digest(cells, count):
    """Return a name for a row without ID; the same again in the same file."""
    text = "\x1f".join((*cells, str(count)))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _group(rows, totals, decimals):
    """Return the payouts of the rows, and what contradicts itself."""
    payouts, problems = [], []
    for name in dict.fromkeys(row.payout for row in rows):
        own = [row for row in rows if row.payout == name]
        stated = {row.payout_amount for row in own} - {None}
        if len({row.entry.currency for row in own}) > 1 or len(stated) > 1:
            problems.append(Problem(MIXED, own[-1].number, name))
            continue
        amount = stated.pop() if stated else totals.get(name)
        if amount is None:
            amount = sum(row.entry.net for row in own)
        payouts.append(
            Payout(
                reference=name,
                day=max(row.payout_day for row in own),
                currency=own[0].entry.currency,
                amount=round(amount, decimals),
                entries=tuple(row.entry for row in own),
            )
        )
    return payouts, problems
