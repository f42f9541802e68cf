# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Wait for a condition with a deadline, instead of sleeping and hoping."""

import time


def wait_until(condition, timeout=60, what="the condition", every=0.1):
    """Return the condition's first truthy value.

    Raise AssertionError, which names `what`, after `timeout` seconds without one.
    """
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come about within {timeout} s")
        time.sleep(every)
