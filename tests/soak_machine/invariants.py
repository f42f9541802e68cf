# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What must hold after every step. Each rule yields one sentence per breach."""

from collections import Counter, defaultdict
from datetime import timedelta

from .shop import DAILY_COUNT, NETWORK_CAP

OPEN = ("planned", "sent", "settling", "unknown")
JOINT = "Receipt for your payment of"  # how the subject begins
CAP_WINDOW = timedelta(days=30)
# Reasons for waiting that no schedule may end with.
OVER = ("in_draft", "blocked", "moved", "stopped", "credit")


def check(facts, books, owed, daily_count=DAILY_COUNT, network_cap=NETWORK_CAP):
    """Return the breaches.

    :param facts: :class:`facts.Facts`
    :param books: :class:`provider.Books`
    :param owed: by invoice id, what may have been taken for it, in cents
    :param daily_count: the company's limit of charges a day
    :param network_cap: declines of a card in 30 days
    """
    breaches = [
        *_taken_beyond_debt(facts, books, owed),
        *_open_attempts(facts),
        *_payments_without_capture(facts, books),
        *_other_peoples_money(facts),
        *_otherwise_than_shown(facts, books),
        *_captures_called_declined(facts, books),
        *_after_hard_code(facts),
        *_daily_limit(facts, daily_count),
        *_network_cap(facts, network_cap),
        *_receipts_of_one_payment(facts),
        *_holds_of_an_order(facts, books),
        *_refunded_twice(facts, books),
    ]
    return breaches


def _taken_beyond_debt(facts, books, owed):
    taken = Counter()
    for tx in facts.transactions:
        taken[tx.move_id] += books.get_share(tx, books.get_net(tx.mark))
    for move_id, cents in taken.items():
        if cents > owed[move_id]:
            yield f"invoice {move_id}: {cents} taken, {owed[move_id]} owed"


def _open_attempts(facts):
    open_attempts = Counter(a.move_id for a in facts.attempts if a.state in OPEN)
    for move_id, number in open_attempts.items():
        if number > 1:
            yield f"invoice {move_id}: {number} open attempts"


def _payments_without_capture(facts, books):
    for tx in facts.transactions:
        if not tx.payment_id or tx.operation == "refund":
            continue
        captured = books.get_captured(tx.mark)
        if captured != round(tx.payment_amount * 100):
            yield f"{tx.reference}: {tx.payment_amount} booked, {captured} captured"
    for row in facts.double_payments:
        yield f"transaction {row.id}: {row.payments} payments booked"


def _other_peoples_money(facts):
    for row in facts.strangers:
        yield f"{row.name} is paid with the money of {row.payer}"


def _otherwise_than_shown(facts, books):
    """What an item doesn't need anymore is left, and may pay another one.

    What was taken back or refunded pays nothing anymore.
    """
    payments = defaultdict(list)
    for share in facts.shares:
        if books.get_net(share.mark) == books.get_captured(share.mark):
            payments[share.reference].append(share)
    for reference, shares in payments.items():
        is_left = any(share.got < share.meant for share in shares)
        for share in shares:
            less = share.got < share.meant and share.open > 0
            if less or (share.got > share.meant and not is_left):
                yield (
                    f"{reference}: {share.meant} was shown for invoice "
                    f"{share.move_id}, {share.got} pays it, {share.open} is open"
                )


def _captures_called_declined(facts, books):
    for attempt in facts.attempts:
        wrong = attempt.state in ("declined", "canceled", "planned")
        if wrong and attempt.mark and books.get_net(attempt.mark) > 0:
            yield f"{attempt.reference}: captured, but its attempt is {attempt.state}"


def _after_hard_code(facts):
    for hard in facts.attempts:
        if hard.decline_kind != "hard":
            continue
        for other in facts.attempts:
            if (
                other.fingerprint == hard.fingerprint
                and other.sent_at
                and other.sent_at > hard.done_at
                and not (other.details_changed_at or hard.sent_at) > hard.sent_at
            ):
                yield f"attempt {other.id} after the hard code of {hard.id}"


def _daily_limit(facts, count):
    days = defaultdict(list)
    for attempt in facts.attempts:
        if attempt.sent_at:
            days[attempt.sent_at.date()].append(attempt)
    for day, attempts in days.items():
        attempts.sort(key=lambda attempt: (attempt.sent_at, attempt.id))
        for attempt in attempts[count:]:
            if not attempt.is_released:
                yield f"attempt {attempt.id} beyond the limit of {day}"


def _network_cap(facts, cap):
    cards = defaultdict(list)
    for attempt in facts.attempts:
        if attempt.sent_at:
            cards[attempt.fingerprint].append(attempt)
    for sent in cards.values():
        for attempt in sent:
            before = [other for other in sent if _counts_for(other, attempt)]
            if len(before) >= cap:
                yield f"attempt {attempt.id} after {len(before)} declines of its card"


def _counts_for(other, attempt):
    """Whether the network counts this attempt when the next one is sent."""
    return (
        other.state == "declined"
        and other.decline_kind
        and attempt.sent_at - CAP_WINDOW < other.done_at < attempt.sent_at
    )


def _receipts_of_one_payment(facts):
    """Whoever pays several invoices at once gets one receipt, on each channel."""
    for rows in _get_joint_payments(facts):
        moves = _get_moves_paid_by(facts, rows)
        sent = Counter(
            receipt.channel
            for receipt in facts.receipts
            if receipt.move_id in moves and not receipt.leader_id
        )
        for channel, number in sent.items():
            if number > 1:
                yield f"{rows[0].reference}: {number} receipts by {channel}"


def _holds_of_an_order(facts, books):
    """Never two at once, and none that our rows don't know of."""
    held = Counter()
    for hold in facts.holds:
        number = books.held[hold.mark]
        held[hold.order_id] += number
        if number and hold.state in ("voided", "declined", "canceled"):
            yield f"hold {hold.id} is {hold.state}, but the bank keeps the money"
        if books.get_captured(hold.mark) > hold.amount:
            yield f"hold {hold.id}: more was captured than held"
    for order_id, number in held.items():
        if number > 1:
            yield f"order {order_id}: {number} holds at once"


def _refunded_twice(facts, books):
    for part in facts.refunds:
        if books.refunds[part.mark] > part.amount:
            refunded = books.refunds[part.mark]
            yield f"refund {part.id}: {refunded} refunded, {part.amount} asked for"


def _holds_left_behind(facts, books, now):
    captured = {tx.mark for tx in facts.transactions if tx.state == "done"}
    for hold in facts.holds:
        if hold.is_told:
            continue
        if books.held[hold.mark] and not (hold.state == "held" and hold.is_open):
            yield f"hold {hold.id} is left behind at the bank ({hold.state})"
        if hold.state in ("sent", "unknown", "voiding", "capturing"):
            yield f"hold {hold.id} is still {hold.state}"
        if hold.state == "planned" and hold.try_at and hold.try_at <= now:
            yield f"hold {hold.id} is due and wasn't placed"
        if books.get_captured(hold.mark) and hold.mark not in captured:
            yield f"hold {hold.id} is captured, and no payment knows of it"
    for part in facts.refunds:
        if part.state in ("sent", "unknown", "planned") and part.refund_state in (
            "processing",
            "done",
        ):
            yield f"refund {part.id} is still {part.state}"


def _get_joint_payments(facts):
    """Return the posted payments of several invoices: lists with a row for each."""
    payments = defaultdict(list)
    for tx in facts.transactions:
        if tx.share is not None and tx.payment_id and tx.operation != "refund":
            payments[tx.id].append(tx)
    return [rows for rows in payments.values() if len(rows) > 1]


def _get_moves_paid_by(facts, rows):
    """Return the IDs of the invoices that nothing else was charged for."""
    others = {
        tx.move_id
        for tx in facts.transactions
        if tx.id != rows[0].id and tx.payment_id and tx.operation != "refund"
    }
    return {tx.move_id for tx in rows} - others


def _paid_without_receipt(facts, books):
    moves = {move.id: move for move in facts.moves}
    told = {receipt.move_id for receipt in facts.receipts}
    for rows in _get_joint_payments(facts):
        ids = _get_moves_paid_by(facts, rows)
        kept = books.get_net(rows[0].mark) == books.get_captured(rows[0].mark)
        paid = {i for i in ids if moves[i].payment_state in ("paid", "in_payment")}
        if kept and paid == {tx.move_id for tx in rows} and not paid & told:
            yield f"{rows[0].reference}: paid several invoices, without a receipt"


def check_quiet(facts, books, now):
    """Return what is left undone once nothing more happens automatically."""
    yield from _holds_left_behind(facts, books, now)
    moves = {move.id: move for move in facts.moves}
    # One activity covers all charges held back by a limit.
    held_back = any(
        "held back" in summary for move in facts.moves for summary in move.activities
    )
    for tx in facts.transactions:
        if tx.operation == "refund":
            continue
        if books.get_captured(tx.mark) and tx.entry_state != "posted":
            yield f"{tx.reference}: captured, but no payment is posted ({tx.state})"
        if not tx.is_post_processed:
            yield f"{tx.reference}: {tx.state}, not post-processed"
    yield from _paid_without_receipt(facts, books)
    for attempt in facts.attempts:
        told = moves[attempt.move_id].activities or (
            attempt.state == "planned" and held_back
        )
        if attempt.state == "sent":
            yield f"attempt {attempt.id} is still being sent"
        elif attempt.state == "settling" and attempt.mark not in books.undecided:
            yield f"attempt {attempt.id} is settling, but the bank has answered"
        elif attempt.state == "unknown" and not told:
            yield f"attempt {attempt.id} is unknown and was not reported"
        elif attempt.state == "planned" and attempt.parked_code and not told:
            yield f"attempt {attempt.id} is parked and was not reported"


def check_reconciled(facts, books, notes):
    """Return the invoices whose residual differs from the unpaid amount.

    A refund leaves the invoice paid, as in Odoo; a refund requested before the payment
    was booked offsets the payment instead, and the invoice is open.

    :param notes: see notes.py
    """
    taken, refunded, deducted = Counter(), Counter(), Counter()
    for tx in facts.transactions:
        settled = books.get_share(tx, books.get_settled(tx.mark))
        taken[tx.move_id] += settled
        refunded[tx.move_id] += settled
        refunded[tx.move_id] -= books.get_share(tx, books.get_net(tx.mark))
        if settled and tx.discount:
            deducted[tx.move_id] += round(tx.discount * 100)
    for attempt in facts.attempts:
        if attempt.state == "paid" and books.get_settled(attempt.mark):
            deducted[attempt.move_id] += round(attempt.discount * 100)
    for move in facts.moves:
        if move.state != "posted":
            continue
        total, residual, credited = (
            round(amount * 100)
            for amount in (move.amount_total, move.amount_residual, move.credited)
        )
        paid = taken[move.id] - notes.left_behind[move.id] + notes.cash[move.id]
        expected = max(0, total - paid - credited - deducted[move.id])
        if residual not in (expected, min(total, expected + refunded[move.id])):
            yield f"{move.name}: {residual} open, {expected} expected"


def check_nothing_lost(facts, now):
    """Return due invoices that are neither being collected nor reported."""
    last = {attempt.move_id: attempt for attempt in facts.attempts}
    refunded = {tx.move_id for tx in facts.transactions if tx.operation == "refund"}
    for move in facts.moves:
        open_by_today = move.state == "posted" and move.due > 0
        is_known = move.activities or move.is_disputed or move.id in refunded
        if is_known or not open_by_today:
            continue
        attempt = last.get(move.id)
        if not _is_looked_after(move, attempt, now):
            state = attempt and f"{attempt.state} {attempt.reason_code}"
            why = f"{move.decision}, last: {state}"
            yield f"{move.name}: {move.due} is due, and nobody collects it ({why})"


def _is_looked_after(move, attempt, now):
    """
    :param attempt: the last one, or None
    """
    match attempt and attempt.state:
        case "planned" if attempt.parked_code:
            return attempt.parked_code not in OVER
        case "planned":
            return attempt.planned_at > now
        case "declined":
            return attempt.follow_up_code
        case "canceled":
            return attempt.canceled_by_id or move.is_told
        case None | "paid":
            return move.is_told and move.decision not in ("charge", "not_due")
    return True


def check_mails(facts, mails):
    """Return the messages that were sent more often than their cause occurred.

    :param mails: numbers by subject and recipient
    """
    declines, returned, joint = Counter(), Counter(), Counter()
    # each payment of a part has a receipt of its own
    paid = Counter(
        tx.move_id
        for tx in facts.transactions
        if tx.payment_id and tx.operation != "refund"
    )
    for rows in _get_joint_payments(facts):
        joint[f"{JOINT} ${rows[0].amount:,.2f} "] += 1
    for attempt in facts.attempts:
        declines[attempt.move_id] += attempt.state == "declined"
        returned[attempt.move_id] += bool(attempt.returned_at)
    for (subject, recipient), number in mails.items():
        of_amount = next((key for key in joint if subject.startswith(key)), None)
        if subject.startswith(JOINT) and number > joint[of_amount]:
            yield f"“{subject}” sent {number} times to {recipient}"
        for move in facts.moves:
            if move.name not in subject.replace(",", " ").split():
                continue
            most = 1 + declines[move.id]
            if subject.startswith("Receipt"):
                most = max(paid[move.id], 1) + returned[move.id]
            if number > most:
                yield f"“{subject}” sent {number} times to {recipient}"
