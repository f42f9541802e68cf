# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What happens next to a charge, given what is committed, what was answered and the
time. Pure Python; the models call these functions and decide nothing themselves.
"""

from dataclasses import dataclass

# Verdicts of a look-up at the provider
FOUND = "found"
NOT_FOUND = "not_found"
CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True)
class Finding:
    """What the provider knows of a charge.

    ``text`` is for people. ``payload``: with FOUND, the charge in the shape that
    ``payment.transaction._process()`` of this provider takes.
    """

    verdict: str
    text: str = ""
    payload: dict | None = None
