# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One run: many schedules from one seed, or one that failed before."""

import contextlib
import re

import hypothesis
from hypothesis import HealthCheck, Phase, reproduce_failure, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from . import dice
from .machine import ChargeMachine
from .world import World


def run(options):
    """Return what was breached, or None, and the tally."""
    ChargeMachine.world = World(options.conf)
    ChargeMachine.tells = options.tell
    if options.meanwhile:
        dice.load(meanwhile=options.meanwhile)
    if options.replay:
        reproduce_failure(hypothesis.__version__, options.replay.encode())(
            ChargeMachine
        )
    else:
        seed(options.seed)(ChargeMachine)
    try:
        with mutated(options.mutation):
            run_state_machine_as_test(
                ChargeMachine,
                settings=get_settings(options),
                _min_steps=options.steps,  # all of them, not as many as it likes
            )
    except Exception as error:
        return "\n".join([str(error), *_get_notes(error, options)]), ChargeMachine.tally
    return None, ChargeMachine.tally


def mutated(name):
    """The protocol as it is, or with one of its rules broken."""
    if not name:
        return contextlib.nullcontext()
    from .mutations import MUTATIONS  # Odoo is loaded by now

    return MUTATIONS[name](ChargeMachine.world.place.registry)


def get_settings(options):
    """No shrinking: a schedule takes seconds, and its story is told in words."""
    return settings(
        max_examples=options.schedules,
        stateful_step_count=options.steps,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        database=None,
        deadline=None,
        derandomize=False,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


def _get_notes(error, options):
    """The drawn steps as calls, and how the schedule is replayed."""
    notes = "\n".join(getattr(error, "__notes__", []))
    calls, _words, replay = notes.partition("You can reproduce this test case")
    yield f"\nThe steps:\n{calls}"
    if found := re.search(r"b'([^']*)'", replay):
        mutation = f" --mutation {options.mutation}" if options.mutation else ""
        yield f"Again: --replay {found[1]}{mutation}"
