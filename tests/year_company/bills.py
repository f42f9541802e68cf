# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is really owed, known without the database: what was done, billed and paid."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date


@dataclass
class Bill:
    """The invoice of a job. Amounts are cents.

    :ivar asked: reminders after it was due, and news of a declined charge
    :ivar decline: the code of the first declined charge, and ``declined_on`` its day
    :ivar method: the stored method that was declined
    :ivar paid_by: how the last payment came
    """

    job: object
    move_id: int
    name: str
    cents: int
    day: date
    due: date
    open: int = 0
    asked: int = 0
    messages: int = 0
    decline: str = ""
    declined_on: date | None = None
    method: str = ""
    disputed_until: date | None = None
    is_announced: bool = False
    has_bounced: bool = False
    paid_by: str = ""
    payments: list = field(default_factory=list)  # (day, cents)

    def pay(self, day, cents, how):
        self.open -= cents
        self.paid_by = how
        self.payments.append((day, cents))

    def bounce(self, day, cents):
        self.open += cents
        self.has_bounced, self.paid_by = True, ""
        self.payments.append((day, -cents))


class Bills:
    """All invoices, by name."""

    def __init__(self):
        self._by_name = {}
        self._done = {}  # job: (day, cents)
        self._read = 0

    def __iter__(self):
        return iter(self._by_name.values())

    def note_work(self, job, cents):
        self._done[job.number] = (job.day, cents)

    def get_work(self):
        """Return {job number: (day, cents)} of what was done."""
        return self._done

    def add(self, bill):
        bill.open = bill.cents
        self._by_name[bill.name] = bill
        return bill

    def find(self, reference):
        """Return the bill that a provider's reference names, or None."""
        name = (reference or "").rpartition("-")
        return self._by_name.get(reference) or self._by_name.get(name[0])

    def find_all(self, names):
        return [self._by_name[name] for name in sorted(names) if name in self._by_name]

    def read_provider(self, ledger, day, how="charge"):
        """Note the captures that the provider made since the last call."""
        fresh, self._read = ledger[self._read :], len(ledger)
        for line in fresh:
            bill = self.find(line["reference"])
            if bill and line["event"] == "captured":
                bill.pay(day, line["amount"], how)
            elif bill and line["event"] in ("refunded", "returned"):
                raise AssertionError(f"{line['event']}: {line['reference']}")

    def get_paid(self):
        """Return the cents paid, by day."""
        paid = defaultdict(int)
        for bill in self:
            for day, cents in bill.payments:
                paid[day] += cents
        return paid
