# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is committed."""


class Violation(AssertionError):
    """An invariant does not hold."""


class Method:
    """A stored card or bank account; `answer`: what it says from now on."""

    __slots__ = (
        "added_at",
        "answer",
        "declined",
        "is_bank",
        "key",
        "network",
        "refused",
        "refused_at",
        "removed",
    )

    def __init__(self, key, network, answer=None, added_at=None):
        self.key, self.network, self.answer = key, network, answer
        self.is_bank = network == "bank"
        self.declined = []  # at the provider, seconds
        self.refused = self.removed = False
        self.refused_at = None  # when we learnt it, seconds
        self.added_at = added_at


class Invoice:
    """Amounts in cents. `captured`: at the provider, less what it gave back."""

    __slots__ = (
        "attempts",
        "blocked",
        "booked",
        "captured",
        "locked",
        "number",
        "other",
        "portal",
        "receipts",
        "told",
        "told_count",
        "total",
    )

    def __init__(self, number, total):
        self.number, self.total = number, total
        self.other = 0  # paid by check, credited
        self.captured = 0
        self.booked = {}  # reference → amount, less what came back
        self.attempts = []
        self.blocked = self.locked = False
        self.portal = None  # (reference, until) of a customer at the checkout
        self.receipts = self.told_count = 0
        self.told = False  # an activity is open

    def add_receipt(self):
        self.receipts += 1
        if self.receipts > 1:
            raise Violation(f"invoice {self.number}: two receipts")

    @property
    def residual(self):
        return max(0, self.total - self.other - sum(self.booked.values()))

    def add_capture(self, amount, other):
        """The provider took the money.

        :param other: what was paid in another way when the request left
        """
        self.captured += amount
        if self.captured + other > self.total:
            raise Violation(
                f"invoice {self.number}: {self.captured} captured and {other} paid "
                f"otherwise, of {self.total}"
            )


class Attempt:
    __slots__ = (
        "amount",
        "ask_at",
        "ask_count",
        "asked_at",
        "booked",
        "claimed_at",
        "decline",
        "declined_at",
        "invoice",
        "is_lost",
        "key_useless",
        "locked",
        "manual",
        "method",
        "number",
        "parked",
        "planned_at",
        "reference",
        "requested_at",
        "returned",
        "sent_at",
        "state",
        "transaction",
    )

    def __init__(self, number, invoice, method, planned_at, manual=False):
        self.number, self.invoice, self.method = number, invoice, method
        self.amount = invoice.residual
        self.planned_at, self.manual = planned_at, manual
        self.state = "planned"
        self.reference = self.transaction = self.parked = ""
        self.sent_at = self.asked_at = self.ask_at = self.requested_at = None
        self.ask_count = 0
        self.key_useless = self.is_lost = self.returned = self.locked = False
        self.booked = True
        self.claimed_at = None  # when the claim looked at the facts, seconds
        self.decline = None  # a retry.Try
        self.declined_at = None
