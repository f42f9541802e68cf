# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a case does today, from facts, with the reason."""

from dataclasses import dataclass, field
from datetime import date, datetime

# Kinds of obstacles: what becomes of a message that is due.
WAIT = "wait"  # goes out later by itself; the case stays open
PAUSE = "pause"  # somebody asked us to wait; the case is paused
ASK = "ask"  # a person decides; the case is an exception
SKIP = "skip"  # never said: a row says why, the level counts as told


@dataclass(frozen=True)
class Obstacle:
    """Why a message that is due isn't written now.

    ``values``: JSON values for the text; ``until``: the day on which it is tried
    again, None: when its cause is gone.
    """

    code: str
    kind: str = WAIT
    until: date | None = None
    values: dict = field(default_factory=dict)


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


@dataclass(frozen=True)
class Candidate:
    """A message that is due, before obstacles.

    IDs, since deciding for many customers loads no records. ``line_ids``: the items
    that it lists; ``amount``: their sum less credit, in the case's currency.
    """

    partner_id: int
    company_id: int
    currency_id: int
    case_id: int = 0
    plan_id: int = 0
    level_id: int = 0
    line_ids: tuple = ()
    amount: float = 0.0

    @property
    def key(self):
        return (self.partner_id, self.currency_id)
