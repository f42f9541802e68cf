# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Ways to break the protocol. The machine must notice each of them.

A mutation patches the loaded code and loads the dice so that revealing steps are drawn
often: the machine is the same but need not run for hours.
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
    """A missing response counts as a temporary decline, so another charge follows."""
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
    """A claim does not check for concurrent claims.

    The database's own check for concurrent updates is also a lock: it would reject
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
    """A repeated request looks like another charge to the provider."""
    dice.load(fault=("drop_after",), kind=("good",), worker=("job",))
    numbers = itertools.count()

    def generate(*_args, **_options):
        return f"key {next(numbers)}"

    with patch.object(payment_utils, "generate_idempotency_key", generate):
        yield


@contextmanager
def forget_the_checkout(registry):
    """A customer who clicked “Pay” and left is ignored, but may still pay."""
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
