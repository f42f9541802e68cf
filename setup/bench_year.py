# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A simulated year of a ten-person IT company, collected in two ways.

    setup/bench year [--weeks N] [--customers N] [--jobs N] [--seed N] [--keep-terms]
                     [--sources]

The same customers buy the same jobs, and are equally willing to pay, twice: from plain
Odoo, which invoices on Fridays and is chased by hand on Mondays (a database with our
addons, where collection is switched off), and from ours. Both are the real code on a
real database with a virtual clock and Stripe's stand-in, each in its own process. At
the end of each week, nothing may have been charged twice, nobody asked for what he
doesn't owe, and the books must be the provider's; otherwise the benchmark fails.

What the figures rest on: tests/year_company/behaviors.py for the customers, with a
source for each number (--sources prints them), and customers.py for what follows.
Whoever has a card on file agreed to be charged when the job is done; --keep-terms
charges him after 30 days instead, when the invoice is due, as everybody else is. Staff
never forgets or errs in plain Odoo, and writes to every late customer, every week.
Cards can be declined, checks bounce and open invoices be disputed; there are no
chargebacks, part payments, refunds or bank debits, and no outages. Charges and
reminders run at night and in the evening instead of each hour.
"""

import argparse

from year_company import play, report


def main(argv, lab):
    options = _parse(argv)
    print(f"seed {options.seed}", flush=True)
    found = play.play(
        lab,
        options.seed,
        options.weeks,
        options.customers,
        options.jobs,
        options.keep_terms,
        tell=lambda line: print(line, flush=True),
    )
    print(f"\n{report.write(found, options.sources)}")
    return 0


def _parse(argv):
    parser = argparse.ArgumentParser(prog="setup/bench year")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--customers", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=48, help="per week")
    parser.add_argument("--keep-terms", action="store_true")
    parser.add_argument("--sources", action="store_true")
    options = parser.parse_args(argv)
    if min(options.weeks, options.customers, options.jobs) < 1:
        parser.error("there must be something to do")
    return options
