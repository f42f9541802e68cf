# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is known about a schedule without the database. A backup has a copy."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Customer:
    """A customer; after a merge, ``partner_id`` is the surviving customer's.

    So are the methods stored at the provider under ``provider_id``. ``user_id``: of the
    contact who can log in, if any.
    """

    name: str
    partner_id: int
    provider_id: str
    user_id: int | None = None


@dataclass
class Notes:
    """Amounts are cents by invoice id.

    ``amounts``: as billed. ``owed``: chargeable. ``cash``: registered by staff, in
    ``cash_payments`` (ids). ``left_behind``: charged for an invoice before it was
    reassigned to another customer. ``corrected``: invoices that accounting changed,
    which undoes what was matched. ``is_copy``: an administrator said so.
    """

    customers: list = field(default_factory=list)
    move_ids: list = field(default_factory=list)
    order_ids: list = field(default_factory=list)
    amounts: dict = field(default_factory=dict)
    owed: dict = field(default_factory=dict)
    cash: Counter = field(default_factory=Counter)
    cash_payments: set = field(default_factory=set)
    left_behind: Counter = field(default_factory=Counter)
    corrected: set = field(default_factory=set)
    is_stopped: bool = False
    is_moved: bool = False
    is_copy: bool = False

    def get_customer(self, who):
        """Return a customer, by index modulo their number."""
        return self.customers[who % len(self.customers)]

    def get_move_id(self, who):
        """Return an invoice's id, by index modulo their number."""
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
        """:param contested: a charge was in progress: the desk takes payment twice"""
        self.cash[move_id] += cents
        self.cash_payments.update(payment_ids)
        if not contested:
            self.owed[move_id] -= cents

    def note_check(self, move_id, cents):
        """A check paid an invoice that nothing else was paying."""
        self.owed[move_id] -= cents

    def note_correction(self, move_id, taken):
        """Record that another customer now owes the whole invoice.

        :param taken: the amount its former customer had paid
        """
        self.owed[move_id] = self.amounts[move_id] + taken
        self.left_behind[move_id] = taken
        self.cash[move_id] = 0

    def note_merge(self, winner, loser):
        lost = loser.partner_id
        for customer in self.customers:
            if customer.partner_id == lost:
                customer.partner_id = winner.partner_id
