# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Many schedules from one seed, or one that failed earlier."""

import contextlib
import re
from collections import Counter
from unittest.mock import patch

import hypothesis
from hypothesis import HealthCheck, Phase, reproduce_failure, seed, settings
from hypothesis.errors import DidNotReproduce
from hypothesis.internal.conjecture.providers import Constants, HypothesisProvider
from hypothesis.stateful import run_state_machine_as_test
from hypothesis.strategies._internal.featureflags import FeatureFlags

from . import dice
from .booking_machine import SIDES, BookingMachine
from .machine import ChargeMachine
from .world import World

# Otherwise the numbers in our sources are drawn as well, and each change of the code
# makes other schedules of a seed.
HypothesisProvider._local_constants = Constants()


class Run:
    """Plays repeatedly in one world.

    :param conf: an odoo.conf of the database
    """

    def __init__(self, conf):
        self._world = World(conf)

    def play(self, options, number, schedules):
        """Play schedules; return the breach, or None.

        :param options: see __main__.py
        :param number: the seed
        """
        kind = BookingMachine if options.bookings else ChargeMachine
        machine = type("ChargeMachine", (kind,), {})
        machine.world, machine.tells = self._world, options.tell
        machine.rests = not options.no_rest
        if options.replay:
            replay = options.replay.encode()
            reproduce_failure(hypothesis.__version__, replay)(machine)
        else:
            seed(number)(machine)
        try:
            with self._changed(options):
                run_state_machine_as_test(
                    machine,
                    settings=self._get_settings(schedules, options.steps),
                    _min_steps=options.steps,  # always all steps
                )
        except DidNotReproduce:
            print("It no longer fails, or the code has changed and draws other steps.")
        except Exception as error:
            return "\n".join([str(error), *self._get_notes(error, options.mutation)])
        return None

    def forget_tally(self):
        ChargeMachine.tally = Counter()

    def print_tally(self):
        for name, number in sorted(ChargeMachine.tally.items()):
            print(f"{name}: {number}")

    @contextlib.contextmanager
    def _changed(self, options):
        """Break one of the protocol's rules or use other dice."""
        with contextlib.ExitStack() as stack:
            if options.bookings:
                stack.enter_context(dice.loaded(**SIDES))
            if options.mutation:
                from .mutations import MUTATIONS  # Odoo is already loaded here

                mutation = MUTATIONS[options.mutation]
                stack.enter_context(mutation(self._world.place.registry))
            if options.mutation or options.bookings:
                # Otherwise most schedules would lack one of its few steps.
                stack.enter_context(patch.object(FeatureFlags, "is_enabled", _is_drawn))
            if options.deed:
                stack.enter_context(dice.loaded(deed=options.deed))
            yield

    def _get_settings(self, schedules, steps):
        """Return settings without shrinking: a schedule takes seconds to run."""
        return settings(
            max_examples=schedules,
            stateful_step_count=steps,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            database=None,
            deadline=None,
            derandomize=False,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        )

    def _get_notes(self, error, mutation):
        """Yield the drawn steps as calls, and how to replay the schedule."""
        notes = "\n".join(getattr(error, "__notes__", []))
        calls, _words, replay = notes.partition("You can reproduce this test case")
        yield f"\nThe steps:\n{calls}"
        if found := re.search(r"b'([^']*)'", replay):
            more = f" --mutation {mutation}" if mutation else ""
            yield f"Again: setup/soak --machine --replay {found[1]}{more}"


def _is_drawn(_flags, _name):
    return True
