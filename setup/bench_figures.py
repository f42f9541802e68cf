# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Figures of a large ledger.

setup/bench figures [--items N] [--lines N]

N open items among N journal items of two years. Measured in a process of its own:
aging and DSO beside the plain SQL that they need at least, with the same result, and
each pivot, chart and list of the dashboard of collections, one after the other, with
the context that it asks with: the rows are kept, and each answer is the same as the one
that is computed from the documents.
"""

import argparse

from bench_lib import figures_data, figures_run

MAX_RATIO = 1.5  # ours / plain SQL
MAX_DASHBOARD = 2.0  # seconds


def main(argv, lab):
    options = _parse(argv)
    print(f"making {options.items} open items, {options.lines} lines …", flush=True)
    database = lab.make_database("figures")
    first = lab.run(database, figures_data.FIRST)
    figures_data.add_ledger(lab, database, first, options.items, options.lines)
    row = lab.run(
        database, figures_run.MEASURE, aging=figures_run.AGING, dso=figures_run.DSO
    )
    print(f"{'':30}{'kept':>10}{'computed':>12}")
    for name, seconds in row["parts"].items():
        computed = row["computed"][name]
        print(f"{name:30}{seconds * 1000:7.0f} ms{computed * 1000:9.0f} ms")
    print(f"keeping the rows, once an hour: {row['keeping']:.1f} s")
    for name in ("aging", "dso"):
        plain = row[f"plain_{name}"]
        print(f"{name}: {row[name] * 1000:.0f} ms, plain SQL {plain * 1000:.0f} ms")
    checks = [
        _at_most("aging / plain SQL", row["aging"] / row["plain_aging"], MAX_RATIO),
        _at_most("DSO / plain SQL", row["dso"] / row["plain_dso"], MAX_RATIO),
        _at_most("the dashboard, s", sum(row["parts"].values()), MAX_DASHBOARD),
    ]
    return int(not all(checks))


def _parse(argv):
    parser = argparse.ArgumentParser(prog="setup/bench figures")
    parser.add_argument("--items", type=int, default=50000)
    parser.add_argument("--lines", type=int, default=500000)
    options = parser.parse_args(argv)
    if options.lines < options.items * figures_data.OPEN_LINES or options.items < 100:
        parser.error("at least 100 items, and two lines for each of them are required")
    return options


def _at_most(what, measured, limit):
    passed = measured <= limit
    print(f"{'PASS' if passed else 'FAIL'}  {what}: {measured:.3f} (at most {limit})")
    return passed
