# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Charges and their balance transactions."""

from . import methods

DAY = 24 * 3600
HOLD_DAYS = 5  # of Visa, for holds without the customer


def create(account, intent, method):
    """Create a charge for an intent, without a response from the bank yet."""
    details = {key: value for key, value in method[method["type"]].items()}
    if intent["capture_method"] == "manual":
        details["capture_before"] = account.now + HOLD_DAYS * DAY
    if method["type"] == "us_bank_account":
        details["mandate"] = account.secrets[method["id"]].get("mandate")
    charge = account.add(
        "charge",
        amount=intent["amount"],
        amount_captured=0,
        amount_refunded=0,
        balance_transaction=None,
        billing_details=method["billing_details"],
        captured=False,
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        failure_code=None,
        failure_message=None,
        metadata=dict(intent["metadata"]),
        outcome=None,
        paid=False,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={"type": method["type"], method["type"]: details},
        refunded=False,
        status="pending",
    )
    intent["latest_charge"] = charge["id"]
    return charge


def approve(account, charge):
    """Approve the charge without capturing it."""
    charge.update(
        status="succeeded",
        paid=True,
        outcome={
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal",
            "seller_message": "Payment complete.",
            "type": "authorized",
        },
    )


def refuse(account, charge, error, blocked=False):
    """Decline the charge, by the bank or by Stripe's own rules."""
    codes = ("network_decline_code", "advice_code", "network_advice_code")
    charge.update(
        status="failed",
        failure_code=error["code"],
        failure_message=error["message"],
        outcome={
            "network_status": "not_sent_to_network"
            if blocked
            else "declined_by_network",
            "reason": "highest_risk_level" if blocked else error.get("decline_code"),
            "risk_level": "highest" if blocked else "normal",
            "seller_message": error["message"],
            "type": "blocked" if blocked else "issuer_declined",
            **{code: error.get(code) for code in codes},
        },
    )
    account.emit("charge.failed", charge)


def capture(account, intent, charge, amount, event="charge.succeeded"):
    """Capture the money; release the rest of the authorization."""
    charge.update(captured=True, amount_captured=amount)
    kind = "charge" if charge["payment_method_details"]["type"] == "card" else "payment"
    charge["balance_transaction"] = enter(
        account, kind, amount, get_fee(charge, amount), charge
    )["id"]
    intent["amount_received"] = amount
    account.book("captured", intent, amount, charge=charge["id"])
    release(account, charge, charge["amount"] - amount)
    account.emit(event, charge)


def release(account, charge, amount):
    """List what is not captured as a refund without a balance transaction.

    https://docs.stripe.com/api/payment_intents/capture, amount_to_capture: “Any
    additional amount is automatically refunded.”
    """
    if not amount:
        return
    account.add(
        "refund",
        amount=amount,
        balance_transaction=None,
        charge=charge["id"],
        currency=charge["currency"],
        failure_reason=None,
        metadata={},
        payment_intent=charge["payment_intent"],
        reason=None,
        status="succeeded",
    )
    charge["amount_refunded"] += amount
    account.emit("charge.refunded", charge)


def get_fee(charge, amount):
    """Return Stripe's US fee: 2.9% plus 30 cents; 0.8% up to $5 for ACH."""
    if charge["payment_method_details"]["type"] == "card":
        return round(amount * 0.029) + 30
    return min(round(amount * 0.008), 500)


def enter(account, kind, amount, fee, source, category=None):
    """Add a balance transaction; amount and net are signed, in minor units."""
    return account.add(
        "balance_transaction",
        type=kind,
        reporting_category=category or kind,
        amount=amount,
        fee=fee,
        net=amount - fee,
        fee_details=[
            {
                "amount": fee,
                "currency": source["currency"],
                "description": "Stripe processing fees",
                "type": "stripe_fee",
                "application": None,
            }
        ]
        if fee
        else [],
        currency=source["currency"],
        available_on=account.now + 2 * DAY,
        status="pending",
        exchange_rate=None,
        description=source.get("description"),
        source=source["id"],
        payout=None,  # not shown, see views.py
    )


def decline_error(account, charge, method, **codes):
    """Return the error for a declined charge, without the intent."""
    return {
        "message": "Your card has insufficient funds."
        if codes.get("decline_code") == "insufficient_funds"
        else "Your card was declined.",
        "charge": charge["id"],
        "doc_url": f"https://docs.stripe.com/error-codes#{codes['code']}",
        "payment_method": method,
        **codes,
    }


def return_error(charge, method, cause):
    """Return the error for a debit that the bank returned."""
    failure_code, decline_code, network_code, _reason = methods.BANK_RETURNS[cause]
    return {
        "type": "card_error",
        "message": "The customer's bank returned the debit.",
        "charge": charge["id"],
        "code": failure_code,
        "decline_code": decline_code,
        "network_decline_code": network_code,
        "payment_method": method,
    }
