# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where a worker can be killed, or paused while another one acts.

A paused worker waits on the Python stack, in the middle of its work and holding its
locks, while the other one works in its own database connection. So there are no
threads, and a schedule always runs in the same order.
"""

import contextlib

# Before and after a commit; before a request is sent and after its response arrived;
# in a claim, after the facts were read and before anything is written.
POINTS = ("commit", "committed", "request", "answered", "claim")


class Killed(BaseException):
    """The process is gone: our code cannot handle this, the connection breaks."""


class Interrupts:
    """Actions at certain points of the running worker."""

    def __init__(self):
        self._plan = None
        self.happened = 0

    @contextlib.contextmanager
    def planned(self, point, count, action):
        """Run ``action()`` when ``point`` is reached for the ``count``th time."""
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
        self._plan = None  # an interruption is not interrupted itself
        self.happened += 1
        action()


def kill():
    raise Killed
