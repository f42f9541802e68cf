# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The own cost of a charge: everything except waiting for the provider."""

import contextlib
import gc
import os
import statistics
import time
from unittest.mock import patch

import requests

from . import charge_data, history, odoo_process
from .data import WARM_UP, environment
from .flows import create_transaction

STRIPE_URL = "https://api.stripe.com"


def compare(lab, provider, charges):
    """Return the median seconds of a native charge and of ours, alternating."""
    sides = []
    for name, template, charge in (
        ("native", os.environ["PAYCOLLECT_BASE"], _charge_natively),
        ("ours", os.environ["PAYCOLLECT_TEMPLATE"], _charge_by_us),
    ):
        registry = odoo_process.load(lab, lab.make_database(name, template))
        print(f"making {charges} invoices ({name}) …", flush=True)
        moves = charge_data.build(registry, provider, charges + WARM_UP)
        if name == "ours":
            plan(registry, moves)
        sides.append((registry, moves, charge))
    return _in_turn(provider, sides)


def age(lab, provider, charges, sizes):
    """Return the median seconds of our charge for each history size."""
    sides = []
    for size in sizes:
        registry = odoo_process.load(lab, lab.make_database(f"history{size}"))
        print(f"making {charges} invoices and {size} past attempts …", flush=True)
        moves = charge_data.build(registry, provider, charges + WARM_UP + 1)
        plan(registry, moves)
        with _timed(provider):
            _charge_by_us(registry, moves[0])
        with registry.cursor() as cr:
            first = environment(cr)["account.move"].browse(moves[0])
            past = first.collection_attempt_ids.id
        history.build(registry, past, moves[1:], size)
        sides.append((registry, moves[1:], _charge_by_us))
    return _in_turn(provider, sides)


def charge_all(provider, registry, move_ids):
    """Charge these invoices one by one."""
    with _timed(provider), odoo_process.mails_kept():
        for move_id in move_ids:
            _charge_by_us(registry, move_id)


def _in_turn(provider, sides):
    """Charge invoices of both sides in turn; each goes first equally often."""
    seconds = [[] for _side in sides]
    charges = len(sides[0][1])
    with _timed(provider) as clock, odoo_process.mails_kept():
        for number in range(charges):
            order = list(enumerate(sides))
            for place, (registry, moves, charge) in (
                order if number % 2 else reversed(order)
            ):
                gc.collect()
                taken = _measure(clock, registry, moves[number], charge)
                seconds[place].append(taken)
            if number % 20 == 19:
                print(f"charged {number + 1} of {charges} on each side", flush=True)
    for registry, moves, _charge in sides:
        check_paid(registry, moves)
    return [statistics.median(values[WARM_UP:]) for values in seconds]


def _measure(clock, registry, move_id, charge):
    """Return the seconds of one charge without waiting for the provider."""
    waited = clock["waited"]
    start = time.perf_counter()
    charge(registry, move_id)
    return time.perf_counter() - start - (clock["waited"] - waited)


@contextlib.contextmanager
def _timed(provider):
    """Send Stripe requests to the stand-in and count the seconds until it responds.

    This includes the native side, which has no setting for it.
    """
    clock = {"waited": 0.0}
    original = requests.request

    def request(method, url, **kwargs):
        start = time.perf_counter()
        try:
            return original(method, url.replace(STRIPE_URL, provider.url, 1), **kwargs)
        finally:
            clock["waited"] += time.perf_counter() - start

    with patch.object(requests, "request", request):
        yield clock


def plan(registry, move_ids):
    """Plan the charge of each invoice; the queued jobs are not run."""
    with registry.cursor() as cr:
        moves = environment(cr)["account.move"].browse(move_ids)
        attempts = moves._plan_collection("completion")
        assert attempts.move_id == moves, moves.mapped("collection_decision")


def _charge_by_us(registry, move_id):
    with registry.cursor() as cr:
        attempt = environment(cr)["account.move"].browse(move_id).collection_attempt_ids
        attempt._send()


def _charge_natively(registry, move_id):
    with registry.cursor() as cr:
        move = environment(cr)["account.move"].browse(move_id)
        transaction = create_transaction(move)
        cr.commit()
        transaction._charge_with_token()
        cr.commit()
        transaction._post_process()
        cr.commit()


def check_paid(registry, move_ids):
    """:raise AssertionError: if one of these invoices is not paid"""
    with registry.cursor() as cr:
        moves = environment(cr)["account.move"].browse(move_ids)
        states = set(moves.mapped("payment_state"))
        assert states <= {"paid", "in_payment"}, states
