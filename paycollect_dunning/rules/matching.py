# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which open items does an incoming bank line pay?

Amounts are in the currency of the bank line, which is the one of the items.
"""

from typing import NamedTuple

from .books import MIN_REFERENCE, normalize

CENT = 0.000001


class Payable(NamedTuple):
    """An open item: ``references`` are the invoice's name and payment reference."""

    id: int
    residual: float
    references: tuple = ()


def choose(amount, text, items):
    """Return the IDs of the items that a payment is probably for, in their order.

    What the payer names wins; then one item of exactly this amount; then the oldest
    ones, until the amount is used up.

    :param items: list of :class:`Payable`, oldest due first

    >>> old, new = Payable(1, 40.0, ("INV/2026/0001",)), Payable(2, 60.0, ("INV/2",))
    >>> choose(10.0, "inv 2026 0001", [old, new])
    [1]
    >>> choose(60.0, "thanks", [old, new])
    [2]
    >>> choose(50.0, "", [old, new]), choose(40.0, "", [old, new])
    ([1, 2], [1])
    >>> choose(500.0, "", [old, new]), choose(5.0, "", [])
    ([1, 2], [])
    """
    said = normalize(text)
    named = [item.id for item in items if _is_named(item, said)]
    if named:
        return named
    same = [item.id for item in items if abs(item.residual - amount) < CENT]
    if same:
        return same[:1]
    parts, _rest = allocate(amount, [item.residual for item in items])
    return [item.id for item, part in zip(items, parts, strict=True) if part > CENT]


def allocate(amount, residuals):
    """Return what each item gets, in this order, and the rest.

    >>> allocate(50.0, [40.0, 60.0])
    ([40.0, 10.0], 0.0)
    >>> allocate(50.0, [40.0]), allocate(5.0, [40.0, 1.0])
    (([40.0], 10.0), ([5.0, 0.0], 0.0))
    """
    parts = []
    for residual in residuals:
        part = min(amount, residual)
        parts.append(part)
        amount -= part
    return parts, amount


def _is_named(item, said):
    references = filter(None, map(normalize, item.references))
    return any(len(ref) >= MIN_REFERENCE and ref in said for ref in references)
