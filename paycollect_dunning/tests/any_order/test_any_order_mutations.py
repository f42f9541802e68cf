# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import os
import unittest
from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import tagged

from ...models.case import paycollect_dunning_case_decision
from ...rules.decision import decide
from . import events
from .mutations import MUTATIONS
from .test_any_order import AnyOrderCommon

TRIES = 100


@tagged("post_install", "-at_install")
@unittest.skipUnless(os.environ.get(events.EXAMPLES), "takes minutes: once a week")
class TestAnyOrderMutations(AnyOrderCommon):
    """A rule that is dropped in the real code is noticed, too."""

    def try_lives(self):
        @events.search(TRIES)
        @events.given_life
        def live(life, in_euros):
            self.live(life, in_euros)

        live()

    def test_a_dropped_rule_is_noticed(self):
        for name, mutate in MUTATIONS.items():
            with (
                self.subTest(name),
                patch.object(
                    paycollect_dunning_case_decision,
                    "decide",
                    lambda facts, mutate=mutate: decide(mutate(facts)),
                ),
                self.assertRaises(AssertionError),
            ):
                self.try_lives()

    def test_a_forgotten_reason_is_noticed(self):
        for reason in ("disputed", "promised", "check_on_the_way", "excluded"):
            with (
                self.subTest(reason),
                self.without(reason),
                self.assertRaises(AssertionError),
            ):
                self.try_lives()

    @contextmanager
    def without(self, reason):
        """Nobody knows this reason not to ask for an item."""
        lines = self.env.registry["account.move.line"]
        find = lines._get_item_reasons

        def forget(records, today):
            found = find(records, today)
            for reasons in found.values():
                reasons.pop(reason, None)
            return found

        with patch.object(lines, "_get_item_reasons", forget):
            yield
