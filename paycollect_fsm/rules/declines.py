# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a decline means. Pure Python: provider codes in, meaning out.

Source: spec/declines.md, "Precedence", "Caps" (V1, M1, M2, A1) and the table of
codes, whose rows are passed in.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

SOFT = "soft"
TRANSIENT = "transient"
HARD = "hard"
CUSTOMER = "customer"
MERCHANT = "merchant"
AUTH = "auth"
KIND_LABELS = {
    SOFT: "Soft decline",
    TRANSIENT: "Temporary",
    HARD: "Hard decline",
    CUSTOMER: "Customer must act",
    MERCHANT: "Merchant issue",
    AUTH: "Authentication required",
}

# docs.stripe.com/declines/codes, "Advice codes".
ADVICE_KINDS = {
    "do_not_try_again": HARD,
    "confirm_card_data": CUSTOMER,
    "try_again_later": SOFT,
}
# M1, M2: Mastercard's merchant advice codes → kind and the wait that they require.
MERCHANT_ADVICE = {
    "01": (CUSTOMER, None),
    "02": (SOFT, timedelta(hours=72)),
    "03": (HARD, None),
    "21": (HARD, None),
    "24": (SOFT, timedelta(hours=1)),
    "25": (SOFT, timedelta(hours=24)),
    "26": (SOFT, timedelta(days=2)),
    "27": (SOFT, timedelta(days=4)),
    "28": (SOFT, timedelta(days=6)),
    "29": (SOFT, timedelta(days=8)),
    "30": (SOFT, timedelta(days=10)),
}
# V1: Visa's category 1 responses, "the issuer will never approve".
VISA_NEVER = frozenset(
    ["04", "07", "12", "14", "15", "41", "43", "46", "57", "R0", "R1", "R3"]
)
# ISO 8583: pick up (04, 07), lost (41), stolen (43); stop and revocation orders.
NETWORK_FRAUD = frozenset(["04", "07", "41", "43"])
NETWORK_ENDS_CONSENT = frozenset(["R0", "R1", "R3"])

_RETURN_CODE = re.compile(r"(?<![A-Z0-9])R\d\d(?![A-Z0-9])")


@dataclass(frozen=True)
class Row:
    """One row of the table of codes; ``provider`` is empty for any provider.

    ``is_gone``: the method no longer exists at the provider.
    ``max_tries``: maximum number of retries after this code; 0 = limited only by the
    plan and the caps.
    """

    provider: str
    code: str
    kind: str
    is_fraud: bool = False
    ends_consent: bool = False
    max_tries: int = 0
    id: int = 0
    is_gone: bool = False


@dataclass(frozen=True)
class Answer:
    """The codes of one declined charge.

    ``network`` is the brand of the card (``visa``, ``mastercard``, …), empty if
    unknown; ``outcome_type`` is Stripe's; ``status`` is the HTTP status, None if the
    exchange with the provider wasn't observed.
    """

    provider: str = ""
    decline_code: str = ""
    network_code: str = ""
    advice_code: str = ""
    network_advice_code: str = ""
    outcome_type: str = ""
    network: str = ""
    status: int | None = None


@dataclass(frozen=True)
class Meaning:
    """The meaning of a decline. An empty ``kind`` means unknown: nothing is retried.

    ``rule`` is what decided: ``advice``, ``merchant_advice``, ``network``,
    ``blocked``, ``code``, ``request`` or ``nothing``; ``wait`` is the minimum wait that
    the network requires.
    """

    kind: str
    rule: str
    is_fraud: bool = False
    ends_consent: bool = False
    max_tries: int = 0
    wait: timedelta | None = None
    is_gone: bool = False


def find_row(rows: Mapping[tuple[str, str], Row], provider: str, code: str):
    """Return the provider's own row, else the one for any provider, else None.

    >>> rows = {("", "R01"): Row("", "R01", SOFT)}
    >>> find_row(rows, "stripe", "R01").kind
    'soft'
    >>> find_row(rows, "stripe", "R02") is None
    True
    """
    if not code:
        return None
    return rows.get((provider, code)) or rows.get(("", code))


def interpret(answer: Answer, rows: Mapping[tuple[str, str], Row]) -> Meaning:
    """Return what ``answer`` means; the first source with information decides.

    Fraud, ended consent and the code's own limit always count. A source that suggests a
    retry doesn't override a code or response that rules it out: if two sources differ,
    the stricter one applies.

    >>> rows = {("stripe", "insufficient_funds"):
    ...     Row("stripe", "insufficient_funds", SOFT)}
    >>> interpret(Answer("stripe", "insufficient_funds"), rows).kind
    'soft'
    >>> interpret(Answer("stripe", "insufficient_funds",
    ...     advice_code="do_not_try_again"), rows).kind
    'hard'
    >>> interpret(Answer("other", "insufficient_funds"), rows).rule
    'nothing'
    """
    row = find_row(rows, answer.provider, answer.decline_code)
    never = _network_says_never(answer)
    kind, rule, wait = _first_source(answer, row, never)
    if kind in (SOFT, TRANSIENT):
        if never:
            kind, rule, wait = HARD, "network", None
        elif row and row.kind == HARD:
            kind, rule, wait = HARD, "code", None
    return Meaning(
        kind,
        rule,
        is_fraud=bool(row and row.is_fraud)
        or (never and answer.network_code in NETWORK_FRAUD),
        ends_consent=bool(row and row.ends_consent)
        or (never and answer.network_code in NETWORK_ENDS_CONSENT),
        max_tries=row.max_tries if row else 0,
        wait=wait,
        is_gone=bool(row and row.is_gone),
    )


def _first_source(answer, row, never):
    """Return ``(kind, rule, wait)``."""
    if kind := ADVICE_KINDS.get(answer.advice_code):
        return kind, "advice", _merchant_advice(answer)[1]
    kind, wait = _merchant_advice(answer)
    if kind:
        return kind, "merchant_advice", wait
    if never:
        return HARD, "network", None
    if answer.outcome_type == "blocked":
        return HARD, "blocked", None
    if row:
        return row.kind, "code", None
    if answer.status is not None and 400 <= answer.status < 500:
        if answer.status != 402:  # the request was wrong, not the payment method
            return MERCHANT, "request", None
    return "", "nothing", None


def _merchant_advice(answer):
    if answer.network not in ("mastercard", "maestro", ""):
        return "", None
    return MERCHANT_ADVICE.get(answer.network_advice_code, ("", None))


def _network_says_never(answer):
    return answer.network in ("visa", "") and answer.network_code in VISA_NEVER


def find_return_code(text) -> str:
    """Return the bank's return code in a provider's message, or "" (A1, A2).

    >>> find_return_code("ACH return R01: insufficient funds")
    'R01'
    >>> find_return_code("Order R0100 failed")
    ''
    """
    found = _RETURN_CODE.search(text or "")
    return found.group() if found else ""
