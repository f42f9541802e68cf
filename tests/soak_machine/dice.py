# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The values hypothesis draws from. A value listed twice is drawn twice as often."""

from contextlib import contextmanager
from unittest.mock import patch

from hypothesis import strategies as st

from .crons import CRONS
from .people import DECISIONS
from .place import MOVES
from .provider import FAULTS, KINDS_OF_METHODS
from .shop import TERMS

ON_CREDIT = ("credit note", "on account")
CREDIT_USES = ("automatic", "ask", "never")
CORRECTIONS = ("draft", "block", "correct", "merge")
# How autopay is typed into its form.
AUTOPAY = (
    {"scope": "due", "day": "0", "notice_days": "0", "max_amount": "300"},
    {"scope": "both", "day": "0", "notice_days": "0", "max_month": "400"},
    {"scope": "both", "day": "0", "notice_days": "0", "max_amount": "450"},
)
# What customers do on our pages, see windows.py.
PAYS = ("one tap", "old window", "card", "link", "left link")
SAYS = ("autopay", "autopay off", "schedule", "check", "dispute", "take back")

SIDES = {
    # the steps of machine.py that may be taken
    "step": (
        "somebody_is_billed",
        "work",
        "work_with_a_fault",
        "killed_work",
        "rivals_at_work",
        "somebody_comes_between",
        "webhooks_arrive",
        "somebody_acts",
        "the_customer_acts",
        "the_customer_is_interrupted",
        "accounting_acts",
        "the_database_is_another",
        "the_bank_acts",
    ),
    "kind": KINDS_OF_METHODS,
    "worker": ("job",) * 5 + (*CRONS,),
    "fault": (*FAULTS, "drop_after", "error_after"),
    # for a worker that is interrupted
    "rare fault": (*(None,) * 6, *FAULTS),
    "pause": (
        *({"seconds": 1},) * 3,
        *({"minutes": 2},) * 2,
        {"minutes": 6},
        {"minutes": 70},
        {"hours": 25},
        {"days": 3},
        {"days": 8},
    ),
    "busy worker": ("job",) * 8
    + ("sweep", "sweep", "resolve", "resolve", "autopay", "scheduled"),
    # where a worker is interrupted: the point, and its occurrence
    "moment": (
        *(("claim", 1),) * 2,
        *(("request", 1),) * 2,
        *(("answered", 1),) * 2,
        *((point, count) for point in ("commit", "committed") for count in (2, 3, 4)),
    ),
    "rival": ("job", "sweep", "sweep", "resolve", "webhooks", "webhooks", *CRONS),
    "order": ("oldest", "newest", "all", "all", "reversed", "twice"),
    "deed": (
        *DECISIONS,
        "cash",
        *("portal", "portal", "leave page", "return to page"),
        *("method", "method"),
        "switch",
        *ON_CREDIT,
        *CORRECTIONS,
        *PAYS,
        *SAYS,
    ),
    # a customer's page: what is done there, what is ticked, and where it is cut off
    "pays": ("one tap", "one tap", *PAYS),
    "says": (*PAYS, *SAYS, "autopay", "schedule"),
    "choice": ("due", "due", "everything", "everything", "part"),
    "page moment": (
        *(("commit", 1),) * 2,
        *(("committed", 1),) * 2,
        ("commit", 2),
        ("request", 1),
        ("answered", 1),
    ),
    "page rival": ("kill", "job", "webhooks", *PAYS, "autopay run", "cash", "check"),
    "autopay terms": AUTOPAY,
    "terms": ("at once", "at once", *TERMS),
    "books": (
        *ON_CREDIT * 2,
        *CORRECTIONS,
        "draft",
        "block",
        *CREDIT_USES,
        "check arrives",
    ),
    "house": (*("backup",) * 4, *MOVES),
    # what an administrator says about a database that was copied or moved
    "answer": ("original", "original", "copy"),
    "bank": ("dispute", "dispute", "won", "lost", "bank return", "bank return"),
}


@st.composite
def roll(draw, name):
    """Return a strategy for one of the sides at the time of drawing."""
    return draw(st.sampled_from(SIDES[name]))


@contextmanager
def loaded(**sides):
    """Use other sides during the block."""
    with patch.dict(SIDES, sides):
        yield
