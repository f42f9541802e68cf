# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which charges wait until a person approves them, and why?"""

from dataclasses import asdict, dataclass

from .triggers import CUSTOMER, POLICY

ORDERER = "orderer"  # another customer ordered the work
MAXIMUM = "maximum"  # the amount is above the limit for automatic charges
EXTRAS = "extras"  # the extras are above their limit
SHARE = "share"  # the extras are too large a share of the order
DISCOUNT = "discount"  # the discount on the extras is above its limit


@dataclass(frozen=True)
class Review:
    """What an approval is about.

    Amounts are in the invoice's currency, with taxes; limits of 0 mean none.
    ``stranger``: another customer ordered the work, and nobody approved that yet.
    ``total``: of the invoice; ``approved``: the total that a manager approved.
    ``extras``, ``discount`` (percent): of all extras of the job; ``estimate``: what the
    job's order said, without extras.
    """

    stranger: bool = False
    total: float = 0.0
    approved: float = 0.0
    extras: float = 0.0
    estimate: float = 0.0
    discount: float = 0.0
    maximum: float = 0.0
    extras_maximum: float = 0.0
    share_maximum: float = 0.0
    discount_maximum: float = 0.0


def find_causes(review, amount, authorized_by=POLICY):
    """Return why a charge of ``amount`` waits for approval; empty if it doesn't.

    >>> find_causes(Review(total=90, extras=60, extras_maximum=50), 90)
    ('extras',)
    >>> find_causes(Review(total=90, approved=90, extras=60, extras_maximum=50), 90)
    ()
    >>> find_causes(Review(total=95, approved=90, maximum=50), 95)
    ('maximum',)
    >>> find_causes(Review(stranger=True, approved=90, total=90), 90)
    ('orderer',)
    >>> find_causes(Review(stranger=True), 90, CUSTOMER)
    ()
    """
    if authorized_by == CUSTOMER:
        return ()
    stranger = (ORDERER,) if review.stranger else ()
    if _is_above(review.total, review.approved):
        return stranger + _find_large(review, amount, authorized_by)
    return stranger


def is_large(causes):
    """Whether only a manager may approve a charge that waits for these reasons.

    >>> is_large((ORDERER,)), is_large((ORDERER, DISCOUNT))
    (False, True)
    """
    return bool(set(causes) - {ORDERER})


def describe(review, amount, causes):
    """Return the values for the text about an approval, ready for JSON."""
    return asdict(review) | {"causes": list(causes), "amount": amount}


def _find_large(review, amount, authorized_by):
    """Return what makes the invoice too large to charge it without approval."""
    automatic = amount if authorized_by == POLICY else 0.0
    share = 100 * review.extras / review.estimate if review.estimate > 0 else 0.0
    limits = (
        (MAXIMUM, automatic, review.maximum),
        (EXTRAS, review.extras, review.extras_maximum),
        (SHARE, share, review.share_maximum),
        (DISCOUNT, review.discount, review.discount_maximum),
    )
    return tuple(
        cause for cause, value, limit in limits if limit and _is_above(value, limit)
    )


def _is_above(value, limit):
    """Compare without the noise of floats."""
    return value - limit > 1e-6
