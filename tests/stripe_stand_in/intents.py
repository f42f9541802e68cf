# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Payment intents: https://docs.stripe.com/payments/paymentintents/lifecycle"""

import copy

from . import charges, mandates, methods
from .errors import ApiError, declined, invalid, missing

MINIMUM = 50
CANCELABLE = (
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "requires_capture",
)
COPIED = ("description", "shipping", "receipt_email", "setup_future_usage")


def create(account, params):
    if params["amount"] < MINIMUM:
        raise invalid("Amount must be at least $0.50 usd", "amount", "amount_too_small")
    if params.get("off_session") and not params.get("confirm"):
        raise invalid("off_session can only be set with confirm=true", "off_session")
    if customer := params.get("customer"):
        account.get("customer", customer)
    if params.get("payment_method"):
        _check_method(account, params)
    intent = account.add(
        "payment_intent",
        amount=params["amount"],
        amount_capturable=0,
        amount_received=0,
        canceled_at=None,
        cancellation_reason=None,
        capture_method=params.get("capture_method", "automatic"),
        confirmation_method="automatic",
        currency=params["currency"].lower(),
        customer=params.get("customer"),
        last_payment_error=None,
        latest_charge=None,
        metadata=dict(params.get("metadata") or {}),
        next_action=None,
        payment_method=None,
        payment_method_types=_get_types(params),
        status="requires_payment_method",
        **{field: params.get(field) for field in COPIED},
    )
    intent["client_secret"] = f"{intent['id']}_secret_{account.secret()}"
    account.emit("payment_intent.created", intent)
    if params.get("payment_method"):
        set_method(account, intent, params["payment_method"])
    if params.get("confirm"):
        confirm(account, intent, params)
    return intent


def _get_types(params):
    return (
        params.get("payment_method_types")
        or params.get("allowed_payment_method_types")
        or ["card"]
    )


def _check_method(account, params):
    """Reject an invalid method before an intent is created."""
    name = params["payment_method"]
    if name in methods.CARDS or name in methods.BANKS:
        return
    method = methods.resolve(account, name)
    _check_owner(account, method, params.get("customer"))
    if method["type"] not in _get_types(params):
        raise invalid(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this "
            "PaymentIntent.",
            "payment_method",
            "payment_intent_incompatible_payment_method",
        )
    if method["type"] == "us_bank_account" and params.get("confirm"):
        mandates.check(account, method, params)


def _check_owner(account, method, customer):
    if account.secrets[method["id"]]["detached"]:
        raise invalid(
            "The provided PaymentMethod was previously detached from a Customer, and "
            "may not be used again.",
            "payment_method",
        )
    if method["customer"] and method["customer"] != customer:
        raise invalid(
            f"The customer does not have a payment method with the ID {method['id']}. "
            "The payment method must be attached to the customer.",
            "payment_method",
            "resource_missing",
        )


def set_method(account, intent, name):
    if intent["status"] not in CANCELABLE[:3]:
        raise unexpected(intent, "updated")
    method = methods.resolve(account, name)
    _check_owner(account, method, intent["customer"])
    intent.update(payment_method=method["id"], status="requires_confirmation")


def update(account, intent, params):
    if "amount" in params and intent["status"] not in CANCELABLE[:3]:
        raise unexpected(intent, "updated")
    for field in ("amount", *COPIED):
        if field in params:
            intent[field] = params[field]
    if "metadata" in params:
        merge_metadata(intent, params["metadata"])
    if params.get("payment_method"):
        set_method(account, intent, params["payment_method"])
    return intent


def merge_metadata(item, changes):
    """Merge metadata: an empty value removes its key, empty metadata removes all."""
    merged = item["metadata"] | changes if changes else {}
    item["metadata"] = {key: value for key, value in merged.items() if value != ""}


def confirm(account, intent, params):
    """Send the charge to the bank.

    :raise ApiError: 402, the bank declined
    """
    if params.get("payment_method"):
        set_method(account, intent, params["payment_method"])
    if intent["status"] not in ("requires_confirmation", "requires_action"):
        raise unexpected(intent, "confirmed")
    method = account.get("payment_method", intent["payment_method"])
    if params.get("setup_future_usage") or intent["setup_future_usage"]:
        intent["setup_future_usage"] = params.get(
            "setup_future_usage", intent["setup_future_usage"]
        )
    if method["type"] == "us_bank_account":
        mandates.check(account, method, params)
        _debit(account, intent, method)
    else:
        _ask_card(account, intent, method, bool(params.get("off_session")))
    return intent


def _ask_card(account, intent, method, off_session, authenticated=False):
    outcome = methods.take_outcome(account, method, intent)
    private = account.secrets[method["id"]]
    if outcome == "authenticate_on_setup":
        outcome = "succeed" if private["set_up"] and off_session else "authenticate"
    if outcome == "authenticate":
        if not off_session and not authenticated:
            return _ask_customer(account, intent)
        outcome = "succeed" if authenticated else outcome
    charge = charges.create(account, intent, method)
    if outcome in methods.SUCCESSES:
        charges.approve(account, charge)
        _take(account, intent, charge, method)
        if outcome in ("dispute", "inquiry"):
            account.later.append((outcome, charge["id"]))
    else:
        _fail(account, intent, charge, method, outcome)
    return None


def _ask_customer(account, intent):
    intent.update(
        status="requires_action",
        next_action={"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d"}},
    )
    account.emit("payment_intent.requires_action", intent)


def _take(account, intent, charge, method):
    intent.update(next_action=None, last_payment_error=None)
    if intent["setup_future_usage"] and intent["customer"] and not method["customer"]:
        methods.attach(account, method, intent["customer"])
        account.secrets[method["id"]]["set_up"] = True
    if intent["capture_method"] == "manual":
        intent.update(status="requires_capture", amount_capturable=intent["amount"])
        account.book("authorized", intent, intent["amount"], charge=charge["id"])
        account.emit("charge.succeeded", charge)
        account.emit("payment_intent.amount_capturable_updated", intent)
    else:
        intent["status"] = "succeeded"
        charges.capture(account, intent, charge, intent["amount"])
        account.emit("payment_intent.succeeded", intent)


def _fail(account, intent, charge, method, outcome):
    if outcome == "authenticate":
        codes = {
            "code": "authentication_required",
            "decline_code": "authentication_required",
        }
    else:
        codes = methods.describe_decline(outcome)
    error = charges.decline_error(account, charge, copy.deepcopy(method), **codes)
    charges.refuse(account, charge, error, blocked=outcome == "blocked")
    set_failed(account, intent, {"type": "card_error", **error})
    raise declined(**error, payment_intent=intent)


def set_failed(account, intent, error):
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        last_payment_error=error,
    )
    account.emit("payment_intent.payment_failed", intent)


def authenticate(account, intent, success=True):
    """Return from the bank's page as the customer."""
    if intent["status"] != "requires_action":
        raise unexpected(intent, "authenticated")
    method = account.get("payment_method", intent["payment_method"])
    if success:
        try:
            _ask_card(account, intent, method, off_session=False, authenticated=True)
        except ApiError:
            pass  # shown to the customer and on the intent
    else:
        error = {
            "type": "invalid_request_error",
            "code": "payment_intent_authentication_failure",
            "message": "The customer could not be authenticated.",
            "payment_method": copy.deepcopy(method),
        }
        set_failed(account, intent, error)
    return intent


# Bank debits


def _debit(account, intent, method):
    charge = charges.create(account, intent, method)
    intent.update(status="processing", next_action=None, last_payment_error=None)
    outcome = methods.take_outcome(account, method, intent)
    account.secrets[intent["id"]] = {"outcome": outcome}
    account.emit("charge.pending", charge)
    account.emit("payment_intent.processing", intent)


def settle(account, intent, outcome=None):
    """Settle a debit after several days.

    :param outcome: "succeed" or one of BANK_RETURNS; None: the method's own outcome
    """
    if intent["status"] != "processing":
        raise unexpected(intent, "settled")
    outcome = outcome or account.secrets[intent["id"]]["outcome"]
    charge = account.get("charge", intent["latest_charge"])
    if outcome in methods.SUCCESSES:
        charges.approve(account, charge)
        intent["status"] = "succeeded"
        charges.capture(account, intent, charge, intent["amount"])
        account.emit("payment_intent.succeeded", intent)
        if outcome == "dispute":
            account.later.append((outcome, charge["id"]))
    else:
        method = copy.deepcopy(account.get("payment_method", intent["payment_method"]))
        error = charges.return_error(charge, method, outcome)
        charges.refuse(account, charge, error)
        set_failed(account, intent, error)
    return intent


def settle_due(account):
    """Settle the debits that are due by the provider's clock."""
    limit = account.now - account.settings.settle_after
    for intent in account.all("payment_intent", status="processing"):
        outcome = account.secrets[intent["id"]]["outcome"]
        charge = account.get("charge", intent["latest_charge"])
        if charge["created"] <= limit and outcome != "processing":
            settle(account, intent)


# Manual capture


def expire_due(account):
    """Cancel the holds that the banks don't keep any longer."""
    for intent in account.all("payment_intent", status="requires_capture"):
        charge = account.get("charge", intent["latest_charge"])
        card = charge["payment_method_details"]["card"]
        if card["capture_before"] <= account.now:
            cancel(account, intent, {"cancellation_reason": "automatic"})


def capture(account, intent, params):
    if intent["status"] != "requires_capture":
        raise unexpected(intent, "captured")
    amount = params.get("amount_to_capture", intent["amount_capturable"])
    if not 0 < amount <= intent["amount_capturable"]:
        raise invalid(
            "The amount to capture exceeds the capturable amount.",
            "amount_to_capture",
            "amount_too_large",
        )
    charge = account.get("charge", intent["latest_charge"])
    intent.update(status="succeeded", amount_capturable=0)
    charges.capture(account, intent, charge, amount, "charge.captured")
    account.emit("payment_intent.succeeded", intent)
    return intent


def cancel(account, intent, params):
    if intent["status"] not in CANCELABLE:
        raise unexpected(intent, "canceled")
    if intent["status"] == "requires_capture":
        charge = account.get("charge", intent["latest_charge"])
        charge["refunded"] = True
        account.book("voided", intent, intent["amount"], charge=charge["id"])
        charges.release(account, charge, charge["amount"])
    intent.update(
        status="canceled",
        amount_capturable=0,
        canceled_at=account.now,
        cancellation_reason=params.get("cancellation_reason"),
        next_action=None,
    )
    account.emit("payment_intent.canceled", intent)
    return intent


def unexpected(intent, verb):
    return invalid(
        f"This PaymentIntent could not be {verb} because it has a status of "
        f"{intent['status']}.",
        code="payment_intent_unexpected_state",
        payment_intent=intent,
    )


def get_charge(account, params):
    """Return the captured charge from the parameters."""
    if "charge" in params:
        return account.get("charge", params["charge"])
    intent = account.get("payment_intent", params["payment_intent"])
    if not intent["latest_charge"]:
        raise missing("charge", intent["id"], "payment_intent")
    return account.get("charge", intent["latest_charge"])
