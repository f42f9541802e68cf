# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Refunds, disputes and returned debits; what is paid out: payouts.py."""

from . import charges, intents, mandates, methods
from .errors import invalid

FINAL = ("won", "lost", "warning_closed")


def refund(account, params):
    """Refund part or all of the captured amount, never more."""
    if "charge" not in params and "payment_intent" not in params:
        raise invalid("One of charge, payment_intent is required.", "payment_intent")
    charge = intents.get_charge(account, params)
    if not charge["captured"]:
        raise invalid(
            "This charge was not captured; cancel its PaymentIntent instead.",
            code="charge_not_refundable",
        )
    _check_refundable(charge, params.get("amount"))
    amount = params.get("amount", charge["amount"] - charge["amount_refunded"])
    item = account.add(
        "refund",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        failure_reason=None,
        metadata=dict(params.get("metadata") or {}),
        payment_intent=charge["payment_intent"],
        reason=params.get("reason"),
        status="succeeded",
    )
    is_card = charge["payment_method_details"]["type"] == "card"
    kind = "refund" if is_card else "payment_refund"
    entry = charges.enter(account, kind, -amount, 0, item, "refund")
    item["balance_transaction"] = entry["id"]
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    intent = account.get("payment_intent", charge["payment_intent"])
    account.book("refunded", intent, amount, charge=charge["id"], refund=item["id"])
    account.emit("charge.refunded", charge)
    account.emit("refund.created", item)
    return item


def _check_refundable(charge, amount):
    if charge["refunded"]:
        raise invalid(
            f"Charge {charge['id']} has already been refunded.",
            code="charge_already_refunded",
        )
    if charge["disputed"]:
        raise invalid(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    left = charge["amount"] - charge["amount_refunded"]
    if amount is not None and not 0 < amount <= left:
        raise invalid(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge "
            f"({left})",
            "amount",
        )


def fail_refund(account, item, reason="expired_or_canceled_card", status="failed"):
    """Fail or cancel a refund; the money returns to our balance."""
    previous = {"status": item["status"]}
    item.update(status=status, failure_reason=reason)
    entry = charges.enter(account, "refund_failure", item["amount"], 0, item)
    item["failure_balance_transaction"] = entry["id"]
    charge = account.get("charge", item["charge"])
    charge["amount_refunded"] -= item["amount"]
    charge["refunded"] = False
    intent = account.get("payment_intent", item["payment_intent"])
    account.book("refund failed", intent, item["amount"], refund=item["id"])
    account.emit("charge.refund.updated", item, previous)
    account.emit("refund.updated", item, previous)
    if status == "failed":
        account.emit("refund.failed", item)
    return item


# Disputes


def dispute(account, charge, reason="fraudulent", amount=None, inquiry=False, **more):
    """Open a dispute by the customer's bank, or an inquiry.

    https://docs.stripe.com/disputes/how-disputes-work
    """
    kind = charge["payment_method_details"]["type"]
    details = {"type": kind}
    if kind == "card":
        brand = charge["payment_method_details"]["card"]["brand"]
        details["card"] = {
            "brand": brand,
            "case_type": "inquiry" if inquiry else "chargeback",
            "network_reason_code": more.get("network_reason_code", "10.4"),
        }
    item = account.add(
        "dispute",
        amount=amount or charge["amount_captured"],
        balance_transactions=[],
        charge=charge["id"],
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence={},
        evidence_details={
            "due_by": account.now + 14 * charges.DAY,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=inquiry,
        metadata={},
        network_reason_code=more.get("network_reason_code"),
        payment_intent=charge["payment_intent"],
        payment_method_details=details,
        reason=reason,
        status="warning_needs_response"
        if inquiry
        else more.get("status") or "needs_response",
    )
    if not inquiry:
        charge["disputed"] = True
    account.emit("charge.dispute.created", item)
    if not inquiry:
        _withdraw(account, item, more.get("fee"))
    return item


def _withdraw(account, item, fee=None):
    fee = account.settings.dispute_fee if fee is None else fee
    _enter_dispute(account, item, -item["amount"], fee, "dispute")
    account.emit("charge.dispute.funds_withdrawn", item)


def _enter_dispute(account, item, amount, fee, category):
    entry = charges.enter(account, "adjustment", amount, fee, item, category)
    item["balance_transactions"].append(entry)
    intent = account.get("payment_intent", item["payment_intent"])
    event = "returned" if amount < 0 else "reinstated"
    account.book(event, intent, abs(amount), charge=item["charge"], dispute=item["id"])


def take_evidence(account, item, params):
    """Store evidence; once it is submitted, which is the default, it's final.

    https://docs.stripe.com/api/disputes/update
    """
    details = item["evidence_details"]
    if item["status"] in FINAL or details["submission_count"]:
        raise invalid("This dispute cannot be updated anymore.")
    evidence = dict(params.get("evidence") or {})
    for name, value in evidence.items():
        if name.endswith("_file"):
            account.get("file", value, name)
    previous = {"status": item["status"]}
    item["evidence"] |= evidence
    details["has_evidence"] = bool(item["evidence"])
    if "metadata" in params:
        intents.merge_metadata(item, params["metadata"])
    if params.get("submit", True):
        details["submission_count"] += 1
        is_inquiry = item["status"].startswith("warning_")
        item["status"] = "warning_under_review" if is_inquiry else "under_review"
    account.emit("charge.dispute.updated", item, previous)
    return item


def close_dispute(account, item, status, amount=None):
    """:param status: won (the money comes back), lost, warning_closed
    :param amount: what comes back, if it is won in part
    """
    if item["status"] in FINAL:
        raise invalid("This dispute is already closed.")
    previous = {"status": item["status"]}
    item["status"] = status
    account.emit("charge.dispute.closed", item, previous)
    if status == "won":
        account.get("charge", item["charge"])["disputed"] = False
        _enter_dispute(account, item, amount or item["amount"], 0, "dispute_reversal")
        account.emit("charge.dispute.funds_reinstated", item)
    return item


def return_debit(account, charge, cause, fee=None):
    """Return a bank debit after it succeeded: a dispute that is already lost.

    https://docs.stripe.com/payments/ach-direct-debit#disputed-payments

    :param cause: one of BANK_RETURNS
    """
    _code, _decline, network_code, reason = methods.BANK_RETURNS[cause]
    item = dispute(
        account, charge, reason, status="lost", network_reason_code=network_code,
        fee=fee,
    )  # fmt: skip
    account.emit("charge.dispute.closed", item)
    private = account.secrets[charge["payment_method"]]
    if reason == "debit_not_authorized" and private.get("mandate"):
        mandates.revoke(account, account.get("mandate", private["mandate"]))
    return item


def dispute_later(account):
    """Open the disputes of the test methods designed for it."""
    while account.later:
        outcome, charge_id = account.later.pop(0)
        dispute(account, account.get("charge", charge_id), inquiry=outcome == "inquiry")


def fail_debit(account, charge):
    """Fail a bank debit after it had succeeded, without a dispute.

    https://docs.stripe.com/reports/balance-transaction-types, payment_failure_refund
    """
    amount = charge["amount_captured"]
    entry = charges.enter(account, "payment_failure_refund", -amount, 0, charge)
    intent = account.get("payment_intent", charge["payment_intent"])
    account.book("returned", intent, amount, charge=charge["id"])
    return entry
