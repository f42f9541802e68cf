# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What each model knows about a customer: a declaration, read by the privacy room."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True)
class CustomerRows:
    """The rows of one model that concern a customer.

    ``partner``: paths to a contact, of which one must be the customer's. ``company``:
    path to the company, empty for rows that all companies share. ``exported``: fields
    in the export; empty: every stored field of our own model. ``secret``: fields that
    are never exported. ``personal``: fields that are blanked when the customer is
    forgotten, in the rows of ``ended``. ``domain``: limits the rows for every purpose.
    """

    partner: tuple[str, ...] = ("partner_id",)
    company: str = "company_id"
    exported: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    ended: tuple = ()
    domain: tuple = ()

    def extend(self, exported=(), personal=()):
        """Return a copy with more fields."""
        return replace(
            self,
            exported=(*self.exported, *exported),
            personal=(*self.personal, *personal),
        )


@dataclass(frozen=True)
class Retention:
    """Fields that are blanked some time after ``date``.

    ``setting``: field of the company with the number of days, 0 = keep. ``domain``:
    limits the rows.
    """

    model: str
    setting: str
    date: str
    blanked: tuple[str, ...]
    domain: tuple = ()
    company: str = "company_id"


def get_limit(now: datetime, days: int) -> datetime | None:
    """Return the time before which data is blanked; None: it is kept.

    >>> get_limit(datetime(2027, 3, 31), 30)
    datetime.datetime(2027, 3, 1, 0, 0)
    >>> get_limit(datetime(2027, 3, 31), 0)
    """
    return now - timedelta(days=days) if days > 0 else None


def format_cell(value) -> str:
    """Return a value as the text of a CSV cell that no spreadsheet runs as a formula.

    >>> format_cell("=1+1"), format_cell(-5), format_cell(None), format_cell("+1 512")
    ("'=1+1", '-5', '', "'+1 512")
    """
    text = "" if value is None or value is False else str(value)
    if isinstance(value, str) and text.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{text}"
    return text
