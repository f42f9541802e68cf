# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What counts as a number in a value that a remote call or an import sends."""

MAX_INTEGER = 2**31 - 1  # what the database stores
MAX_AMOUNT = 10**15  # above it, cents are lost
MAX_SPAN = 36_500  # days or hours; with more, a date can lie outside the calendar


def is_number(value, kind, limit):
    """Whether a value is a number from ``-limit`` to ``limit``; empty counts as 0.

    :param kind: ``int`` or ``float``

    >>> [is_number(value, float, 100) for value in (5, -100.0, "12.5", False, None)]
    [True, True, True, True, True]
    >>> [is_number(value, float, 9) for value in (10, "nan", float("inf"), 10**400)]
    [False, False, False, False]
    >>> [is_number(value, float, 9) for value in (True, "many", [5], "\\x00")]
    [False, False, False, False]
    >>> is_number("12.5", int, 100), is_number(float("nan"), int, 100)
    (False, False)
    """
    if value is True:
        return False
    try:
        return -limit <= kind(value or 0) <= limit
    except (TypeError, ValueError, OverflowError):
        return False
