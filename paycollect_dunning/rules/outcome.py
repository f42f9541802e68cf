# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a run knows of a customer, and what it does: the records' side of a decision."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from .decision import Decision


@dataclass(frozen=True)
class Contact:
    """One channel by which a message goes out.

    ``partner``: the recipient's record. ``send_at``: naive UTC datetime; later than
    now: delayed, with ``reason_code``.
    """

    channel: str
    partner: object
    address: str
    send_at: datetime
    reason_code: str = ""
    reason_values: dict = field(default_factory=dict)


class Before(NamedTuple):
    """What an open case says before a run."""

    id: int
    partner_id: int
    currency_id: int
    plan_id: int | None
    level_id: int | None
    state: str
    code: str | None
    values: dict | None
    amount: float
    next_date: date | None
    held_until: date | None
    held_reason: str | None
    approved: bool
    last_day: date | None


class Outcome(NamedTuple):
    """A decision with its customer, for the run and for the preview.

    ``case_id``: 0: the customer has no open case. ``levels``: of the plan. ``is_good``:
    a good payer's first lateness. ``rate``: of the case's currency to the company's.
    ``before``: what the case says now (:class:`Before`), None without one.
    ``holidays``: where the customer is. ``user_id``: who reminds by hand, 0: the plan.

    IDs only, since deciding for many customers loads no records.
    """

    partner_id: int
    currency_id: int
    case_id: int
    plan_id: int
    decision: Decision
    levels: tuple = ()
    is_good: bool = False
    rate: float = 1.0
    before: object = None
    company_id: int = 0
    holidays: frozenset = frozenset()
    user_id: int = 0

    @property
    def key(self):
        return (self.partner_id, self.currency_id)

    @property
    def line_ids(self):
        """What the message lists."""
        return tuple(entry.item.line_id for entry in self.decision.entries)

    @property
    def level_id(self):
        """The message's level."""
        return self.levels[self.decision.level].id if self.decision.level >= 0 else 0

    @property
    def told_id(self):
        """The highest level named for an item that is still chased."""
        return self.levels[self.decision.told].id if self.decision.told >= 0 else None

    @property
    def text_level_id(self):
        """The level whose texts are used: a good payer's first one is the softest."""
        if self.user_id:
            return self.level_id
        late = [level.id for level in self.levels if level.delay > 0]
        is_first = self.decision.told < 0 or self.levels[self.decision.told].delay <= 0
        is_late = self.levels[self.decision.level].delay > 0
        soft = self.is_good and is_first and is_late
        return late[0] if soft else self.level_id
