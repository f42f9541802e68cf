# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is known of a schedule without asking the database. A backup has a copy."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Customer:
    """``partner_id``: after a merge the winner's; what is stored at the provider under
    ``provider_id`` is the winner's then."""

    name: str
    partner_id: int
    provider_id: str


@dataclass
class Notes:
    """Cents by invoice id, where it is an amount.

    ``amounts``: as billed. ``owed``: what may be taken for it. ``cash``: what staff
    registered, by ``cash_payments`` (ids). ``left_behind``: what was taken for an
    invoice before it became somebody else's.
    """

    customers: list = field(default_factory=list)
    move_ids: list = field(default_factory=list)
    amounts: dict = field(default_factory=dict)
    owed: dict = field(default_factory=dict)
    cash: Counter = field(default_factory=Counter)
    cash_payments: set = field(default_factory=set)
    left_behind: Counter = field(default_factory=Counter)
    is_stopped: bool = False
    is_moved: bool = False

    def get_customer(self, who):
        """One of them, counted round."""
        return self.customers[who % len(self.customers)]

    def get_move_id(self, who):
        """One of the invoices, counted round."""
        return self.move_ids[who % len(self.move_ids)]

    def get_payer(self, provider_id):
        """Return the partner whose method is stored under this id at the provider."""
        for customer in self.customers:
            if customer.provider_id == provider_id:
                return customer.partner_id
        return None

    def note_bill(self, move_id, cents):
        self.move_ids.append(move_id)
        self.amounts[move_id] = self.owed[move_id] = cents

    def note_cash(self, move_id, cents, payment_ids, contested):
        """:param contested: a charge was under way: then the desk takes it twice"""
        self.cash[move_id] += cents
        self.cash_payments.update(payment_ids)
        if not contested:
            self.owed[move_id] -= cents

    def note_correction(self, move_id, taken):
        """It is somebody else's now, who owes all of it.

        :param taken: what its former customer paid by then
        """
        self.owed[move_id] = self.amounts[move_id] + taken
        self.left_behind[move_id] = taken
        self.cash[move_id] = 0

    def note_merge(self, winner, loser):
        lost = loser.partner_id
        for customer in self.customers:
            if customer.partner_id == lost:
                customer.partner_id = winner.partner_id
