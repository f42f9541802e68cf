# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the provider tells by itself."""

from .rules import HOUR, MINUTE
from .states import DECLINED, PAID, SPOKEN, TAKES


class Intake:
    """The part of the shop that listens; see `shop.Shop`."""

    def receive(self, event):
        """A webhook, once or twice, early or late; without our 200 it comes again."""
        self.world.start(self._apply(event))
        if self.world.crash_rate:
            self.world.at(5 * MINUTE, self._receive_again, event)

    def _receive_again(self, event):
        if event not in self.answered:
            self.receive(event)

    def _apply(self, event):
        reference, status, code = event
        yield self.world.nap(0.01)
        self.answered.add(event)
        if reference.startswith("portal"):
            self._apply_portal(reference)
            return
        attempt = next((a for a in self.attempts if a.reference == reference), None)
        if attempt is None:
            return  # its transaction was put back: nothing of it ever left
        if not self.rules.try_lock(attempt):
            self.world.at(5, self.receive, event)
            return
        try:
            if status == "returned":
                self._apply_return(attempt, event)
                return
            target = SPOKEN[status]
            if attempt.transaction not in TAKES[target]:
                return
            attempt.transaction = target
            attempt.booked = False
            state = self.rules.follow(attempt.state, target, False, attempt.returned)
            self.world.trace(f"webhook {status}", attempt)
            if state:
                attempt.is_lost = False
                self._set_state(attempt, state)
                if state == DECLINED:
                    self._follow_decline(attempt, code)
        finally:
            attempt.locked = False
        self.finish(attempt)

    def _apply_return(self, attempt, event):
        """Days after the success; one that comes before it waits."""
        invoice, reference = attempt.invoice, attempt.reference
        if attempt.returned:
            return
        if attempt.state != PAID or reference not in invoice.booked:
            self.world.at(HOUR, self.receive, event)
            return
        self.world.trace("returned", attempt)
        invoice.booked[reference] = 0
        attempt.returned = True
        self._set_state(attempt, DECLINED)
        self._follow_decline(attempt, event[2])

    def _apply_portal(self, reference):
        invoice = self.invoices[int(reference.split("/")[1])]
        if reference not in invoice.booked:
            self._book(invoice, reference, self.provider.charges[reference].amount)
        self._leave_checkout(invoice, reference)

    def _leave_checkout(self, invoice, reference):
        if invoice.portal and invoice.portal[0] == reference:
            invoice.portal = None
