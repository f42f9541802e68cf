# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Cards and bank accounts, and how each of them responds.

https://docs.stripe.com/testing, https://docs.stripe.com/declines/codes
"""

from .errors import declined, invalid, missing

# Network codes sent with a decline code; other codes have none.
NETWORK_CODES = {
    "approve_with_id": "85",
    "call_issuer": "01",
    "card_not_supported": "57",
    "card_velocity_exceeded": "65",
    "do_not_honor": "05",
    "expired_card": "54",
    "fraudulent": "59",
    "generic_decline": "05",
    "incorrect_cvc": "N7",
    "incorrect_number": "14",
    "insufficient_funds": "51",
    "invalid_account": "14",
    "issuer_not_available": "91",
    "lost_card": "41",
    "pickup_card": "04",
    "processing_error": "96",
    "revocation_of_all_authorizations": "R1",
    "revocation_of_authorization": "R0",
    "stolen_card": "43",
    "transaction_not_allowed": "57",
}
ADVICE = {"insufficient_funds": "try_again_later", "lost_card": "do_not_try_again"}
# Declines that have their own `code` instead of "card_declined".
OWN_CODES = ("expired_card", "incorrect_cvc", "processing_error", "incorrect_number")

# Stripe's test methods: brand, last four digits, outcome.
CARDS = {
    "pm_card_visa": ("visa", "4242", "succeed"),
    "pm_card_visa_debit": ("visa", "5556", "succeed"),
    "pm_card_mastercard": ("mastercard", "4444", "succeed"),
    "pm_card_amex": ("amex", "8431", "succeed"),
    "pm_card_discover": ("discover", "1117", "succeed"),
    "pm_card_chargeCustomerFail": ("visa", "0341", "generic_decline"),
    "pm_card_chargeDeclined": ("visa", "0002", "generic_decline"),
    "pm_card_chargeDeclinedInsufficientFunds": ("visa", "9995", "insufficient_funds"),
    "pm_card_chargeDeclinedLostCard": ("visa", "9987", "lost_card"),
    "pm_card_chargeDeclinedStolenCard": ("visa", "9979", "stolen_card"),
    "pm_card_chargeDeclinedExpiredCard": ("visa", "0069", "expired_card"),
    "pm_card_chargeDeclinedIncorrectCvc": ("visa", "0127", "incorrect_cvc"),
    "pm_card_chargeDeclinedProcessingError": ("visa", "0119", "processing_error"),
    "pm_card_chargeDeclinedVelocityLimitExceeded": (
        "visa",
        "6975",
        "card_velocity_exceeded",
    ),
    "pm_card_radarBlock": ("visa", "4954", "blocked"),
    "pm_card_authenticationRequired": ("visa", "3184", "authenticate"),
    "pm_card_authenticationRequiredOnSetup": ("visa", "3155", "authenticate_on_setup"),
    "pm_card_createDispute": ("visa", "0259", "dispute"),
    "pm_card_createDisputeInquiry": ("visa", "1976", "inquiry"),
}
BANKS = {
    "pm_usBankAccount_success": ("6789", "succeed"),
    "pm_usBankAccount_accountClosed": ("1113", "account_closed"),
    "pm_usBankAccount_noAccount": ("1116", "no_account"),
    "pm_usBankAccount_insufficientFunds": ("2227", "insufficient_funds"),
    "pm_usBankAccount_debitNotAuthorized": ("3335", "debit_not_authorized"),
    "pm_usBankAccount_dispute": ("4344", "dispute"),
    "pm_usBankAccount_processing": ("9009", "processing"),
}
# Reasons why a bank returns a debit: failure_code of the charge, decline_code, Nacha
# code, and the dispute's reason if it comes after the success.
BANK_RETURNS = {
    "insufficient_funds": (
        "insufficient_funds",
        "insufficient_funds",
        "R01",
        "insufficient_funds",
    ),
    "account_closed": (
        "account_closed",
        "bank_account_closed",
        "R02",
        "incorrect_account_details",
    ),
    "no_account": (
        "no_account",
        "bank_account_invalid_details",
        "R03",
        "incorrect_account_details",
    ),
    "debit_not_authorized": (
        "debit_not_authorized",
        "debit_not_authorized",
        "R10",
        "debit_not_authorized",
    ),
    "account_frozen": (
        "bank_account_restricted",
        "bank_account_frozen",
        "R16",
        "bank_cannot_process",
    ),
}
SUCCESSES = ("succeed", "dispute", "inquiry", "processing")
# These cannot be saved; pm_card_chargeCustomerFail can, by design.
UNSAVEABLE = "pm_card_chargeDeclined"


def resolve(account, method_id, param="payment_method"):
    """Return the stored method, or a new one for the id of a Stripe test method."""
    name = method_id.replace("pm_card_visa_charge", "pm_card_charge")
    if name in CARDS:
        brand, last4, outcome = CARDS[name]
        return make_card(account, brand, last4, outcome, test_id=name)
    if name in BANKS:
        last4, outcome = BANKS[name]
        return make_bank(account, last4, outcome, test_id=name)
    if method_id not in account.objects["payment_method"]:
        raise missing("PaymentMethod", method_id, param)
    return account.objects["payment_method"][method_id]


def make_card(account, brand="visa", last4="4242", outcome="succeed", **more):
    """:param outcome: see :func:`set_outcome`"""
    test_id = more.pop("test_id", None)
    card = {
        "brand": brand,
        "last4": last4,
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": f"fp{brand}{last4}",
        "funding": "credit",
        "country": "US",
        **more,
    }
    return _make(account, "card", card, outcome, test_id)


def make_bank(account, last4="6789", outcome="succeed", **more):
    test_id = more.pop("test_id", None)
    bank = {
        "account_holder_type": "company",
        "account_type": "checking",
        "bank_name": "STRIPE TEST BANK",
        "fingerprint": f"fpbank{last4}",
        "last4": last4,
        "routing_number": "110000000",
        **more,
    }
    return _make(account, "us_bank_account", bank, outcome, test_id)


def _make(account, kind, details, outcome, test_id):
    method = account.add(
        "payment_method",
        type=kind,
        customer=None,
        billing_details={"address": None, "email": None, "name": None, "phone": None},
        metadata={},
        **{kind: details},
    )
    account.secrets[method["id"]] = {
        "outcomes": [outcome],
        "test_id": test_id,
        "set_up": False,
        "detached": False,
    }
    return method


def decide_outcome(account, method_id, decide):
    """Let a function of the method and the intent return each outcome.

    Only in the same process, see :func:`set_outcome`.
    """
    account.secrets[method_id]["outcomes"] = decide


def set_outcome(account, method_id, *outcomes):
    """Set a method's responses: one outcome after the other; the last one repeats.

    A card's outcome is "succeed", a decline code, "blocked" (by Radar),
    "authenticate", "authenticate_on_setup", "dispute" or "inquiry", or a dict of
    `decline_code`, `network_decline_code`, `advice_code`, `network_advice_code`.
    A bank account's is "succeed", "processing" (until settled), or one of BANK_RETURNS.
    """
    account.secrets[method_id]["outcomes"] = list(outcomes)


def take_outcome(account, method, intent):
    """Return the outcome of this attempt."""
    outcomes = account.secrets[method["id"]]["outcomes"]
    if callable(outcomes):
        return outcomes(method, intent)
    return outcomes.pop(0) if len(outcomes) > 1 else outcomes[0]


def describe_decline(outcome):
    """Return the error's fields for a declining card."""
    if outcome == "blocked":
        return {"code": "card_declined", "decline_code": "fraudulent"}
    codes = outcome if isinstance(outcome, dict) else {"decline_code": outcome}
    decline_code = codes["decline_code"]
    found = {
        "code": decline_code if decline_code in OWN_CODES else "card_declined",
        "decline_code": decline_code,
        "network_decline_code": NETWORK_CODES.get(decline_code),
        "advice_code": ADVICE.get(decline_code),
        **codes,
    }
    return {key: value for key, value in found.items() if value}


def attach(account, method, customer_id):
    """Save a method for a customer; a card that must decline fails."""
    account.get("customer", customer_id)
    private = account.secrets[method["id"]]
    if private["detached"]:
        raise invalid(
            "The payment method you provided was detached from a customer and may "
            "not be used again.",
            "payment_method",
        )
    if method["customer"] not in (None, customer_id):
        raise invalid(
            "The payment method you provided has already been attached to a customer.",
            "payment_method",
        )
    if (private["test_id"] or "").startswith(UNSAVEABLE):
        codes = describe_decline(private["outcomes"][0])
        raise declined("Your card was declined.", **codes)
    if method["customer"] is None:
        method["customer"] = customer_id
        account.emit("payment_method.attached", method)


def detach(account, method):
    if method["customer"] is None:
        raise invalid(
            "The payment method you provided is not attached to a customer so "
            "detachment is impossible."
        )
    previous = {"customer": method["customer"]}
    method["customer"] = None
    account.secrets[method["id"]]["detached"] = True
    account.emit("payment_method.detached", method, previous)
