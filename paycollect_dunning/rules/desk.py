# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The kinds of things that wait for a person on the desk."""

REPLY = "reply"
DISPUTE = "dispute"
CREDIT = "credit"
REQUEST = "request"
CHARGEBACK = "chargeback"
UNKNOWN = "unknown"
DECLINED = "declined"
PROMISE = "promise"
CHECK = "check"
MONEY = "money"
CALL = "call"
UNREACHABLE = "unreachable"
HANDOFF = "handoff"
CASE = "case"
APPROVAL = "approval"
OTHER = "other"

# Their place makes the IDs of rows: new ones go to the end.
KINDS = (
    REPLY,
    DISPUTE,
    CREDIT,
    REQUEST,
    CHARGEBACK,
    UNKNOWN,
    DECLINED,
    PROMISE,
    CHECK,
    MONEY,
    CALL,
    UNREACHABLE,
    HANDOFF,
    CASE,
    APPROVAL,
    OTHER,
)
MOST_KINDS = 64

# Activities of these exceptions have a kind of their own.
ACTIVITY_KINDS = {
    "declined": DECLINED,
    "approval": APPROVAL,
    "unreachable": UNREACHABLE,
}
# What these activities are about is on the desk as long as its cause lasts.
KNOWN_OTHERWISE = ("check_late", "customer_dispute", "customer_request", "unknown")


def get_row_id(kind, record_id):
    """Return the ID of a row, the same each time.

    >>> get_row_id(DISPUTE, 7) != get_row_id(CREDIT, 7)
    True
    >>> get_row_id(DISPUTE, 7) // MOST_KINDS
    7
    """
    return record_id * MOST_KINDS + KINDS.index(kind)
