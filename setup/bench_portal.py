# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A customer's pages with thousands of invoices, compared with Odoo's own list.

    setup/bench portal [--invoices N] [--rounds N]

Compared: Odoo's `/my/invoices` with `/my/balance`, `/my/statement` (this month, after
years of history) and the link to the balance, in turns on one server, so that the
machine's load affects all of them. One invoice in ten is open, the others are matched
with their payments. Then: SQL queries compared with a customer who has a tenth of the
invoices, and fifty requests at once.
"""

import argparse
import concurrent.futures
import re
import statistics
import time

import requests
from bench_lib import portal_data
from paycollect_setup.client import Client

NATIVE = "/my/invoices"
MAX_RATIO = 1.1
AT_ONCE = 50
PATIENCE = 300  # seconds
SERVER = {"db_maxconn": 64}  # as Odoo has it by default; our tests take less
MANY, FEW = "bench_customer", "bench_neighbor"


def main(argv, lab):
    parser = argparse.ArgumentParser(prog="setup/bench portal")
    parser.add_argument("--invoices", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args(argv)
    if options.invoices < 200 or options.rounds < 2:
        parser.error("--invoices must be at least 200 and --rounds at least 2")
    server, pages = _prepare(lab, options.invoices)
    many, few = (Client(server.url, server.db, login, login) for login in pages)
    seconds = _measure(server, many, pages[MANY], options.rounds)
    checks = list(_compare(seconds))
    same = _compare_queries(server, {MANY: many, FEW: few}, pages)
    failed = _get_many(server, pages[MANY]["link"])
    for what, measured in checks:
        result = "PASS" if measured <= MAX_RATIO else "FAIL"
        print(f"{result}  {what}: {measured:.3f} (at most {MAX_RATIO})")
    print(
        f"{'PASS' if same else 'FAIL'}  the same queries with a tenth of the invoices"
    )
    print(
        f"{'FAIL' if failed else 'PASS'}  {AT_ONCE} requests at once: {failed} failed"
    )
    slow = any(value > MAX_RATIO for _what, value in checks)
    return int(slow or not same or bool(failed))


def _prepare(lab, invoices):
    """Return a server, and by login the addresses of each customer's pages."""
    print(f"making customers with {invoices} and fewer invoices …", flush=True)
    database = lab.make_database("portal")
    pages = {}
    for login, count in ((MANY, invoices), (FEW, invoices // 10)):
        made = lab.run(database, portal_data.CUSTOMER, login=login)
        open_id, paid_id, token = made
        portal_data.add_invoices(lab, database, open_id, paid_id, count, count // 10)
        pages[login] = {
            "native": NATIVE,
            "balance": "/my/balance",
            "statement": "/my/statement",
            "link": f"/pay/{token}",
        }
    return lab.make_server("pages", source=database, config=SERVER), pages


def _compare_queries(server, customers, pages):
    """Print the queries of each page for both customers; return whether they are the
    same."""
    queries = {
        login: {
            name: _count_queries(server, customer, path)
            for name, path in pages[login].items()
        }
        for login, customer in customers.items()
    }
    print(f"\n{'queries':<12}{'all':>12}{'a tenth':>12}")
    for name in pages[MANY]:
        print(f"{name:<12}{queries[MANY][name]:12}{queries[FEW][name]:12}")
    ours = [name for name in pages[MANY] if name != "native"]
    return all(queries[MANY][name] == queries[FEW][name] for name in ours)


def _count_queries(server, customer, path):
    """Return the number of queries of a page whose caches are filled, from the log."""
    for _time in range(3):
        customer.session.get(server.url + path, timeout=PATIENCE)
    return int(re.findall(r'"GET /[^"]*" 200 - (\d+)', server.log_text())[-1])


def _measure(server, customer, pages, rounds):
    """Return the seconds of each page, without the first round."""
    seconds = {name: [] for name in pages}
    for _round in range(rounds + 1):
        for name, path in pages.items():
            start = time.perf_counter()
            answer = customer.session.get(server.url + path, timeout=PATIENCE)
            seconds[name].append(time.perf_counter() - start)
            assert answer.status_code == 200, f"{path}: {answer.status_code}"
            assert path in answer.url, f"{path} led to {answer.url}"
    return {name: values[1:] for name, values in seconds.items()}


def _compare(seconds):
    """Print each page's times, and yield what they are to Odoo's own page."""
    native = seconds["native"]
    print(f"\n{'page':<12}{'median ms':>12}{'95th ms':>12}")
    for name, values in seconds.items():
        print(f"{name:<12}{_median(values) * 1000:12.0f}{_high(values) * 1000:12.0f}")
    for name, values in seconds.items():
        if name != "native":
            yield f"{name}, median, ours / native", _median(values) / _median(native)
            yield f"{name}, 95th percentile", _high(values) / _high(native)


def _get_many(server, path):
    """Return how many of the requests at once fail."""
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        answers = pool.map(
            lambda _number: requests.get(server.url + path, timeout=PATIENCE),
            range(AT_ONCE),
        )
        return sum(answer.status_code != 200 for answer in answers)


_median = statistics.median


def _high(values):
    return statistics.quantiles(values, n=20)[-1]
