# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Our aging beside that of OCA's account_financial_report.

setup/bench aging [--ledgers N] [--seed N]

Each of N customers has a random ledger: items with and without a due date, credit,
payments of a part, of several items, and in advance. On random days, and today, what
each customer owes is compared by days past due, to the cent; and the receivables of the
figures with the report's total.
"""

import argparse
import random

from bench_lib import aging_check

DAYS = 12  # as of which both are compared


def main(argv, lab):
    parser = argparse.ArgumentParser(prog="setup/bench aging")
    parser.add_argument("--ledgers", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args(argv)
    if options.ledgers < 1:
        parser.error("--ledgers must be at least 1")
    print(f"seed {options.seed}", flush=True)
    database = lab.make_peer_database("aging", "reports", ours=True)
    lab.run(database, aging_check.LEDGERS, ledgers=options.ledgers, seed=options.seed)
    found = lab.run(database, aging_check.COMPARE, days=DAYS, seed=options.seed)
    for fault in found["faults"]:
        print(fault)
    result = "FAIL" if found["faults"] or not found["compared"] else "PASS"
    print(
        f"{result}  {options.ledgers} ledgers on {found['days']} days: "
        f"{found['compared']} sums compared, {len(found['faults'])} differ"
    )
    return int(result == "FAIL")
