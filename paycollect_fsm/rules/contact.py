# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where can a customer be reached? Reads what users type into contact fields.

A field may hold a note instead of an address, several addresses, or a number with a
comment. Only what a mail server or carrier accepts is returned.
"""

import re

import phonenumbers

_ADDRESS = re.compile(
    r"[a-z0-9._%+'&-]+@(?:[^\W_](?:[^\W_]|-)*(?<!-)\.)+(?:[^\W\d_]{2,}|xn--[a-z0-9-]+)"
)
_BETWEEN = re.compile(r"[\s,;<>()\[\]\"|]+")


def find_emails(text):
    """Return the usable email addresses in ``text``: lowercase, unique, in order.

    >>> find_emails("Ana <Ana@Acme.example>; ap@acme.example")
    ['ana@acme.example', 'ap@acme.example']
    >>> find_emails("a@acme.example/b@acme.example mailto:a@acme.example.")
    ['a@acme.example', 'b@acme.example']
    >>> find_emails("info@bücher.example"), find_emails("bob@acme-.example")
    (['info@bücher.example'], [])
    >>> find_emails("n/a"), find_emails("bob@@nowhere"), find_emails(False)
    ([], [], [])
    """
    found = []
    for word in _BETWEEN.split(text or ""):
        for part in word.split("/"):
            address = part.lower().removeprefix("mailto:").strip(".:'")
            if _ADDRESS.fullmatch(address) and ".." not in address:
                found.append(address)
    return list(dict.fromkeys(found))


def find_numbers(text, country):
    """Return the unique phone numbers in ``text`` as E.164.

    Direct lines come before those with an extension, which can't receive texts.

    :param str country: ISO code for numbers without a country code

    >>> find_numbers("512-555-0147 (cell)", "US")
    ['+15125550147']
    >>> find_numbers("(512) 555-0147 ext. 12 / 512.555.0199", "US")
    ['+15125550199', '+15125550147']
    >>> find_numbers("+44 20 7946 0958 or 512-555-0147", "US")
    ['+442079460958', '+15125550147']
    >>> find_numbers("call the office", "US"), find_numbers(False, "US")
    ([], [])
    """
    matches = [m.number for m in phonenumbers.PhoneNumberMatcher(text or "", country)]
    direct_first = sorted(matches, key=lambda number: bool(number.extension))
    e164 = phonenumbers.PhoneNumberFormat.E164
    return list(
        dict.fromkeys(phonenumbers.format_number(n, e164) for n in direct_first)
    )


def format_number(text, country):
    """Return a phone number for reading: national at home, international elsewhere.

    What is no number stays as it was typed.

    :param str country: ISO code of the country at home

    >>> format_number("+15125550147", "US")
    '(512) 555-0147'
    >>> format_number("+442079460958", "US")
    '+44 20 7946 0958'
    >>> format_number("call the office", "US"), format_number(False, "US")
    ('call the office', '')
    """
    try:
        number = phonenumbers.parse(text or "", country)
    except phonenumbers.NumberParseException:
        return text or ""
    home = number.country_code == phonenumbers.country_code_for_region(country or "")
    styles = phonenumbers.PhoneNumberFormat
    style = styles.NATIONAL if home else styles.INTERNATIONAL
    return phonenumbers.format_number(number, style)
