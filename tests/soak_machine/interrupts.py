# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where a worker can be killed, or stopped while somebody else does something.

A stopped worker waits on the Python stack, in the middle of its work and with its
locks, while the other's work runs in a database connection of its own. So there are
no threads, and a schedule always runs in the same order.
"""

import contextlib

# Before and after a commit; before a request leaves and after its answer arrived;
# in a claim, after the facts were read and before anything is written.
POINTS = ("commit", "committed", "request", "answered", "claim")


class Killed(BaseException):
    """The process is gone: nothing of ours handles this, the connection breaks."""


class Interrupts:
    """What happens at which point of the worker that runs now."""

    def __init__(self):
        self._plan = None
        self.happened = 0

    @contextlib.contextmanager
    def planned(self, point, count, action):
        """Run ``action()`` when ``point`` is reached for the ``count``-th time."""
        self._plan = [point, count, action]
        try:
            yield
        finally:
            self._plan = None

    def reach(self, point):
        if not self._plan or self._plan[0] != point:
            return
        self._plan[1] -= 1
        if self._plan[1] > 0:
            return
        action = self._plan[2]
        self._plan = None  # whoever interrupts is not interrupted
        self.happened += 1
        action()


def kill():
    raise Killed
