# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Ways to break the protocol. The machine must notice each of them.

A mutation patches the loaded code, and loads the dice so that the steps in which it
shows are drawn often: the machine is the same, it only need not run for hours.
"""

import itertools
from contextlib import contextmanager
from unittest.mock import patch

from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED

from odoo import sql_db

from odoo.addons.paycollect_fsm.models.charge import paycollect_attempt_send
from odoo.addons.paycollect_fsm.rules.outcome import Codes, Outcome
from odoo.addons.payment import utils as payment_utils

from . import dice


@contextmanager
def retry_an_unknown(registry):
    """No answer counts as a decline that can pass, so another charge follows."""
    dice.load(fault=("drop_after",), kind=("good",), worker=("job",))
    classify = paycollect_attempt_send.classify

    def careless(*arguments):
        outcome = classify(*arguments)
        if outcome.state != "unknown":
            return outcome
        return Outcome("declined", "declined", Codes("processing_error"), 402)

    with patch.object(paycollect_attempt_send, "classify", careless):
        yield


@contextmanager
def drop_the_lock(registry):
    """Whoever claims does not look whether somebody else does.

    The database's own check of concurrent changes is a lock, too: it would refuse
    the second claim at its commit.
    """
    dice.load(
        kind=("good",),
        worker=("job",),
        **{"busy worker": ("job",), "rare fault": (None,)},
        rival=("sweep",),
        moment=(("claim", 1),),
        pause=({"minutes": 2},),
    )
    attempt, move = registry["paycollect.attempt"], registry["account.move"]
    with (
        patch.object(attempt, "try_lock_for_update", lambda self, **_options: self),
        patch.object(attempt, "_wait_for_lock", lambda self: None),
        patch.object(move, "_lock_or_retry", lambda self: None),
        patch.object(
            sql_db, "ISOLATION_LEVEL_REPEATABLE_READ", ISOLATION_LEVEL_READ_COMMITTED
        ),
    ):
        yield


@contextmanager
def new_key_after_a_time_out(registry):
    """Asked again, the provider takes it for another charge."""
    dice.load(fault=("drop_after",), kind=("good",), worker=("job",))
    numbers = itertools.count()

    def generate(*_args, **_options):
        return f"key {next(numbers)}"

    with patch.object(payment_utils, "generate_idempotency_key", generate):
        yield


@contextmanager
def forget_the_checkout(registry):
    """Who pressed “Pay” and left is taken for gone, and may still pay."""
    dice.load(
        kind=("good",),
        worker=("sweep",),
        pause=({"minutes": 20},),
        deed=("leave page", *("return to page",) * 3),
        rival=("mail",),
        **{"busy worker": ("mail",), "rare fault": (None,)},
    )
    with patch.object(
        registry["payment.transaction"], "_is_abandoned", lambda self, *_args: False
    ):
        yield


MUTATIONS = {
    mutation.__name__.replace("_", "-"): mutation
    for mutation in (
        retry_an_unknown,
        drop_the_lock,
        new_key_after_a_time_out,
        forget_the_checkout,
    )
}
