# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The measures of both sides as text, side by side."""

from .behaviors import SOURCES, get_assumptions

HOW = {
    "charge": "a charge or retry by itself",
    "online": "the customer, online",
    "new method": "the customer's new card",
    "transfer": "a transfer",
    "check": "a check",
    "still open": "nothing yet",
}


def write(found, tells_sources=True):
    """Return the report.

    :param found: {side: measures}, see measures.py
    """
    plain, ours = found["plain"], found["ours"]
    lines = [
        f"{plain['jobs']} jobs for {_dollars(plain['work'])}",
        "",
        _row("", "plain Odoo", "ours"),
        *(_row(name, get(plain), get(ours)) for name, get in ROWS.items()),
        "",
        "DSO of the work, days, at the end of every fourth week:",
        *(
            _row(f"  week {int(days) // 7}", plain["dso"][days], ours["dso"][days])
            for days in plain["dso"]
        ),
        *_tell_counts("What people did by hand", "steps", plain, ours),
        *_tell_counts("Exceptions by kind", "exceptions", plain, ours),
        *_tell_counts("Paid after so many reminders, $", "late", plain, ours),
        "",
        "Declined charges were paid by, $:",
        *(
            _row(f"  {text}", "", round(ours["recovered"].get(how, 0)))
            for how, text in HOW.items()
        ),
    ]
    return "\n".join([*lines, *(_tell_sources() if tells_sources else ())])


def _dollars(amount):
    return f"${amount:,.0f}"


def _share(value):
    return "–" if value is None else f"{value:.1%}"


def _get_first(side):
    sent = side["first"]["sent"]
    return _share(side["first"]["paid"] / sent if sent else None)


def _get_per_thousand(side, kinds=("asked",)):
    if not side["collected"]:
        return "–"
    messages = sum(side[kind] for kind in kinds)
    return f"{messages / side['collected'] * 1000:.2f}"


ROWS = {
    "collected": lambda side: _dollars(side["collected"]),
    "within 7 days after the work": lambda side: _share(side["within"]["7"]),
    "within 30 days": lambda side: _share(side["within"]["30"]),
    "first attempts that succeed": _get_first,
    "messages that ask, per $1,000 collected": _get_per_thousand,
    "… with receipts": lambda side: _get_per_thousand(side, ("asked", "receipts")),
    "manual steps": lambda side: sum(side["steps"].values()),
    "exceptions to look at": lambda side: sum(side["exceptions"].values()),
    "open 90 days after it was due": lambda side: _dollars(side["bad"]),
    "fees of the provider": lambda side: _dollars(side["fees"]),
    "unexplained differences with the provider": lambda side: side["discrepancies"],
    "processor seconds": lambda side: side["seconds"],
}


def _tell_counts(title, key, plain, ours):
    names = sorted({*plain[key], *ours[key]})
    rows = (
        _row(f"  {name}", round(plain[key].get(name, 0)), round(ours[key].get(name, 0)))
        for name in names
    )
    return ["", f"{title}:", *rows] if names else []


def _row(name, plain, ours):
    return f"{name:44}{plain!s:>14}{ours!s:>14}"


def _tell_sources():
    """Yield what was assumed, and where it comes from."""
    yield "\nWhat is assumed of the customers:"
    for behavior, what, value, source in get_assumptions():
        yield f"  {behavior}, {what}: {value} [{source}]"
    yield "\nSources:"
    for key, text in SOURCES.items():
        yield f"  [{key}] {text}"
