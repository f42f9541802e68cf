# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Many schedules from one seed, or one that failed earlier."""

import contextlib
import re

import hypothesis
from hypothesis import HealthCheck, Phase, reproduce_failure, seed, settings
from hypothesis.errors import DidNotReproduce
from hypothesis.stateful import run_state_machine_as_test

from . import dice
from .machine import ChargeMachine
from .world import World


class Run:
    """:param conf: an odoo.conf with the database; :param options: see __main__.py"""

    def __init__(self, conf, options):
        self._options = options
        self._world = ChargeMachine.world = World(conf)
        ChargeMachine.tells = options.tell
        if options.deed:
            dice.load(deed=options.deed)

    def play(self, number, schedules):
        """Play schedules; return the breach, or None.

        :param number: the seed
        """
        machine = type("ChargeMachine", (ChargeMachine,), {})
        if replay := self._options.replay:
            reproduce_failure(hypothesis.__version__, replay.encode())(machine)
        else:
            seed(number)(machine)
        try:
            with self._mutated():
                run_state_machine_as_test(
                    machine,
                    settings=self._get_settings(schedules),
                    _min_steps=self._options.steps,  # always all steps
                )
        except DidNotReproduce:
            print("It no longer fails, or the code has changed and draws other steps.")
        except Exception as error:
            return "\n".join([str(error), *self._get_notes(error)])
        return None

    def print_tally(self):
        for name, number in sorted(ChargeMachine.tally.items()):
            print(f"{name}: {number}")

    def _mutated(self):
        """Use the protocol as is, or with one of its rules broken."""
        if not self._options.mutation:
            return contextlib.nullcontext()
        from .mutations import MUTATIONS  # Odoo is already loaded here

        return MUTATIONS[self._options.mutation](self._world.place.registry)

    def _get_settings(self, schedules):
        """Return settings without shrinking: a schedule takes seconds to run."""
        return settings(
            max_examples=schedules,
            stateful_step_count=self._options.steps,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            database=None,
            deadline=None,
            derandomize=False,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        )

    def _get_notes(self, error):
        """Return the drawn steps as calls, and how to replay the schedule."""
        notes = "\n".join(getattr(error, "__notes__", []))
        calls, _words, replay = notes.partition("You can reproduce this test case")
        yield f"\nThe steps:\n{calls}"
        if found := re.search(r"b'([^']*)'", replay):
            mutation = self._options.mutation
            more = f" --mutation {mutation}" if mutation else ""
            yield f"Again: setup/soak --machine --replay {found[1]}{more}"
