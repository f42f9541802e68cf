# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Evidence for a chargeback on its way to the provider, and what its answer means.

A submission can't be repeated or taken back. One without a clear answer may have
arrived: the provider is asked which evidence it has before anything is sent again, and
then it's the same request with the same key.
"""

from datetime import timedelta

from .handoff_call import WAITS

QUEUED, SENDING, DONE = "queued", "sending", "done"
UNKNOWN, REFUSED = "unknown", "refused"
# May still reach the provider, or has, without a clear answer.
PENDING = (QUEUED, SENDING, UNKNOWN)

# Stripe: 4.5 MB for all files of one dispute.
MAX_BYTES = 4_500_000
# The field of a dispute's metadata that says which evidence it has.
MARK = "paycollect_evidence"


def get_key(database, evidence_id, step):
    """Return the idempotency key of one step: file or update.

    >>> get_key("0f7", 12, "file")
    '0f7-evidence-12-file'
    """
    return f"{database}-evidence-{evidence_id}-{step}"


def find_problem(kind, state, due_at, now, submitted):
    """Return why no evidence may be sent now, or None.

    :param due_at: naive UTC datetime, or None
    :param submitted: whether evidence was submitted before, or may have been

    >>> from datetime import datetime
    >>> now = datetime(2026, 3, 2)
    >>> find_problem("chargeback", "open", datetime(2026, 3, 1), now, False)
    'too_late'
    >>> find_problem("bank_return", "open", None, now, False)
    'final'
    >>> find_problem("chargeback", "lost", None, now, False)
    'closed'
    >>> find_problem("chargeback", "open", None, now, True)
    'submitted'
    >>> find_problem("inquiry", "open", None, now, False)
    """
    if kind == "bank_return":
        return "final"
    if state != "open":
        return "closed"
    if submitted:
        return "submitted"
    if due_at and due_at <= now:
        return "too_late"
    return None


def get_wait(tries, due_at, now):
    """Return how long to wait after this many tries, or None: someone has to look.

    Never past the deadline.

    >>> from datetime import datetime
    >>> now = datetime(2026, 3, 2)
    >>> get_wait(1, None, now), get_wait(99, None, now)
    (datetime.timedelta(seconds=60), None)
    >>> get_wait(4, datetime(2026, 3, 2, 1), now)
    """
    wait = WAITS[tries - 1] if 0 < tries <= len(WAITS) else None
    if wait and due_at and now + wait >= due_at - timedelta(minutes=1):
        return None
    return wait
