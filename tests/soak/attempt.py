# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The committed data of one attempt."""


class Attempt:
    __slots__ = (
        "amount",
        "ask_at",
        "ask_count",
        "discount",
        "is_lost",
        "key_useless",
        "locked",
        "planned_at",
        "reference",
        "requested_at",
        "sent_at",
        "state",
    )

    def __init__(self, number, planned_at):
        self.reference, self.planned_at = f"try-{number}", planned_at
        self.state = "planned"
        self.sent_at = self.ask_at = self.requested_at = None
        self.ask_count = self.amount = self.discount = 0
        self.key_useless = self.is_lost = self.locked = False
