# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The provider: keeps keys for a day, loses requests and responses, reports late."""

from .invoice import OWED
from .rules import DAY, HOUR, MINUTE, protocol

TIMEOUT = 10  # seconds until a worker gives up
KEY_MEMORY = DAY
SLOWEST = 20 * MINUTE  # a request may execute this long after it was sent
# Fates of a request: (fate, probability, maximum seconds until it executes).
FATES = (
    ("lost", 0.25, 0),
    ("answer lost", 0.25, 1),
    ("answer lost", 0.20, SLOWEST),
    ("500 before", 0.10, 1),
    ("500 after", 0.10, 1),
    ("busy", 0.10, 1),
)


class Provider:
    """
    :ivar charges: by reference ``(transaction state, when)``
    :ivar captured: total cents
    """

    def __init__(self, world):
        self._world = world
        self._keys = {}  # key → (when, response)
        self.charges = {}
        self.captured = 0

    def request(self, key, reference, amount):
        """Send the request; return a box for its response and how long to wait.

        A response is ``(HTTP status, transaction state)``.
        """
        world, box = self._world, []
        fate, slowest = self._draw_fate()
        world.trace(f"request {fate or 'sound'}", reference)
        if fate != "lost":
            delay = 0.2 + slowest * world.random()
            world.at(delay, self._execute, key, (reference, amount), fate, box)
        return box, TIMEOUT if fate in ("lost", "answer lost") else 2

    def _draw_fate(self):
        draw = self._world.random()
        if draw < self._world.fault_rate:
            draw = self._world.random()
            for fate, chance, slowest in FATES:
                if draw < chance:
                    return fate, slowest
                draw -= chance
        return "", 0

    def _execute(self, key, payment, fate, box):
        world = self._world
        made_at, answer = self._keys.get(key, (None, None))
        if fate == "busy":
            answer = (429, "error")
        elif made_at is None or world.time - made_at >= KEY_MEMORY:
            answer = (500, "error")
            if fate != "500 before":
                charged = self._charge(*payment)
                answer = answer if fate == "500 after" else charged
            self._keys[key] = world.time, answer
        if fate != "answer lost":
            box.append(answer)

    def _charge(self, reference, amount):
        """Move the money or decline."""
        world = self._world
        state = "error" if world.random() < 0.3 else "done"
        world.trace(f"is charged: {state}", reference)
        if state == "done":
            self.captured += amount
        if self.captured + world.invoice.credited > OWED:
            world.fail("more is taken than is owed")
        self.charges.setdefault(reference, (state, world.time))
        slowest = HOUR * 60 if world.random() < world.fault_rate / 2 else MINUTE
        for _copy in range(1 + (world.random() < world.fault_rate / 4)):
            world.at(slowest * world.random(), world.hear, reference, state)
        return (200, "done") if state == "done" else (402, "error")

    def look_up(self, reference):
        """Return the verdict and the transaction's state without changing anything."""
        world = self._world
        if world.random() < world.fault_rate / 4:
            return protocol.CANNOT_TELL, None
        state, when = self.charges.get(reference, (None, 0))
        if state and world.time - when >= MINUTE * world.random():
            return protocol.FOUND, state
        return protocol.NOT_FOUND, None  # its search lags behind its books
