# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The cash forecast and the risk grades of a large ledger.

setup/bench forecast [--items N] [--lines N]

N open items of customers with about ten items each, among N journal items of two years.
Measured in a process of its own: the forecast with its back-test, from reading the
books to the last row written, and its weeks by source. The errors of all models on the
same weeks are printed. Then grading all customers, twice: the second time nothing has
changed.
"""

import argparse

from bench_lib import figures_data, forecast_data

MAX_FORECAST = 10.0  # seconds
MAX_PIVOT = 2.0
MAX_GRADES = 30.0
MAX_GRADES_AGAIN = 15.0
MAX_MEGABYTES = 700


def main(argv, lab):
    options = _parse(argv)
    print(f"making {options.items} open items, {options.lines} lines …", flush=True)
    database = lab.make_database("forecast")
    first = lab.run(database, figures_data.FIRST)
    figures_data.add_ledger(lab, database, first, options.items, options.lines)
    forecast_data.add_customers(lab, database, options.items // 10)
    row = lab.run(database, forecast_data.MEASURE)
    for name, error in row["errors"].items():
        print(f"error of {name}: {error:.1%}")
    print(f"used: {row['model']}; items: {row['items']}; grades: {row['graded']}")
    checks = [
        _at_most("the forecast, s", row["forecast"], MAX_FORECAST),
        _at_most("its weeks by source, s", row["pivot"], MAX_PIVOT),
        _at_most("grading all customers, s", row["grades"], MAX_GRADES),
        _at_most("grading them again, s", row["grades_again"], MAX_GRADES_AGAIN),
        _at_most("memory, MB", row["megabytes"], MAX_MEGABYTES),
        _at_most(
            "the error / the best naive one",
            row["errors"][row["model"]]
            / max(min(row["errors"]["due_date"], row["errors"]["median"]), 0.001),
            1.0,
        ),
    ]
    return int(not all(checks))


def _parse(argv):
    parser = argparse.ArgumentParser(prog="setup/bench forecast")
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
