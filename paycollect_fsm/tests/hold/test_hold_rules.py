# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from datetime import datetime, timedelta

from odoo.tests import BaseCase, tagged

from ...rules import hold
from ...rules.hold import HELD, PLANNED, Live, Standing, Want, decide, follow

NOON = datetime(2026, 3, 2, 12)
DAY = timedelta(days=1)
WEEK = 7 * DAY


@tagged("post_install", "-at_install")
class TestHoldRules(BaseCase):
    """Which hold a booking needs, as a table."""

    def want(self, days=1, **values):
        vals = {
            "amount": 110,
            "estimate": 100,
            "method": 1,
            "customer": 1,
            "done_by": NOON + days * DAY,
        }
        return Want(**(vals | values))

    def held(self, until=7, **values):
        vals = {"amount": 110, "method": 1, "customer": 1, "until": NOON + until * DAY}
        return Live(HELD, **(vals | values))

    def test_the_doctests_hold(self):
        self.assertFalse(doctest.testmod(hold).failed)

    def test_what_follows_for_a_hold(self):
        for name, want, live, expected in (
            ("none is needed", self.want(reason=hold.CLOSED), None, ("nothing",)),
            ("soon", self.want(), None, ("plan", "", NOON)),
            ("a week", self.want(6.5), None, ("plan", "", NOON)),
            ("far", self.want(20), None, ("plan", "", NOON + 13.5 * DAY)),
            ("billed", self.want(awaits_capture=True), None, ("nothing",)),
            ("not anymore", self.want(reason=hold.CLOSED), Live(PLANNED), ("cancel",)),
            (
                "billed early",
                self.want(awaits_capture=True),
                Live(PLANNED),
                ("cancel",),
            ),
            ("moved", self.want(20), Live(PLANNED), ("plan", "", NOON + 13.5 * DAY)),
            ("covered", self.want(), self.held(), ("nothing", hold.COVERED)),
            ("to the end", self.want(7), self.held(), ("nothing", hold.COVERED)),
            ("closed", self.want(reason=hold.CLOSED), self.held(), ("void",)),
            ("customer", self.want(customer=2), self.held(), ("void",)),
            ("method", self.want(method=2), self.held(), ("void",)),
            ("more", self.want(estimate=110.01), self.held(), ("void",)),
            ("within the margin", self.want(estimate=110), self.held(), ("nothing",)),
            ("less", self.want(estimate=10), self.held(), ("nothing",)),
            ("too short", self.want(8), self.held(2), ("nothing", hold.RENEWAL_LATER)),
            ("ends soon", self.want(3), self.held(1), ("void", hold.RENEWED)),
            ("over", self.want(3), self.held(-1), ("void", hold.RENEWED)),
            ("useless", self.want(30), self.held(5), ("void", hold.CHANGED_DATE)),
            (
                "billed and another mode",
                self.want(reason=hold.OTHER_MODE, awaits_capture=True),
                self.held(),
                ("void",),
            ),
            (
                "billed and closed",
                self.want(reason=hold.CLOSED, awaits_capture=True),
                self.held(),
                ("nothing", hold.AWAITS_CAPTURE),
            ),
        ):
            with self.subTest(name):
                step = decide(want, live, NOON, WEEK)
                found = (step.action, step.reason, step.at)
                self.assertEqual(found[: len(expected)], expected)

    def test_nothing_is_decided_while_the_provider_has_it(self):
        for state in (hold.SENT, hold.UNKNOWN, hold.CAPTURING, hold.VOIDING):
            for want in (self.want(), self.want(reason=hold.CLOSED)):
                with self.subTest(state):
                    step = decide(want, Live(state), NOON, WEEK)
                    self.assertEqual((step.action, step.reason), ("nothing", "busy"))

    def test_what_the_provider_says_moves_a_hold_forward_only(self):
        there, gone = Standing(hold.AT_REST), Standing(hold.CLOSED_THERE)
        taken, failed = Standing(hold.TAKEN, 5), Standing(hold.FAILED)
        table = {
            hold.SENT: ("held", "expired", "captured", "declined"),
            hold.UNKNOWN: ("held", "expired", "captured", "declined"),
            hold.HELD: (None, "expired", "captured", None),
            hold.CAPTURING: (None, "expired", None, None),
            hold.VOIDING: (None, "voided", "captured", None),
            hold.CAPTURED: (None, None, None, None),
            hold.VOIDED: (None, None, "captured", None),
            hold.EXPIRED: (None, None, "captured", None),
            hold.DECLINED: (None, None, "captured", None),
        }
        for state, expected in table.items():
            for standing, target in zip(
                (there, gone, taken, failed), expected, strict=True
            ):
                with self.subTest(state=state, standing=standing.state):
                    self.assertEqual(follow(state, standing), target)
