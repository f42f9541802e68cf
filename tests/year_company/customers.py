# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What customers do: they read, pay, dispute, answer, or don't.

The same on both sides. All luck comes with the job (see generator.py); here is only
what follows from it, and these assumptions:

- Nobody acts before the day after he was asked.
- A reminder before the due date moves nobody, and neither does one about an invoice
  that is disputed.
- A charge that the bank declined is declined for this job with this method until it
  heals. A card that is lost or has expired works for no job anymore.
- News of a declined charge are like a reminder: whoever answers stores a new card if
  his is dead, and pays online otherwise.
- A dispute comes three days after the invoice, is answered a week later, and the
  customer accepts the answer. Whoever has paid by then disputes nothing.
- Every other check writer announces his check on his page, three days before.
- Whoever's check bounced pays ten days later by transfer.
"""

from collections import defaultdict
from datetime import timedelta

DEAD = ("lost_card", "expired_card")
DISPUTED_AFTER, ANSWERED_AFTER = 3, 7  # days
ANNOUNCED_BEFORE = 3
BOUNCES_AFTER, REPEATED_AFTER = 5, 10
RECEIPT = "Receipt"


class Customers:
    """:param world: see world.py; :param bills: see bills.py"""

    def __init__(self, world, bills):
        self._world, self._bills = world, bills
        self._agenda = defaultdict(list)
        self._dead = {}  # code by method
        self.asked = self.receipts = self.others = 0  # messages
        self.wrong = []  # messages about what was not owed

    # -- the bank ------------------------------------------------------------------

    def decide(self, method, intent):
        """Return the bank's response to a charge of a stored method."""
        reference = intent["metadata"].get("paycollect_reference")
        bill = self._bills.find(reference or intent["description"])
        today = self._world.today
        if self._has_stopped(bill):
            return self._decline(bill, method, "insufficient_funds")
        if code := self._dead.get(method["id"]):
            return self._decline(bill, method, code)
        luck = bill.job.luck
        if not luck.decline or (bill.method and bill.method != method["id"]):
            return "succeed"
        start = bill.declined_on or today
        if luck.heals is not None and today >= start + timedelta(days=luck.heals):
            return "succeed"
        if luck.decline in DEAD:
            self._dead[method["id"]] = luck.decline
        return self._decline(bill, method, luck.decline)

    def _decline(self, bill, method, code):
        if not bill.decline:
            bill.decline, bill.declined_on = code, self._world.today
            bill.method = method["id"]
        return "authenticate" if code == "authentication_required" else code

    def _has_stopped(self, bill):
        stops = bill.job.customer.stops_on
        return bool(stops and self._world.today >= stops)

    # -- plans ---------------------------------------------------------------------

    def receive(self, bill):
        """Plan what the customer does on his own about a new invoice."""
        luck = bill.job.luck
        if luck.disputes and bill.open:
            day = self._after(DISPUTED_AFTER, bill.day)
            bill.disputed_until = day + timedelta(days=ANSWERED_AFTER)
            self._plan(day, "dispute", bill)
            self._plan(bill.disputed_until, "answer", bill)
        if luck.own is not None:
            day = bill.due + timedelta(days=luck.own)
            if bill.disputed_until:
                day = max(day, bill.disputed_until + timedelta(days=1))
            self._plan_payment(bill, day)

    def read_letters(self):
        """Read today's emails: some of them move somebody."""
        for subject, names, recipient in self._world.take_letters():
            bills = self._bills.find_all(names)
            if subject.startswith(RECEIPT):
                self.receipts += 1
            elif not bills:
                self.others += 1
            else:
                self.asked += 1
                self._read(subject, bills, recipient)

    def _read(self, subject, bills, recipient):
        today = self._world.today
        for bill in bills:
            owner = f"customer{bill.job.customer.number}@"
            if bill.open <= 0 or owner not in recipient:
                self.wrong.append(f"{today} “{subject}” to {recipient}: {bill.name}")
            bill.messages += 1
            is_news = bill.decline and bill.messages == 1
            if (is_news or bill.due < today) and not self._is_disputed(bill):
                self._remind(bill)

    def _is_disputed(self, bill):
        until = bill.disputed_until
        return bool(until and self._world.today <= until)

    def _remind(self, bill):
        answers = bill.job.luck.answers
        if bill.asked < len(answers) and answers[bill.asked] is not None:
            days = answers[bill.asked]
            self._plan_payment(bill, self._world.today + timedelta(days=days))
        bill.asked += 1

    def _plan_payment(self, bill, day):
        day = max(day, self._world.today + timedelta(days=1))
        self._plan(day, "pay", bill)
        announced = day - timedelta(days=ANNOUNCED_BEFORE)
        if self._pays_by_check(bill) and bill.job.number % 2:
            if announced > self._world.today:
                self._plan(announced, "announce", bill)

    def _plan(self, day, what, bill):
        self._agenda[day].append((what, bill))

    def _after(self, days, day):
        return max(day, self._world.today) + timedelta(days=days)

    def _pays_by_check(self, bill):
        return bill.job.customer.method == "check" and not bill.has_bounced

    # -- the day -------------------------------------------------------------------

    def act(self, company):
        """Do what was planned for today, with the company of one of the sides."""
        for what, bill in self._agenda.pop(self._world.today, ()):
            getattr(self, f"_{what}")(bill, company)

    def _pay(self, bill, company):
        if bill.open <= 0 or self._has_stopped(bill) or self._is_disputed(bill):
            return
        if bill.decline and bill.method in self._dead:
            company.renew_method(bill, self.decide)
            if bill.open <= 0:
                return
        if bill.decline or bill.job.customer.method == "portal":
            company.pay_online(bill)
        elif self._pays_by_check(bill):
            self._send_check(bill, company)
        else:
            company.register(bill, "transfer")

    def _send_check(self, bill, company):
        company.receive_check(bill)
        if bill.job.luck.bounces:
            self._plan(self._after(BOUNCES_AFTER, bill.day), "bounce", bill)

    def _bounce(self, bill, company):
        company.take_back(bill)
        self._plan_payment(bill, self._after(REPEATED_AFTER, bill.day))

    def _announce(self, bill, company):
        is_free = bill.open > 0 and not self._has_stopped(bill)
        if is_free and not self._is_disputed(bill) and not bill.is_announced:
            bill.is_announced = True
            company.announce_check(bill)

    def _dispute(self, bill, company):
        if bill.open > 0:
            company.dispute(bill)
        else:
            bill.disputed_until = None

    def _answer(self, bill, company):
        if bill.disputed_until:
            company.answer(bill)
