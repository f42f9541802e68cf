# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Amounts that people type into forms, in the way of their language."""

import math
import re

_NUMBER = re.compile(r"-?(\d+(\.\d+)?|\.\d+)")
_NOISE = re.compile(r"[\s$€£\u00a0\u202f]")
_GROUPS = 3  # digits between two separators of thousands


def parse_amount(text, decimal_point=".", separator=","):
    """Return the amount that a person typed, or None.

    A separator of thousands that can't be one is the decimal point: many people type it
    in the way of another language.

    >>> parse_amount("$1,234.50"), parse_amount("1.234,50 €", ",", ".")
    (1234.5, 1234.5)
    >>> parse_amount("50.00", ",", "."), parse_amount("1.234", ",", ".")
    (50.0, 1234.0)
    >>> [parse_amount(text) for text in ("", "ten", "1e9", "nan", "1.2.3", "-5")]
    [None, None, None, None, None, -5.0]
    """
    plain = _NOISE.sub("", text or "")
    if separator and plain.count(separator) == 1 and decimal_point not in plain:
        if len(plain) - plain.index(separator) - 1 != _GROUPS:
            decimal_point = separator
    if separator and separator != decimal_point:
        plain = plain.replace(separator, "")
    plain = plain.replace(decimal_point, ".")
    if not plain.isascii() or not _NUMBER.fullmatch(plain):
        return None
    amount = float(plain)
    return amount if math.isfinite(amount) else None
