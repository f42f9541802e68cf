# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The purposes of signed links: the page, the lifetime and the permitted acts.

Anyone with the link acts as the customer. So each route requires one specific act, and
links sent for other purposes don't permit it.
"""

from dataclasses import dataclass

SAVE_METHOD = "save_method"
CONFIRM = "confirm"
PAY = "pay"
ANSWER = "answer"

# How a link got to the customer: the user who created it passed it on.
COPY = "copy"
# Or it was a QR code on the screen of a worker.
SCREEN = "screen"


@dataclass(frozen=True)
class Purpose:
    """``page``: the controller's method that renders it, empty if no addon does;
    ``days``: lifetime of a new link."""

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
        Purpose("invoice", "Pay an invoice", frozenset({PAY}), "_render_payment_page"),
        Purpose("order", "Pay an order", frozenset({PAY}), "_render_payment_page"),
        Purpose(
            "authenticate",
            "Confirm a payment",
            frozenset({CONFIRM}),
            "_render_authentication_page",
        ),
        Purpose(
            "plan",
            "Answer a payment plan",
            frozenset({ANSWER}),
            "_render_plan_page",
        ),
    )
}


def may(purposes, code, act):
    """Whether a link with purpose ``code`` permits ``act``.

    :param purposes: ``{code: Purpose}``

    >>> may(PURPOSES, "method", SAVE_METHOD), may(PURPOSES, "authenticate", SAVE_METHOD)
    (True, False)
    """
    return code in purposes and act in purposes[code].acts
