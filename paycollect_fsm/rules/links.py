# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a signed link is for: its page, how long it lasts and what it may do.

Whoever has the link acts as the customer, so each route asks for one act, and a link
that was sent for another purpose does not do it.
"""

from dataclasses import dataclass

SAVE_METHOD = "save_method"
CONFIRM = "confirm"
PAY = "pay"


@dataclass(frozen=True)
class Purpose:
    """``page``: method of the controller that renders it, empty while no addon does;
    ``days``: until a new link expires."""

    code: str
    label: str
    acts: frozenset = frozenset()
    page: str = ""
    days: int = 30


PURPOSES = {
    purpose.code: purpose
    for purpose in (
        Purpose(
            "method",
            "Add a payment method",
            frozenset({SAVE_METHOD}),
            "_render_method_page",
        ),
        Purpose("balance", "Pay the open balance", frozenset({PAY})),
        Purpose("invoice", "Pay an invoice", frozenset({PAY})),
        Purpose(
            "authenticate",
            "Confirm a payment",
            frozenset({CONFIRM}),
            "_render_authentication_page",
        ),
    )
}


def may(purposes, code, act):
    """Whether a link of purpose ``code`` may do ``act``.

    :param purposes: ``{code: Purpose}``

    >>> may(PURPOSES, "method", SAVE_METHOD), may(PURPOSES, "authenticate", SAVE_METHOD)
    (True, False)
    """
    return code in purposes and act in purposes[code].acts
