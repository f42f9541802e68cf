# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The provider: it remembers keys for a day, loses requests and answers, tells late."""

from .rules import DAY, HOUR, MINUTE

TIMEOUT = 10  # seconds until a worker gives up
KEY_MEMORY = DAY
# What a card may say, with the weight of each.
CARD_ANSWERS = (
    ("succeeded", 62),
    ("insufficient_funds", 14),
    ("generic_decline", 5),
    ("processing_error", 6),
    ("lost_card", 4),
    ("incorrect_number", 3),
    ("expired_card", 2),
    ("authentication_required", 2),
    ("strange_new_code", 2),
)
FINAL_CODES = frozenset(["lost_card", "incorrect_number"])
BUSY = (409, 429)
SLOWEST = 20 * MINUTE  # a request may execute that long after it left


class Request:
    """One request on its way; `answer` is (status, transaction state, body)."""

    __slots__ = (
        "key",
        "attempt",
        "method",
        "amount",
        "other",
        "answer",
        "wait",
        "fate",
    )

    def __init__(self, key, attempt, other):
        self.key, self.attempt = key, attempt
        self.method, self.amount = attempt.method, attempt.amount
        self.other = other  # what was paid in another way when it left
        self.answer = None
        self.wait = TIMEOUT
        self.fate = ""


class Charge:
    """A payment intent."""

    __slots__ = (
        "reference",
        "status",
        "code",
        "amount",
        "invoice",
        "made_at",
        "method",
    )

    def __init__(self, reference, invoice, amount, method, made_at):
        self.reference, self.invoice, self.amount = reference, invoice, amount
        self.method, self.made_at = method, made_at
        self.status = self.code = ""


class Provider:
    def __init__(self, world):
        self.world = world
        self.keys = {}  # key → [when, method, amount, answer]
        self.charges = {}  # reference → Charge
        self.canceled = set()  # references of payments that nobody can finish
        self.down_until = -1.0
        self.executions = 0

    # -- requests --------------------------------------------------------------

    def take(self, request):
        """The request leaves us; what becomes of it is decided now."""
        world = self.world
        fate, after, request.wait = self._draw_fate()
        request.fate = fate
        world.trace(f"request: {fate or 'sound'}", request.attempt)
        if fate != "lost":
            world.at(after, self._arrive, request)

    def _draw_fate(self):
        """Return (fate, seconds until it arrives, seconds until we have an answer)."""
        world = self.world
        if world.time < self.down_until:
            return "lost", 0, TIMEOUT
        random = world.random
        if random() > world.fault_rate:
            return "", 0.2, 0.4
        draw = random()
        if draw < 0.22:
            return "lost", 0, TIMEOUT
        if draw < 0.45:
            return "answer lost", 0.2, TIMEOUT
        if draw < 0.60:
            return "answer lost", random() * SLOWEST, TIMEOUT
        if draw < 0.70:
            return "500 before", 0.2, 0.4
        if draw < 0.80:
            return "500 after", 0.2, 0.4
        if draw < 0.90:
            return "busy", 0.2, 0.4
        if draw < 0.94:
            return "unauthorized", 0.2, 0.4
        return "", 0.2, 8.0  # slow, but in time

    def _arrive(self, request):
        answer = self._execute(request)
        if request.fate != "answer lost":
            request.answer = answer

    def _execute(self, request):
        world, fate = self.world, request.fate
        if fate == "busy":
            return world.pick(BUSY), "error", {}
        if fate == "unauthorized":
            return 401, "error", {"error": {"message": "Invalid API key"}}
        known = self.keys.get(request.key)
        if known and world.time - known[0] < KEY_MEMORY:
            if known[1:3] != [request.method, request.amount]:
                return 400, "error", {"error": {"type": "idempotency_error"}}
            return known[3]
        if fate == "500 before":
            answer = (500, "error", {})
        else:
            answer = self._charge(request)
            if fate == "500 after":
                answer = (500, "error", {})
        self.keys[request.key] = [world.time, request.method, request.amount, answer]
        return answer

    def _charge(self, request):
        """Move the money, or not."""
        world, attempt, method = self.world, request.attempt, request.method
        self.executions += 1
        reference = attempt.reference
        world.trace("executes", attempt)
        charge = Charge(reference, attempt.invoice, request.amount, method, world.time)
        self.charges.setdefault(reference, charge)
        if method.is_bank:
            charge.status = "processing"
            attempt.invoice.add_capture(request.amount, request.other)
            self._tell(charge, "processing")
            world.at((2 + 3 * world.random()) * DAY, self._clear, charge)
            return 200, "pending", {}
        code = method.answer or world.draw(CARD_ANSWERS)
        if code == "succeeded":
            charge.status = "succeeded"
            attempt.invoice.add_capture(request.amount, request.other)
            self._tell(charge, "succeeded")
            return 200, "done", {}
        charge.status, charge.code = "failed", code
        method.declined.append(world.time)
        if code in FINAL_CODES:
            method.answer = code
        self._tell(charge, "failed")
        return 402, "error", {"error": {"code": "card_declined", "decline_code": code}}

    def _clear(self, charge):
        """A bank debit goes through, or fails, or comes back after it went through."""
        world = self.world
        if world.random() < 0.7:
            charge.status = "succeeded"
            self._tell(charge, "succeeded")
            if world.random() < 0.3:
                world.at((1 + 20 * world.random()) * DAY, self._return, charge)
        else:
            charge.status, charge.code = "failed", world.pick(("R01", "R02", "R07"))
            charge.invoice.captured -= charge.amount
            self._tell(charge, "failed")

    def _return(self, charge):
        if charge.status != "succeeded":
            return  # it was refunded
        charge.status, charge.code = "returned", self.world.pick(("R01", "R10"))
        charge.invoice.captured -= charge.amount
        self._tell(charge, "returned")

    def refund(self, charge):
        charge.status = "refunded"
        charge.invoice.captured -= charge.amount

    def pay_online(self, invoice, reference, amount, other):
        """The customer pays at the checkout and comes back to our page, or does not."""
        world = self.world
        if reference in self.canceled:
            world.trace(f"pays too late: {invoice.number}")
            return
        charge = Charge(reference, invoice, amount, None, world.time)
        charge.status = "succeeded"
        world.trace(f"pays online: {invoice.number}")
        self.charges[reference] = charge
        invoice.add_capture(amount, other)
        if world.random() > world.fault_rate:
            world.at(MINUTE * world.random(), world.shop.receive, (reference, "", ""))
        self._tell(charge, "succeeded")

    def close(self, reference):
        """Make a payment impossible that was not finished; None without an answer."""
        if self._is_silent():
            return None
        if reference in self.charges:
            return "succeeded"
        self.canceled.add(reference)
        return "canceled"

    # -- what it tells ---------------------------------------------------------

    def _tell(self, charge, status):
        """Send the webhook once or more, at once or much later."""
        world = self.world
        random, event = world.random, (charge.reference, status, charge.code)
        while True:
            draw = random()
            if not world.fault_rate or draw < 0.5:
                delay = 0.1 + 2 * draw
            elif draw < 0.8:
                delay = MINUTE * 30 * random()
            else:
                delay = HOUR * 60 * random()
            world.at(delay, world.shop.receive, event)
            if not world.fault_rate or random() > 0.25:
                return

    def look_up(self, reference):
        """Return (verdict, charge); reading only."""
        world = self.world
        if self._is_silent():
            return "cannot_tell", None
        charge = self.charges.get(reference)
        if charge and world.time - charge.made_at < MINUTE * world.random():
            charge = None  # the search lags behind the books
        return ("found", charge) if charge else ("not_found", None)

    def _is_silent(self):
        world = self.world
        return world.time < self.down_until or (
            world.random() < 0.15 * world.fault_rate
        )
