# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Nacha's limits for returned debits (A4). Above them, the bank may stop processing.

Rates cover 60 days, by company and provider, and count debits, not amounts (Nacha
Operating Rules, "ACH Network Risk and Enforcement"; EPCOR).
"""

from dataclasses import dataclass

DAYS = 60
# With fewer debits, the rate is meaningless: a single return would exceed every limit.
FEWEST = 20

UNAUTHORIZED = "unauthorized"
ADMINISTRATIVE = "administrative"
OVERALL = "overall"
LIMITS = {UNAUTHORIZED: 0.005, ADMINISTRATIVE: 0.03, OVERALL: 0.15}

FEW, OK, NEAR, OVER = "few", "ok", "near", "over"

# The bank's code or the provider's word for it (spec: "ACH returns").
CODES = {
    UNAUTHORIZED: frozenset(
        {"R05", "R07", "R10", "R11", "R29", "R51", "debit_not_authorized"}
    ),
    ADMINISTRATIVE: frozenset(
        {
            "R02",
            "R03",
            "R04",
            "bank_account_closed",
            "bank_account_invalid_details",
            "bank_account_unusable",
            "no_account",
        }
    ),
}


@dataclass(frozen=True)
class Rate:
    """``share`` of the debits that were returned, and its level against the limit."""

    share: float
    limit: float
    level: str


def judge(kind: str, returned: int, debits: int) -> Rate:
    """Return the :class:`Rate`; ``near`` starts at half of the limit.

    >>> judge("overall", 14, 200).level
    'ok'
    >>> judge("overall", 15, 200).level
    'near'
    >>> judge("overall", 31, 200).level
    'over'
    >>> judge("unauthorized", 1, 100)
    Rate(share=0.01, limit=0.005, level='over')
    >>> judge("unauthorized", 1, 19).level
    'few'
    >>> judge("administrative", 0, 0).share
    0.0
    """
    share = returned / debits if debits else 0.0
    limit = LIMITS[kind]
    if debits < FEWEST:
        level = FEW
    elif share < limit / 2:
        level = OK
    else:
        level = OVER if share > limit else NEAR
    return Rate(share, limit, level)
