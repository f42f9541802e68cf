# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Keeps card numbers out of the database (PCI DSS SAQ A, spec P1). Pure Python."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

# ISO/IEC 7812: card numbers have 13 to 19 digits. They are typed without gaps or in
# groups, all of them but the last with at least four digits.
MIN_DIGITS = 13
MAX_DIGITS = 19
MIN_GROUP = 4
# An international phone number (E.164) begins with "+" and has at most 15 digits.
MAX_PHONE_DIGITS = 15
_GAP = r"(?:[ .\-\u2013\u00a0\u202f]|&nbsp;)"
# Random marks and UUIDs of machines: their digits mean nothing.
_HEX_ID = (
    r"(?<![\w-])(?=[\d-]*[a-f])"
    r"(?:[\da-f]{32,128}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})(?![\w-])"
)
_DIGITS = rf"\+?(?<!\d)\d(?:{_GAP}?\d){{{MIN_DIGITS - 1},}}(?!\d)"
_RUN = re.compile(rf"{_HEX_ID}|(?P<run>{_DIGITS})")
_ISSUERS = re.compile(r"22|2[3-7]|3[04-9]|4|5|6|8[12]")  # of payment cards
_TAG = re.compile(r"(<[^>]*>)")
_PROVIDER_ID = re.compile(r"[a-z]{2,}_\w+")
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
    >>> mask_card_numbers("PO 17 4242 4242 4242 4242 12/29")
    'PO 17 •••• 4242 12/29'
    >>> mask_card_numbers("+49 1512 3456789"), mask_card_numbers(False)
    ('+49 1512 3456789', False)
    >>> mask_card_numbers("9d1c2ef0-4242-4242-4242-4242a1b2c3d4")
    '9d1c2ef0-4242-4242-4242-4242a1b2c3d4'
    >>> mask_card_numbers("9d1c2ef0ab4242424242424242a1b2c3")
    '9d1c2ef0ab4242424242424242a1b2c3'
    """
    return _RUN.sub(_mask_run, text) if text else text


def mask_html(html):
    """Mask card numbers in the text of an HTML document, but not in its tags.

    >>> mask_html('<a href="/4242424242424242">4242 4242 4242 4242</a>')
    '<a href="/4242424242424242">•••• 4242</a>'
    """
    if not html or not _RUN.search(html):
        return html
    parts = _TAG.split(html)
    parts[::2] = map(mask_card_numbers, parts[::2])
    return "".join(parts)


def mask_payload(value):
    """Return a copy of JSON data with masked card numbers; IDs are kept.

    >>> mask_payload({"id": "pi_4242424242424242", "list": ["4242424242424242", 7]})
    {'id': 'pi_4242424242424242', 'list': ['•••• 4242', 7]}
    """
    if isinstance(value, dict):
        return {key: mask_payload(item) for key, item in value.items()}
    if isinstance(value, list):
        return [mask_payload(item) for item in value]
    if isinstance(value, str) and not _PROVIDER_ID.fullmatch(value):
        return mask_card_numbers(value)
    return value


def _mask_run(match):
    """Mask the card numbers in a run of digit groups.

    A run may include other numbers before and after ("PO 17 4242 … 12/29"). An ID of a
    machine stays as it is.
    """
    run = match["run"]
    if run is None:
        return match.group()
    groups = list(re.finditer(r"\d+", run))
    masked, end, place = "", 0, 0
    while place < len(groups):
        first = groups[place]
        count = _count_groups([g.group() for g in groups[place : place + MAX_DIGITS]])
        if count and not _is_phone(run, first):
            last = groups[place + count - 1]
            four = re.sub(r"\D", "", run[first.start() : last.end()])[-4:]
            masked += f"{run[end : first.start()]}•••• {four}"
            end = last.end()
        place += count or 1
    return masked + run[end:]


def _count_groups(groups):
    """Return how many of the first groups are a card number, or 0; the longest wins.

    >>> _count_groups(["4242", "4242", "4242", "4242", "12"])
    4
    >>> _count_groups(["512", "555", "0142", "512", "555", "0143"])
    0
    """
    found, digits = 0, ""
    for count, group in enumerate(groups, start=1):
        digits += group
        if len(digits) > MAX_DIGITS:
            break
        if len(digits) >= MIN_DIGITS and _is_card(digits):
            found = count
        if len(group) < MIN_GROUP:
            break
    return found


def _is_card(digits):
    return bool(_ISSUERS.match(digits)) and is_luhn_valid(digits)


def _is_phone(run, first):
    """Whether a run is an international phone number."""
    digits = re.sub(r"\D", "", run)
    return run[: first.start()] == "+" and len(digits) <= MAX_PHONE_DIGITS


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
