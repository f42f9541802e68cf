# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A CSV file, and the amounts and dates in its cells, as a spreadsheet wrote them."""

import codecs
import csv
import io
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
MINUS = str.maketrans({"\u2212": "-"})
FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y")


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
    >>> parse_amount("$(12.00)"), parse_amount("(12.00) USD"), parse_amount("\u221212")
    (-12.0, -12.0, -12.0)
    >>> parse_amount(""), parse_amount("abc"), parse_amount("12.00 (refund)")
    (0.0, None, None)
    """
    if not text.strip():
        return 0.0
    digits = re.sub(r"[^\d.,+\-()]", "", text.translate(MINUS))
    negative = digits.startswith("(") and digits.endswith(")")
    if negative:
        digits = digits[1:-1]
    thousands = "," if separator == "." else "."
    digits = digits.replace(thousands, "").replace(separator, ".")
    try:
        amount = float(Decimal(digits))
    except InvalidOperation:
        return None
    return -abs(amount) if negative else amount


def guess_separator(values):
    """Return the decimal separator of amounts.

    >>> guess_separator(["1.234,50", "7,00"]), guess_separator(["1,234.50"])
    (',', '.')
    """
    commas = sum(bool(re.search(r",\d{1,2}\D*$", value)) for value in values)
    dots = sum(bool(re.search(r"\.\d{1,2}\D*$", value)) for value in values)
    return "," if commas > dots else "."
