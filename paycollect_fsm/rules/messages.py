# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""May this be said to the customer now, and what follows when it did not arrive?

"Sent" means that the mail server or the carrier accepted it. All times are naive UTC.
"""

from dataclasses import dataclass
from datetime import timedelta

from .const import OCCASION_PAID

MAIL = "mail"
SMS = "sms"

QUEUED = "queued"
SENT = "sent"
FAILED = "failed"
SKIPPED = "skipped"

# Waits after the first, second … refusal; the last one repeats.
WAITS = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
)
GIVE_UP_AFTER = timedelta(days=2)
# When an interrupted message is taken up again. No mail server takes that long.
INTERRUPTED_AFTER = timedelta(minutes=5)

# Failure types of mail.mail and sms.sms that no other try can change.
LASTING = frozenset(
    {
        "mail_email_invalid",
        "mail_email_missing",
        "sms_number_missing",
        "sms_number_format",
        "sms_country_not_supported",
        "sms_blacklist",
        "sms_optout",
    }
)
# Failure types that are about our side, not about an address.
OURS = frozenset(
    {
        "mail_smtp",
        "mail_from_invalid",
        "mail_from_missing",
        "sms_credit",
        "sms_acc",
        "sms_registration_needed",
    }
)
# Obstacles that go without saying; somebody would ask about the others.
SILENT = frozenset(
    {"inactive", "not_posted", "no_policy", "nothing", "not_settled", "settled", "told"}
)
# Obstacles that end: what was to be said waits for that.
HOLDING = frozenset({"moved", "in_flight", "charging"})


def next_try(code, tries, first_at, now):
    """Return when a refused message is tried again; None: a person has to look.

    :param str code: failure type of the mail or the SMS
    :param int tries: how often it was refused, at least 1
    :param first_at: when it was first to be sent

    >>> from datetime import datetime
    >>> noon = datetime(2026, 3, 2, 12)
    >>> next_try("mail_smtp", 1, noon, noon)
    datetime.datetime(2026, 3, 2, 12, 5)
    >>> next_try("unknown", 9, noon, noon + timedelta(hours=30))
    datetime.datetime(2026, 3, 4, 6, 0)
    >>> next_try("unknown", 9, noon, noon + timedelta(hours=37))
    >>> next_try("mail_email_invalid", 1, noon, noon)
    """
    again_at = now + WAITS[min(tries, len(WAITS)) - 1]
    if code in LASTING or again_at > first_at + GIVE_UP_AFTER:
        return None
    return again_at


@dataclass(frozen=True)
class MessageFacts:
    """What it depends on whether a message about an invoice may leave.

    ``told``: it was said already; ``charging``: a charge is being sent;
    ``obstacles``: codes of what else stands in the way.
    """

    occasion: str
    active: bool = True
    posted: bool = True
    by_policy: bool = True
    nothing: bool = False
    settled: bool = False
    told: bool = False
    charging: bool = False
    obstacles: tuple = ()
    reachable: bool = True


def get_obstacle(facts):
    """Return the code of what stands in the way of a message, or None.

    >>> get_obstacle(MessageFacts("paid", settled=True))
    >>> get_obstacle(MessageFacts("paid"))
    'not_settled'
    >>> get_obstacle(MessageFacts("due", settled=True))
    'settled'
    >>> get_obstacle(MessageFacts("declined", charging=True))
    'charging'
    >>> get_obstacle(MessageFacts("due", obstacles=("disputed", "blocked")))
    'disputed'
    >>> get_obstacle(MessageFacts("due", reachable=False))
    'unreachable'
    """
    if not facts.active:
        return "inactive"
    if not facts.posted:
        return "not_posted"
    if code := _receipt(facts) if facts.occasion == OCCASION_PAID else _request(facts):
        return code
    if facts.told:
        return "told"
    if facts.obstacles:
        return facts.obstacles[0]
    return None if facts.reachable else "unreachable"


def _receipt(facts):
    if not facts.by_policy:
        return "no_policy"
    if facts.nothing:
        return "nothing"
    return None if facts.settled else "not_settled"


def _request(facts):
    if facts.settled:
        return "settled"
    return "charging" if facts.charging else None
