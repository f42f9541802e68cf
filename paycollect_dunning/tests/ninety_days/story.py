# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What happens to customers in ninety days, and what they hear.

The levels of the shipped plan are 3 business days before the due date, and 3, 7, 15 and
30 after it. For Friday, Mar 13: Mar 10, 18 and 24, Apr 3 and 24.

Emails go out at 8 AM of the recipient: 12:00 UTC in New York, 13:00 before Mar 8.
"""

from dataclasses import dataclass, field


@dataclass
class Story:
    """``key``: the customer; ``name``: what the story shows.

    ``deeds``: (day, method of ``Deeds``, arguments). ``said``: "day time channel level
    amount" of what was sent, in UTC. ``passed``: "day level" of levels that were
    passed over. ``on``: what the case says in the evening of a day: state, reason,
    level named, 0: none. ``ends``: state and reason of the last case, None: there
    never was one. ``values``: of the customer.
    """

    key: str
    name: str
    deeds: tuple
    said: tuple = ()
    passed: tuple = ()
    on: dict = field(default_factory=dict)
    ends: tuple | None = ("closed", "paid")
    place: str = "US"
    values: dict = field(default_factory=dict)
    # what the pass fills in
    customer: object = None
    moves: list = field(default_factory=list)


START = "03-02"
