# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Charges per second, and the cost of one compared with Odoo's own calls.

    setup/bench charge [--charges N] [--history N] [--slots 1 2 4]

The provider is the Stripe stand-in of tests/, in a process of its own. Measured: one
charge by the bare native calls (transaction, `_charge_with_token`, `_post_process`, a
commit after each) in a database without our addons, alternating with ours (claim,
send, finish); the same with 100 and with 100,000 past attempts; and a real server with
its job runner and one more worker process than job slots, while the provider takes
300 ms to respond. The provider's time is not part of our cost. The customers have no
email address: the cost of receipts is measured by the completion benchmark.

Charges per second are compared with as many processes as slots that make the same
charges without server and queue.
"""

import argparse

import bench_lib.charge_cost
import bench_lib.charge_rate
from stripe_stand_in.client import Process

MAX_RATIO = 1.3
MAX_GROWTH = 1.1
MIN_SHARE = 0.9
ANSWER_SECONDS = 0.3


def main(argv, lab):
    arguments = _parse(argv)
    with Process() as provider:
        native, ours = bench_lib.charge_cost.compare(lab, provider, arguments.charges)
        few, many = bench_lib.charge_cost.age(
            lab, provider, arguments.charges, (100, arguments.history)
        )
    with Process() as provider:
        provider.settings(latency=ANSWER_SECONDS)
        rates = [
            bench_lib.charge_rate.measure(lab, provider, slots)
            for slots in arguments.slots
        ]
    print(f"\nown cost of a charge, median: native {_ms(native)}, ours {_ms(ours)}")
    print(f"after 100 attempts {_ms(few)}, after {arguments.history} {_ms(many)}")
    checks = [
        _at_most("own cost, ours / native", ours / native, MAX_RATIO),
        _at_most(f"own cost, {arguments.history} / 100 past", many / few, MAX_GROWTH),
    ]
    checks += [_check_rate(rounds) for rounds in rates]
    return int(not all(checks))


def _check_rate(rounds):
    """Check the median round, each compared with bare processes at that time."""
    middle = sorted(rounds, key=lambda one: one.share)[len(rounds) // 2]
    print(
        f"\n{middle.slots} slot(s): {middle.rate:.2f} charges/s; "
        f"{middle.slots} bare process(es): {middle.bare_rate:.2f}/s; "
        f"shares {', '.join(f'{one.share:.2f}' for one in rounds)}"
    )
    what = f"charges/s with {middle.slots} slot(s), share"
    return _at_least(what, middle.share, MIN_SHARE)


def _parse(argv):
    parser = argparse.ArgumentParser(prog="setup/bench charge")
    parser.add_argument("--charges", type=int, default=60, help="on each side")
    parser.add_argument("--history", type=int, default=100_000, help="past attempts")
    parser.add_argument("--slots", type=int, nargs="+", default=[1, 2, 4])
    arguments = parser.parse_args(argv)
    if arguments.charges < 2 or min(arguments.slots) < 1 or arguments.history <= 100:
        parser.error("at least 2 charges, 1 slot and 101 past attempts are required")
    return arguments


def _at_most(what, measured, limit):
    return _say(measured <= limit, what, measured, f"at most {limit}")


def _at_least(what, measured, limit):
    return _say(measured >= limit, what, measured, f"at least {limit}")


def _say(passed, what, measured, limit):
    print(f"{'PASS' if passed else 'FAIL'}  {what}: {measured:.3f} ({limit})")
    return passed


def _ms(seconds):
    return f"{seconds * 1000:.1f} ms"
