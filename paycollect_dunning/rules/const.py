# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Words that the database, the rules and the screens share."""

# Plans
PREVIEW, ACTIVE = "preview", "active"
BUSINESS, CALENDAR = "business", "calendar"

# What a level does to new work
WORK_NONE, WORK_PREPAID, WORK_BLOCK = "none", "prepaid", "block"

# Cases
OPEN, PAUSED, EXCEPTION = "open", "paused", "exception"
HANDED_OVER, CLOSED = "handed_over", "closed"
CASE_STATES = (OPEN, PAUSED, EXCEPTION, HANDED_OVER, CLOSED)

# Messages
QUEUED, SENT, DELAYED = "queued", "sent", "delayed"
SKIPPED, FAILED = "skipped", "failed"
MESSAGE_STATES = (QUEUED, DELAYED, SENT, SKIPPED, FAILED)
# Of these, the customer has heard or will hear: the pay-by date of the last one counts.
SAID = (QUEUED, DELAYED, SENT)
# Why a message was dropped after it was written down: its items count as not told.
CHANGED = "changed"
UNSAID = (
    CHANGED,
    "all_stopped",
    "inactive",
    "on_hold",
    "opted_out",
    "replied",
    "settled",
)

MAIL, SMS, LETTER, CALL = "mail", "sms", "letter", "call"

# The shipped plan, for a company that has no copy of it
DEFAULT_LEVELS = (
    {"name": "Courtesy Reminder", "delay_days": -3, "pay_days": 0},
    {"name": "Friendly Reminder", "delay_days": 3, "pay_days": 3},
    {
        "name": "Detailed Statement",
        "delay_days": 7,
        "pay_days": 7,
        "attach_statement": True,
        "check_books": True,
    },
    {"name": "Final Notice", "delay_days": 15, "pay_days": 10, "check_books": True},
    {
        "name": "Hand-Over",
        "delay_days": 30,
        "pay_days": 0,
        "by_mail": False,
        "check_books": True,
        "hand_over": True,
    },
)
