# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Reminders for thousands of open items.

    setup/bench dunning [--items N …] [--pass-items N …] [--long] [--ours]

Every five open items have a customer of their own. Measured for each number of items,
each in a process of its own: one SQL statement that computes each item's level, our
facts and rules before anything is written, writing the cases, memory, and a run in
which nothing is due.

Then a whole pass, to queued emails, and the same by the peer, OCA's
account_credit_control, on a database without our addons: with its shipped plan, and
without the PDF that it attaches to each message. --long adds 50,000 items, for which
the peer needs 20 minutes; --ours leaves the peer out.
"""

import argparse

from bench_lib import dunning_data, dunning_run

MAX_RATIO = 5.0  # deciding / one SQL statement
MAX_WRITE = 10.0  # seconds
MAX_GROWTH = 1.2  # seconds an item, most items / fewest
MAX_IDLE = 2.0  # seconds
MAX_MEGABYTES = 500
MAX_MESSAGE = 15.0  # milliseconds
LONG = 50000  # items
# How many times as fast as the peer a whole pass is, from so many items on
MIN_SPEED = {10000: 5.0, LONG: 10.0}


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
    sizes = {*options.pass_items, *([LONG] if options.long else [])}
    passes = {items: _run_passes(lab, items, options.ours) for items in sorted(sizes)}
    checks += _check_passes(passes)
    return int(not all(checks))


def _parse(argv):
    parser = argparse.ArgumentParser(prog="setup/bench dunning")
    parser.add_argument("--items", type=int, nargs="+", default=[1000, 10000, 100000])
    parser.add_argument("--pass-items", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--ours", action="store_true")
    options = parser.parse_args(argv)
    if min(*options.items, *options.pass_items) < 100:
        parser.error("at least 100 items are required")
    return options


def _make(lab, name, items):
    print(f"making {items} open items …", flush=True)
    database = lab.make_database(name)
    first = lab.run(database, dunning_data.FIRST)
    lab.run(database, dunning_data.START, customer_id=first[0])
    dunning_data.add_items(lab, database, *first, items)
    return database


def _make_peer(lab, name, items):
    print(f"making {items} open items for the peer …", flush=True)
    database = lab.make_peer_database(name, "peer")
    first = lab.run(database, dunning_data.FIRST)
    lab.run(database, dunning_data.START_PEER)
    dunning_data.add_items(lab, database, *first, items)
    return database


def _measure(lab, items):
    database = _make(lab, f"items{items}", items)
    row = lab.run(database, dunning_run.DECIDE, levels=dunning_run.LEVELS)
    row["idle"] = lab.run(database, dunning_run.IDLE)
    return row


def _run_passes(lab, items, alone):
    """Return what our pass took, and the peer's, unless we run alone."""
    ours = lab.run(_make(lab, f"pass{items}", items), dunning_run.PASS)
    if alone:
        return (ours,)
    database = _make_peer(lab, f"peer{items}", items)
    return ours, lab.run(database, dunning_run.PEER_PASS)


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


def _check_passes(passes):
    print(
        f"\n{'a whole pass':20}{'items':>8}{'messages':>10}{'emails':>8}{'s':>9}"
        f"{'ms each':>9}{'MB':>7}"
    )
    for items, rows in passes.items():
        for name, row in zip(("ours", "the peer's"), rows, strict=False):
            print(
                f"{name:20}{items:>8}{row['messages']:>10}{row['mails']:>8}"
                f"{row['seconds']:9.1f}{_get_each(row):9.1f}{row['megabytes']:7.0f}"
            )
    ours = passes[max(passes)][0]
    yield _at_most("a message, ms", _get_each(ours), MAX_MESSAGE)
    for items, (ours, *peers) in passes.items():
        least = MIN_SPEED.get(items)
        for peer in peers if least else ():
            speed = peer["seconds"] / ours["seconds"]
            yield _at_least(f"times as fast, {items} items", speed, least)


def _get_each(row):
    return row["seconds"] * 1000 / max(row["messages"], 1)


def _at_least(what, measured, limit):
    passed = measured >= limit
    print(f"{'PASS' if passed else 'FAIL'}  {what}: {measured:.3f} (at least {limit})")
    return passed


def _at_most(what, measured, limit):
    passed = measured <= limit
    print(f"{'PASS' if passed else 'FAIL'}  {what}: {measured:.3f} (at most {limit})")
    return passed
