# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Keeps card numbers out of the database (PCI DSS SAQ A, spec P1). Pure Python."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

# ISO/IEC 7812: card numbers have 13 to 19 digits, often typed in groups.
MIN_DIGITS = 13
_CARD_LIKE = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){12,18}(?!\d)")
_EXPIRY = re.compile(r"(?<!\d)(0[1-9]|1[0-2]) ?/ ?(20)?(\d{2})(?!\d)")
_PREFIXES = (  # issuer identification numbers, first match wins
    (re.compile(r"3[47]"), "amex"),
    (re.compile(r"3(?:0[0-5]|[68])"), "diners"),
    (re.compile(r"35"), "jcb"),
    (re.compile(r"4"), "visa"),
    (re.compile(r"5[1-5]|2[2-7]"), "mastercard"),
    (re.compile(r"6(?:011|4[4-9]|5)"), "discover"),
)


@dataclass(frozen=True)
class MethodDetails:
    """What may be stored of a typed card: never more than its last four digits."""

    last_four: str
    brand_code: str
    expiry_date: date | None


def is_luhn_valid(digits):
    """Whether a string of digits has the check digit of a card number.

    >>> is_luhn_valid("4242424242424242"), is_luhn_valid("4242424242424241")
    (True, False)
    """
    total = 0
    for position, char in enumerate(reversed(digits)):
        number = int(char) * (1 + position % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def mask_card_numbers(text):
    """Replace everything that looks like a card number with its last four digits.

    Falsy input is returned as is, and other text is unchanged.

    >>> mask_card_numbers("my card is 4242 4242-4242 4242, thanks")
    'my card is •••• 4242, thanks'
    >>> mask_card_numbers("invoice 2026000000001234 of 2026-05-01")
    'invoice 2026000000001234 of 2026-05-01'
    >>> mask_card_numbers("4242 4242 4242 4242 12/29")
    '•••• 4242 12/29'
    >>> mask_card_numbers(False)
    False
    """
    return _CARD_LIKE.sub(_mask_match, text) if text else text


def _mask_match(match):
    """Mask the longest card number at the start of a run of digit groups.

    A run may include the next number ("… 4242 12"), so trailing groups are dropped
    until the check digit is valid.
    """
    run = match.group()
    ends = [len(run)] + [gap.start() for gap in re.finditer(r"\D", run)][::-1]
    for end in ends:
        digits = re.sub(r"\D", "", run[:end])
        if len(digits) < MIN_DIGITS:
            break
        if is_luhn_valid(digits):
            return f"•••• {digits[-4:]}{run[end:]}"
    return run


def expiry_of_month(year, month):
    """Return the last day of a card's expiration month; None if it isn't a month.

    >>> expiry_of_month(2028, 2)
    datetime.date(2028, 2, 29)
    >>> expiry_of_month(None, 2)
    """
    try:
        return date(int(year), int(month), monthrange(int(year), int(month))[1])
    except (TypeError, ValueError):
        return None


def describe_typed_method(text):
    """Reduce a typed method (demo provider) to what may be stored.

    Anything with at least eight digits is reduced to the last four, even if the check
    digit is invalid: a mistyped card number is almost a card number.

    >>> describe_typed_method("4242 4242 4242 4242 12/29")
    MethodDetails(last_four='4242', brand_code='visa', \
expiry_date=datetime.date(2029, 12, 31))
    >>> describe_typed_method("1234")
    MethodDetails(last_four='1234', brand_code='', expiry_date=None)
    >>> describe_typed_method("")
    MethodDetails(last_four='', brand_code='', expiry_date=None)
    """
    text = text or ""
    expiry_date = None
    if match := _EXPIRY.search(text):
        expiry_date = expiry_of_month(2000 + int(match.group(3)), match.group(1))
        text = text[: match.start()] + text[match.end() :]
    digits = re.sub(r"\D", "", text)
    brand_code = ""
    if len(digits) >= 8:
        brand_code = next(
            (code for prefix, code in _PREFIXES if prefix.match(digits)), ""
        )
    return MethodDetails(digits[-4:], brand_code, expiry_date)
