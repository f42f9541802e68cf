# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Money that may have arrived and isn't matched yet: is it this customer's?"""

import re
from datetime import date, timedelta
from typing import NamedTuple

MIN_REFERENCE = 4  # letters; shorter references fit too much
MIN_NAME = 4


class BankLine(NamedTuple):
    """An incoming bank line that isn't matched.

    ``partner_id``: commercial partner, 0: unknown. ``text``: reference and narration.
    """

    id: int
    amount: float
    currency_id: int
    partner_id: int = 0
    name: str = ""
    account: str = ""
    text: str = ""


class Debtor(NamedTuple):
    """What is known of a customer. ``amounts``: the sums that would be paid: each item,
    and all of them. ``accounts``: their bank accounts. ``references``: names and
    payment references of the invoices."""

    partner_id: int
    currency_id: int
    name: str = ""
    accounts: tuple = ()
    references: tuple = ()
    amounts: tuple = ()


def normalize(text):
    """Return letters and digits only, upper case.

    >>> normalize("INV/2026/0001"), normalize(None)
    ('INV20260001', '')
    """
    return re.sub(r"[^0-9A-Z]", "", (text or "").upper())


def fits(line, debtor):
    """Return by what an unmatched bank line fits the customer, or None.

    A line with another known customer never fits.

    >>> acme = Debtor(1, 2, "Acme Inc.", ("DE89",), ("INV/2026/0001",), (100.0,))
    >>> fits(BankLine(9, 5, 2, partner_id=1), acme)
    'partner'
    >>> fits(BankLine(9, 100, 2, partner_id=3), acme)
    >>> fits(BankLine(9, 5, 2, account="de 89"), acme)
    'account'
    >>> fits(BankLine(9, 5, 2, text="paying inv 2026 0001 thanks"), acme)
    'reference'
    >>> fits(BankLine(9, 5, 2, name="ACME INC"), acme)
    'name'
    >>> fits(BankLine(9, 100.0, 2), acme), fits(BankLine(9, 100.0, 7), acme)
    ('amount', None)
    """
    if line.partner_id:
        return "partner" if line.partner_id == debtor.partner_id else None
    account = normalize(line.account)
    if account and account in map(normalize, debtor.accounts):
        return "account"
    text = normalize(line.text)
    references = filter(None, map(normalize, debtor.references))
    if any(len(ref) >= MIN_REFERENCE and ref in text for ref in references):
        return "reference"
    name = normalize(debtor.name)
    if len(name) >= MIN_NAME and (name == normalize(line.name) or name in text):
        return "name"
    if line.currency_id == debtor.currency_id and line.amount in debtor.amounts:
        return "amount"
    return None


def is_stale(last: date | None, today: date, days):
    """Whether the last bank statement is too old. ``days`` 0: not checked.

    >>> from datetime import date
    >>> is_stale(date(2026, 1, 1), date(2026, 1, 13), 10)
    True
    >>> is_stale(date(2026, 1, 3), date(2026, 1, 13), 10), is_stale(None, date.max, 0)
    (False, False)
    """
    if not days:
        return False
    return last is None or last < today - timedelta(days=days)
