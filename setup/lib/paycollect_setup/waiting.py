# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Wait for a condition instead of sleeping."""

import time

# Even on a busy machine, only something broken takes this long.
LONGEST = 300


def wait_until(condition, what, seen=None, every=0.05):
    """Return the condition's first truthy value.

    :param what: what is awaited, for the message
    :param seen: returns the current state, for the message
    :raise AssertionError: after ``LONGEST`` seconds without one
    """
    deadline = time.monotonic() + LONGEST
    while not (value := condition()):
        if time.monotonic() > deadline:
            last = seen() if seen else value
            raise AssertionError(
                f"timed out after {LONGEST} s waiting for {what}; last value: {last!r}"
            )
        time.sleep(every)
    return value


def wait_equal(get, expected, what):
    """Wait until ``get()`` returns what is expected.

    :raise AssertionError: as :func:`wait_until`
    """
    wait_until(lambda: get() == expected, f"{what} to be {expected!r}", seen=get)
