# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Reminders for thousands of open items.

    setup/bench dunning [--items N …] [--pass-items N]

Every five open items have a customer of their own. Measured for each number of items,
each in a process of its own: one SQL statement that computes each item's level, our
facts and rules before anything is written, writing the cases, memory, and a run in
which nothing is due. Then a whole pass, to queued emails.
"""

import argparse

from bench_lib import dunning_data, dunning_run

MAX_RATIO = 5.0  # deciding / one SQL statement
MAX_WRITE = 10.0  # seconds
MAX_GROWTH = 1.2  # seconds an item, most items / fewest
MAX_IDLE = 2.0  # seconds
MAX_MEGABYTES = 500
MAX_MESSAGE = 15.0  # milliseconds


def main(argv, lab):
    options = _parse(argv)
    rows = {items: _measure(lab, items) for items in sorted(options.items)}
    print(
        f"\n{'items':>8}{'SQL ms':>10}{'decide ms':>11}{'write ms':>10}"
        f"{'idle ms':>10}{'MB':>8}"
    )
    for items, row in rows.items():
        print(
            f"{items:>8}{row['levels'] * 1000:10.0f}{row['decide'] * 1000:11.0f}"
            f"{row['write'] * 1000:10.0f}{row['idle'] * 1000:10.0f}"
            f"{row['megabytes']:8.0f}"
        )
    checks = list(_check(rows))
    checks += _check_pass(_run_pass(lab, options.pass_items))
    return int(not all(checks))


def _parse(argv):
    parser = argparse.ArgumentParser(prog="setup/bench dunning")
    parser.add_argument("--items", type=int, nargs="+", default=[1000, 10000, 100000])
    parser.add_argument("--pass-items", type=int, default=10000)
    options = parser.parse_args(argv)
    if min(options.items) < 100 or options.pass_items < 100:
        parser.error("at least 100 items are required")
    return options


def _make(lab, name, items):
    print(f"making {items} open items …", flush=True)
    database = lab.make_database(name)
    first = lab.run(database, dunning_data.FIRST)
    dunning_data.add_items(lab, database, *first, items)
    return database


def _measure(lab, items):
    database = _make(lab, f"items{items}", items)
    row = lab.run(database, dunning_run.DECIDE, levels=dunning_run.LEVELS)
    row["idle"] = lab.run(database, dunning_run.IDLE)
    return row


def _run_pass(lab, items):
    return lab.run(_make(lab, "pass", items), dunning_run.PASS)


def _check(rows):
    few, many = min(rows), max(rows)
    most = rows[many]
    yield _at_most(
        "deciding / one statement", most["decide"] / most["levels"], MAX_RATIO
    )
    yield _at_most(f"writing the cases of {many} items, s", most["write"], MAX_WRITE)
    yield _at_most(f"a run with nothing due, {many} items, s", most["idle"], MAX_IDLE)
    yield _at_most(f"memory with {many} items, MB", most["megabytes"], MAX_MEGABYTES)
    if few != many:
        growth = (most["decide"] / many) / (rows[few]["decide"] / few)
        yield _at_most(f"cost of an item, {many} / {few}", growth, MAX_GROWTH)


def _check_pass(row):
    print(
        f"\na whole pass: {row['messages']} messages, {row['mails']} emails queued, "
        f"{row['seconds']:.1f} s"
    )
    each = row["seconds"] * 1000 / max(row["messages"], 1)
    return [_at_most("a message, ms", each, MAX_MESSAGE)]


def _at_most(what, measured, limit):
    passed = measured <= limit
    print(f"{'PASS' if passed else 'FAIL'}  {what}: {measured:.3f} (at most {limit})")
    return passed
