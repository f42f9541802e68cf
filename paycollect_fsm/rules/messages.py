# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""May this message be sent to the customer now, and what follows if it isn't delivered?

"Sent" means that the mail server or the carrier accepted it. All times are naive UTC.
"""

from dataclasses import dataclass
from datetime import timedelta

from .const import OCCASION_PAID, RECEIPTS

MAIL = "mail"
SMS = "sms"

QUEUED = "queued"
SENT = "sent"
FAILED = "failed"
SKIPPED = "skipped"

# Waits after the first, second … rejection; the last one repeats.
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
# When to check whether a queue has sent a message.
LOOK_AFTER = timedelta(hours=1)

# Failure types of mail.mail and sms.sms that a retry can't change.
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
# Obstacles that leave no row. The others are recorded with their reason.
SILENT = frozenset(
    {"inactive", "not_posted", "no_policy", "nothing", "not_settled", "settled", "told"}
)
# There is neither an email address nor a number.
UNREACHABLE = "unreachable"
# Temporary obstacles: the message waits until they end.
HOLDING = frozenset({"moved", "in_flight", "charging"})


def next_try(code, tries, first_at, now):
    """Return when a rejected message is retried; None if it has failed for good.

    :param str code: failure type of the email or text message
    :param int tries: number of rejections, at least 1
    :param first_at: when it was first due

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
    """What decides whether a message about an invoice may be sent.

    ``told``: it was already sent; ``charging``: a charge is being sent;
    ``obstacles``: codes of other obstacles.
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
    """Return the code of the first obstacle to a message, or None.

    >>> get_obstacle(MessageFacts("paid", settled=True))
    >>> get_obstacle(MessageFacts("paid"))
    'not_settled'
    >>> get_obstacle(MessageFacts("part"))
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
    if code := _receipt(facts) if facts.occasion in RECEIPTS else _request(facts):
        return code
    if facts.told:
        return "told"
    if facts.obstacles:
        return facts.obstacles[0]
    return None if facts.reachable else UNREACHABLE


def _receipt(facts):
    if not facts.by_policy:
        return "no_policy"
    if facts.nothing:
        return "nothing"
    whole = facts.occasion == OCCASION_PAID
    return "not_settled" if whole and not facts.settled else None


def _request(facts):
    if facts.settled:
        return "settled"
    return "charging" if facts.charging else None
