# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Setup intents and the mandates required for bank debits."""

from . import methods
from .errors import declined, invalid


def check(account, method, params):
    """Check that a bank account has an active mandate."""
    private = account.secrets[method["id"]]
    if params.get("mandate_data"):
        private["mandate"] = _accept(account, method, params["mandate_data"])["id"]
    mandate_id = params.get("mandate") or private.get("mandate")
    mandate = account.objects["mandate"].get(mandate_id)
    if (
        not mandate
        or mandate["status"] != "active"
        or mandate["payment_method"] != method["id"]
    ):
        raise invalid(
            "The mandate is missing, inactive or of another payment method.",
            "mandate",
            "payment_intent_mandate_invalid",
        )


def _accept(account, method, mandate_data=None):
    return account.add(
        "mandate",
        customer_acceptance=(mandate_data or {}).get("customer_acceptance")
        or {"type": "online", "accepted_at": account.now},
        multi_use={},
        payment_method=method["id"],
        payment_method_details={
            "type": method["type"],
            method["type"]: {"collection_method": "paper"},
        },
        status="active",
        type="multi_use",
    )


def revoke(account, mandate):
    previous = {"status": mandate["status"]}
    mandate["status"] = "inactive"
    account.emit("mandate.updated", mandate, previous)
    return mandate


def create_setup(account, params):
    if customer := params.get("customer"):
        account.get("customer", customer)
    setup = account.add(
        "setup_intent",
        customer=params.get("customer"),
        description=params.get("description"),
        last_setup_error=None,
        mandate=None,
        metadata=dict(params.get("metadata") or {}),
        next_action=None,
        payment_method=params.get("payment_method"),
        payment_method_types=params.get("payment_method_types")
        or params.get("allowed_payment_method_types")
        or ["card"],
        status="requires_payment_method",
        usage=params.get("usage", "off_session"),
    )
    setup["client_secret"] = f"{setup['id']}_secret_{account.secret()}"
    account.emit("setup_intent.created", setup)
    if params.get("confirm"):
        confirm_setup(account, setup, params)
    elif params.get("payment_method"):
        setup["status"] = "requires_confirmation"
    return setup


def confirm_setup(account, setup, params):
    """Confirm a setup intent like the customer's browser; saves the method."""
    name = params.get("payment_method") or setup["payment_method"]
    if setup["status"] in ("succeeded", "canceled") or not name:
        raise invalid(
            f"This SetupIntent's status is {setup['status']}.",
            code="setup_intent_unexpected_state",
        )
    method = methods.resolve(account, name)
    if method["type"] not in setup["payment_method_types"]:
        raise invalid("This kind of method is not allowed.", "payment_method")
    outcome = account.secrets[method["id"]]["outcomes"][0]
    if str(outcome).startswith("authenticate") and setup["status"] != "requires_action":
        setup.update(
            payment_method=method["id"],
            status="requires_action",
            next_action={"type": "use_stripe_sdk"},
        )
        account.emit("setup_intent.requires_action", setup)
        return setup
    return _finish(account, setup, method, params)


def _finish(account, setup, method, params):
    if (account.secrets[method["id"]]["test_id"] or "").startswith(methods.UNSAVEABLE):
        error = {
            "type": "card_error",
            "message": "Your card was declined.",
            **methods.describe_decline(account.secrets[method["id"]]["outcomes"][0]),
        }
        setup.update(status="requires_payment_method", last_setup_error=error)
        account.emit("setup_intent.setup_failed", setup)
        raise declined(**error, setup_intent=setup)
    private = account.secrets[method["id"]]
    private["set_up"] = True
    if setup["customer"]:
        methods.attach(account, method, setup["customer"])
    if method["type"] == "us_bank_account":
        mandate = _accept(account, method, params.get("mandate_data"))
        private["mandate"] = setup["mandate"] = mandate["id"]
    setup.update(status="succeeded", payment_method=method["id"], next_action=None)
    account.emit("setup_intent.succeeded", setup)
    return setup


def cancel_setup(account, setup):
    setup["status"] = "canceled"
    account.emit("setup_intent.canceled", setup)
    return setup
