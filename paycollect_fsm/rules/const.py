# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Tables of external codes, and the states of a charge."""

# Kind of a stored method by the code of its payment method (payment.method.code).
# Codes in no table are wallets: charged through an account that the customer holds
# elsewhere, with neither an expiration date nor bank returns.
CARD_METHOD_CODES = frozenset(
    [
        "amex",
        "cabal",
        "card",
        "carnet",
        "cartes_bancaires",
        "cirrus",
        "dankort",
        "demo",
        "diners",
        "discover",
        "elo",
        "hipercard",
        "jcb",
        "mada",
        "maestro",
        "mastercard",
        "meeza",
        "napas_card",
        "naranja",
        "nativa",
        "oca",
        "omannet",
        "premium_card",
        "rupay",
        "troy",
        "uatp",
        "unionpay",
        "visa",
    ]
)
BANK_METHOD_CODES = frozenset(
    [
        "ach_direct_debit",
        "bacs_direct_debit",
        "bancontact",
        "bank_account",
        "becs_direct_debit",
        "ideal",
        "sepa_direct_debit",
        "sofort",
        "eps",
        "netbanking",
        "open_banking",
        "trustly",
    ]
)
# Those of them that debit an account under a mandate.
BANK_DEBIT_CODES = frozenset(
    [
        "ach_direct_debit",
        "bacs_direct_debit",
        "becs_direct_debit",
        "sepa_direct_debit",
    ]
)

# Brand names that customers know, by the code that providers send
# (https://docs.stripe.com/api/payment_methods/object, card.brand).
BRAND_NAMES = {
    "amex": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "discover": "Discover",
    "eftpos_au": "eftpos",
    "jcb": "JCB",
    "link": "Link",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}
# The network behind a name: limits don't depend on how a name is written.
BRAND_CODES = {name: code for code, name in BRAND_NAMES.items()}
# Stripe's payment method types that are bank debits, with their name for customers.
STRIPE_BANK_BRANDS = {
    "acss_debit": "Bank account",
    "au_becs_debit": "Bank account",
    "bacs_debit": "Bank account",
    "sepa_debit": "Bank account",
    "us_bank_account": "Bank account",
}

# States of a payment attempt.
PLANNED = "planned"
SENT = "sent"
PAID = "paid"
SETTLING = "settling"
DECLINED = "declined"
UNKNOWN = "unknown"
CANCELED = "canceled"

# An invoice has at most one attempt in these states (partial unique index).
OPEN_STATES = (PLANNED, SENT, SETTLING, UNKNOWN)

# HTTP statuses that leave the outcome of a charge unknown
# (docs.stripe.com/api/errors; spec/declines.md, "Precedence" 1).
UNKNOWN_HTTP_STATUS = frozenset({409, 429})
# The key is wrong or lacks permission (docs.stripe.com/api/errors): nothing was done.
KEY_REJECTED_HTTP_STATUS = frozenset({401, 403})
# The only status that means a decline (docs.stripe.com/api/errors).
DECLINED_HTTP_STATUS = 402

# The demo provider's cards decline like Stripe's test cards with the same last four
# digits (https://docs.stripe.com/testing#declined-payments).
DEMO_DECLINE_CODES = {
    "0002": "generic_decline",
    "9995": "insufficient_funds",
    "9987": "lost_card",
    "9979": "stolen_card",
    "0069": "expired_card",
    "0127": "incorrect_cvc",
    "0119": "processing_error",
    "0019": "fraudulent",
    "6975": "card_velocity_exceeded",
    "3184": "authentication_required",
}

# Occasions for notifying a customer about an invoice.
OCCASION_DUE = "due"  # it was not charged
OCCASION_DECLINED = "declined"
OCCASION_PAID = "paid"
OCCASION_PART = "part"  # a payment that leaves something to pay
RECEIPTS = frozenset({OCCASION_PAID, OCCASION_PART})
# About the customer, not about an invoice:
OCCASION_METHOD = "method"  # a payment method is requested
OCCASION_PAYMENT = "payment"  # a payment is requested
OCCASION_CONSENT = "consent"  # the customer's copy of it
OCCASION_COPY = "copy"  # a colleague's copy of a receipt or an invoice
