# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Wait for a condition, instead of sleeping and hoping."""

import time

# Only what is broken takes that long, however busy the machine is.
LONGEST = 300


def wait_until(condition, what, seen=None, every=0.05):
    """Return the condition's first truthy value.

    :param what: is awaited, for the message
    :param seen: returns what is there instead, for the message
    :raise AssertionError: after ``LONGEST`` seconds without one
    """
    deadline = time.monotonic() + LONGEST
    while not (value := condition()):
        if time.monotonic() > deadline:
            last = seen() if seen else value
            raise AssertionError(
                f"waited {LONGEST} s in vain for {what}; at last there was {last!r}"
            )
        time.sleep(every)
    return value


def wait_equal(get, expected, what):
    """Wait until ``get()`` returns what is expected.

    :raise AssertionError: as :func:`wait_until`
    """
    wait_until(lambda: get() == expected, f"{what} to be {expected!r}", seen=get)
