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
PLAN = "plan"
CHECK = "check"
MONEY = "money"
CALL = "call"
LETTER = "letter"
UNREACHABLE = "unreachable"
HANDOFF = "handoff"
CASE = "case"
APPROVAL = "approval"
DIFFERENCE = "difference"
OTHER = "other"

# Queries of the list, each with its own place in the IDs of rows.
MOST_PARTS = 64

# Activities of these exceptions have a kind of their own.
ACTIVITY_KINDS = {
    "declined": DECLINED,
    "approval": APPROVAL,
    "dispute": CHARGEBACK,
    "evidence": CHARGEBACK,
    "dunning_call": CALL,
    "dunning_reply": REPLY,
    "handoff_call": HANDOFF,
    "handoff_tell": HANDOFF,
    "inquiry": CHARGEBACK,
    "unreachable": UNREACHABLE,
}
# Cases that wait for a person for these reasons; the others are of the kind CASE.
CASE_KINDS = {
    MONEY: ("books_stale", "covered_by_credit", "unmatched_money"),
    HANDOFF: ("hand_over_due", "last_level"),
    UNREACHABLE: ("unreachable",),
}
# What these activities are about is on the desk as long as its cause lasts.
KNOWN_OTHERWISE = (
    "check_late",
    "customer_dispute",
    "customer_request",
    "handoff_proposed",
    "plan_broken",
    "unknown",
)


def get_row_id(part, record_id):
    """Return the ID of a row: the same each time, and different in each part.

    >>> get_row_id(0, 7), get_row_id(1, 7)
    (448, 449)
    """
    return record_id * MOST_PARTS + part
