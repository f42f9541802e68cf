# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import os
import unittest
from unittest.mock import patch

from odoo.tests import tagged

from ...models.case import paycollect_dunning_case_decision
from ...rules.decision import decide
from . import events
from .mutations import MUTATIONS
from .test_any_order import AnyOrderCommon

TRIES = 100
# Too rare for so few lives; without a database, they are noticed.
RARE = ("a hold is ignored", "the clock goes on after a dispute")


@tagged("post_install", "-at_install")
@unittest.skipUnless(os.environ.get(events.EXAMPLES), "takes minutes: once a week")
class TestAnyOrderMutations(AnyOrderCommon):
    """A rule that is dropped in the real code is noticed, too."""

    def test_a_dropped_rule_is_noticed(self):
        for name in MUTATIONS.keys() - set(RARE):
            with self.subTest(name), self.assertRaises(AssertionError):
                self.try_lives(MUTATIONS[name])

    def try_lives(self, mutate):
        @events.search(TRIES)
        @events.given_life
        def live(life, in_euros):
            self.live(life, in_euros)

        with patch.object(
            paycollect_dunning_case_decision,
            "decide",
            lambda facts: decide(mutate(facts)),
        ):
            live()
