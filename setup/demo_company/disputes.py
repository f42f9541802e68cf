# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Chargebacks and bank returns, reported by events as a provider sends them."""

from datetime import UTC, timedelta
from unittest.mock import patch

FEE = 1500  # cents


def plan(flow):
    """Schedule one dispute of each outcome, and a bank return."""
    _plan_dispute(flow, "du_1", 84, "fraudulent", _win, 21)
    _plan_dispute(flow, "du_2", 52, "product_not_received", _lose, 24)
    _plan_dispute(flow, "du_3", 5, "unrecognized", None, 0)
    flow.at(flow.today - timedelta(days=16), 7, 0, _return_debit, flow, "du_4")


def _plan_dispute(flow, reference, days, reason, end, after):
    opened = flow.today - timedelta(days=days)
    flow.at(opened, 7, 0, _open, flow, reference, reason, end, after)


def _open(flow, reference, reason, end, after):
    attempt = _find_charge(flow, "!=")
    dispute = _describe(flow, attempt, reference, reason)
    _report(flow, attempt, "charge.dispute.created", dispute)
    if end:
        flow.after(after, 8, end, flow, attempt, dispute)


def _win(flow, attempt, dispute):
    _report(flow, attempt, "charge.dispute.closed", dispute | {"status": "won"})
    _report(flow, attempt, "charge.dispute.funds_reinstated", dispute)


def _lose(flow, attempt, dispute):
    _report(flow, attempt, "charge.dispute.closed", dispute | {"status": "lost"})


def _return_debit(flow, reference):
    """The bank returns a debit for insufficient funds."""
    attempt = _find_charge(flow, "=")
    dispute = _describe(flow, attempt, reference, "insufficient_funds")
    _report(flow, attempt, "charge.dispute.created", dispute | {"status": "lost"})


def _find_charge(flow, operator):
    """Return the newest undisputed charge to the customer who pays by bank debit
    (``=``), or to another one (``!=``)."""
    return flow.env["paycollect.attempt"].search(
        [
            ("state", "=", "paid"),
            ("partner_id", operator, flow.book["freight"].partner.id),
            ("chargeback_ids", "=", False),
        ],
        order="done_at desc, id",
        limit=1,
    )


def _describe(flow, attempt, reference, reason):
    """Return the provider's object, https://docs.stripe.com/api/disputes/object"""
    cents = round(attempt.amount * 100)
    taken = {"amount": -cents, "fee": FEE, "currency": "usd"}
    return {
        "id": reference,
        "object": "dispute",
        "payment_intent": attempt.transaction_id.reference,
        "amount": cents,
        "currency": "usd",
        "reason": reason,
        "status": "needs_response",
        "created": _get_timestamp(flow.clock.now),
        "balance_transactions": [taken],
        "evidence_details": {
            "due_by": _get_timestamp(flow.clock.now + timedelta(days=14))
        },
    }


def _report(flow, attempt, event_type, dispute):
    """Receive and apply an event; demo payments have no ID at a real provider."""
    now = flow.clock.now
    events = flow.env["paycollect.event"]
    event = events._receive(
        attempt.transaction_id.provider_id,
        {
            "id": f"evt_{dispute['id']}_{event_type.rpartition('.')[2]}",
            "type": event_type,
            "created": _get_timestamp(now),
            "data": {"object": dispute},
        },
        "webhook",
        now,
    )
    with patch.object(
        flow.env.registry["paycollect.event"],
        "_search_by_intent",
        lambda _events, _intent: attempt.transaction_id,
    ):
        event._apply(now)
    if event.state != "done":
        raise AssertionError(f"{event.event_id}: {event.reason}")


def _get_timestamp(moment):
    return int(moment.replace(tzinfo=UTC).timestamp())
