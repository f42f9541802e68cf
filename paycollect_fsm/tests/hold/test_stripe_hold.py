# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..stripe.common_stripe_events import StripeEventCase
from .bank import Bank
from .common_hold import HoldMixin

NOISY = (
    "odoo.addons.payment.models.payment_provider",
    "odoo.addons.payment.models.payment_transaction",
    "odoo.addons.payment_stripe.models.payment_transaction",
    "odoo.addons.paycollect_fsm.models.hold.paycollect_hold_release",
    "odoo.addons.paycollect_fsm.models.hold.paycollect_attempt",
    "stripe",
)


@tagged("post_install", "-at_install")
class TestStripeHold(HoldMixin, StripeEventCase):
    """Holds at Stripe: sent once, and followed whatever happens to them there."""

    def setUp(self):
        super().setUp()
        self.bank = Bank()
        self.enterContext(self.bank.open())
        self.enterContext(mute_logger(*NOISY))

    def tell(self, number=None, now=None):
        """Deliver the webhooks, or only one of them."""
        events, self.bank.events = self.bank.events, []
        for kind, values in events if number is None else [events[number]]:
            event = self.apply(kind, values, now)
            self.assertIn(event.state, ("done", "ignored"), event.reason)
        self.env.invalidate_all()

    def resolve(self, record, method, hours=0.1):
        """Ask about what is unknown, some time later."""
        later = self.now() + timedelta(hours=hours)
        with self.with_jobs() as trap:
            getattr(record, method)(max(later, record.ask_at))
            trap.enqueued_jobs = []
        self.env.invalidate_all()

    def finish(self, order):
        """Complete the jobs, and do all the work."""
        with self.with_jobs():
            for job in order.fsm_order_ids:
                job.action_complete()
        self.env.invalidate_all()
        [move] = self.get_moves(order)
        return move, move.collection_attempt_ids.sorted("id")

    def get_activities(self, record):
        found = self.env["mail.activity"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)]
        )
        return found.mapped("collection_code")

    # -- stories ----------------------------------------

    def test_it_is_placed_and_captured_once_and_its_own_events_change_nothing(self):
        order = self.book()
        hold = self.assertHold(order, "held")
        [held] = self.bank.get_held()
        self.assertEqual(
            (held["amount"], self.bank.find(hold.transaction_id)), (22000, held)
        )
        self.assertIn(hold.transaction_id.collection_mark, self.bank.get_marks())
        self.assertFalse(self.provider.capture_manually)
        self.assertLess(hold.held_until, self.now() + timedelta(days=6, hours=1))
        self.tell()
        self.assertHold(order, "held")
        move, attempt = self.finish(order)
        self.assertEqual((attempt.state, attempt.amount), ("paid", 200))
        self.assertEqual((self.bank.get_taken(), self.bank.get_held()), (20000, []))
        self.assertEqual(len(self.bank.intents), 1)
        [created, captured] = self.bank.sent
        self.assertTrue(created[1] and captured[1] and created != captured)
        # the release of the rest is listed as a refund; nothing was refunded
        self.tell()
        self.assertHold(order, "captured")
        self.assertEqual(move.amount_residual, 0)
        transaction = attempt.transaction_id
        self.assertFalse(transaction.child_transaction_ids)
        self.assertEqual(self.payments(transaction).amount, 200)
        self.assertFalse(self.payments(hold.transaction_id))
        left = transaction._get_stripe_standing(
            {
                "latest_charge": {
                    "amount": 22000,
                    "amount_captured": 20000,
                    "amount_refunded": 2000,
                }
            },
            (),
        )
        self.assertEqual(left.left, 200)

    def test_a_silent_provider_is_asked_before_anything_else(self):
        self.bank.fault = "drop_after"
        order = self.book()
        hold = self.assertHold(order, "unknown")
        self.assertIn("isn't known yet", order.collection_authorization)
        self.work_off(order._review_holds)
        self.assertEqual(len(self.bank.sent), 1)
        self.resolve(hold, "_resolve")
        self.assertHold(order, "held")
        self.assertEqual(self.bank.sent[0], self.bank.sent[1])
        self.assertEqual(len(self.bank.intents), 1)
        # canceled before the answer: looked up, never asked for again, and released
        self.bank.fault = "drop_after"
        second = self.book()
        unknown = self.assertHold(second, "unknown")
        self.work_off(second._action_cancel)
        self.assertHold(second, "unknown")
        sent = len(self.bank.sent)
        with self.with_jobs():
            unknown._resolve(max(self.now(), unknown.ask_at))
        self.env.invalidate_all()
        self.work_off(unknown._work, self.now() + timedelta(hours=1))
        self.assertHold(second, "voided", "not_confirmed")
        paths = [path for path, _key in self.bank.sent[sent:]]
        self.assertTrue(all(path.endswith("/cancel") for path in paths), paths)
        # never arrived and not needed anymore: nothing is left
        self.bank.fault = "drop_before"
        third = self.book()
        lost = self.assertHold(third, "unknown")
        self.work_off(third._action_cancel)
        self.resolve(lost, "_resolve", hours=0.1)
        self.assertHold(third, "unknown")
        self.resolve(lost, "_resolve", hours=3)
        self.assertHold(third, "canceled", "hold_lost")
        self.assertEqual(len(self.bank.get_held()), 1)

    def test_a_capture_without_an_answer_is_never_charged_again(self):
        for fault, message in (("drop_after", "same key"), ("broken_after", "look-up")):
            with self.subTest(message):
                order = self.book()
                hold = self.get_hold(order)
                self.bank.fault = fault
                move, attempt = self.finish(order)
                self.assertEqual(attempt.state, "unknown")
                self.assertHold(order, "capturing")
                self.assertEqual(attempt.transaction_id.state, "draft")
                self.work_off(order._review_holds)
                self.assertHold(order, "capturing")
                self.resolve(attempt, "_resolve")
                if attempt.state == "unknown":
                    self.resolve(attempt, "_resolve", hours=30)
                self.assertEqual((attempt.state, hold.state), ("paid", "captured"))
                self.assertEqual(move.amount_residual, 0)
                self.assertEqual(
                    self.bank.find(hold.transaction_id)["amount_received"], 20000
                )
                self.assertEqual(len(move.collection_attempt_ids), 1)
        # the event may come first
        order = self.book()
        hold = self.get_hold(order)
        self.bank.events = []
        self.bank.fault = "drop_after"
        move, attempt = self.finish(order)
        self.tell()
        self.assertEqual((attempt.state, hold.state), ("paid", "captured"))
        self.assertEqual(len(self.payments(attempt.transaction_id)), 1)
        self.assertEqual(self.bank.get_taken(), 60000)

    def test_a_capture_that_never_arrived_is_made_later(self):
        order = self.book()
        self.bank.fault = "drop_before"
        move, attempt = self.finish(order)
        self.assertEqual(attempt.state, "unknown")
        self.resolve(attempt, "_resolve", hours=30)
        self.assertEqual((attempt.state, attempt.is_lost), ("declined", True))
        again = move.collection_attempt_ids - attempt
        self.work_off(again._send, again.planned_at)
        self.assertEqual((again.state, again.hold_id), ("paid", self.get_hold(order)))
        self.assertEqual((self.bank.get_taken(), move.amount_residual), (20000, 0))

    def test_an_expired_hold_changes_readiness_at_once_and_is_charged_normally(self):
        order = self.book()
        hold = self.get_hold(order)
        self.bank.events = []
        self.bank.declines = {"pm_1"}
        self.bank.cancel(self.bank.find(hold.transaction_id), "automatic")
        with self.with_jobs():
            for kind, values in self.bank.events:
                self.receive(kind, values)
        self.env.invalidate_all()
        self.assertEqual((hold.state, hold.reason_code), ("expired", "lapsed"))
        self.assertHold(order, "declined")
        self.assertEqual(order.collection_readiness, "method_missing")
        self.assertIn("hold_declined", self.get_activities(order))
        self.bank.declines, self.bank.events = set(), []
        late = self.book()
        gone = self.get_hold(late)
        self.bank.cancel(self.bank.find(gone.transaction_id), "automatic")
        move, attempts = self.finish(late)  # the event didn't arrive
        refused, charged = attempts
        self.assertEqual((refused.state, refused.is_lost), ("declined", True))
        self.assertEqual((charged.state, charged.hold_id.id), ("paid", False))
        self.assertEqual((gone.state, move.amount_residual), ("expired", 0))
        self.assertIn("expired or was released", refused.reason)
        self.assertFalse(move.decline_message_at)
        self.tell()
        self.assertEqual(self.bank.get_taken(), 20000)

    def test_what_is_captured_in_the_dashboard_is_booked_and_never_charged_again(self):
        order = self.book()
        hold = self.get_hold(order)
        self.bank.events = []
        self.bank.capture(self.bank.find(hold.transaction_id), 15000)
        self.work_off(order._action_cancel)  # the release is refused
        self.assertHold(order, "captured", "in_dashboard")
        self.assertIn("hold_captured", self.get_activities(order))
        self.tell()
        [child] = hold.transaction_id.child_transaction_ids
        self.assertEqual(self.payments(child).amount, 150)
        # captured before the job is done, and no event told us: it pays for the job
        for amount, paid in ((20000, [200]), (12000, [80])):
            with self.subTest(amount):
                partner = self.make_partner(f"{amount} Inc.")
                self.make_token(partner)
                order = self.book(partner=partner)
                hold, before = self.get_hold(order), self.bank.get_taken()
                self.bank.events = []
                self.bank.capture(self.bank.find(hold.transaction_id), amount)
                move, attempts = self.finish(order)
                done = attempts.filtered(lambda attempt: attempt.state == "paid")
                self.assertEqual(done.mapped("amount"), paid)
                self.assertEqual((hold.state, move.amount_residual), ("captured", 0))
                self.tell()
                self.assertEqual(self.bank.get_taken() - before, 20000)
                money = hold.transaction_id.child_transaction_ids.payment_id
                self.assertEqual(money.mapped("amount"), [amount / 100])

    def test_a_refused_method_or_a_deaf_provider_leaves_no_hold_behind(self):
        self.bank.declines = {"pm_1"}
        order = self.book()
        hold = self.assertHold(order, "declined")
        self.assertIn("nsufficient", hold._get_declined_text())
        self.assertFalse(self.bank.get_held())
        times = self.card._get_decline_times(self.now())
        self.assertEqual(len(times[self.card._get_method_key()]), 1)
        self.bank.declines = set()
        order = self.book()
        self.bank.is_deaf = True
        self.work_off(order._action_cancel)
        hold = self.assertHold(order, "voiding")
        for hours in (1, 5, 7):
            self.env["paycollect.hold"]._cron_holds(
                hold.void_at + timedelta(hours=hours)
            )
            told = "hold_stuck" in self.get_activities(order)
            self.assertEqual(told, hours >= 6)
        self.bank.is_deaf = False
        self.env["paycollect.hold"]._cron_holds(hold.void_at + timedelta(hours=12))
        self.assertHold(order, "voided")
        self.assertNotIn("hold_stuck", self.get_activities(order))
        self.assertFalse(self.bank.get_held())
        # a hold that was released is no decline
        times = self.card._get_decline_times(self.now())
        self.assertEqual(len(times[self.card._get_method_key()]), 1)

    def test_a_killed_worker_leaves_a_row_that_is_asked_about(self):
        order = self.book(work=False)
        hold = self.get_hold(order)
        self.assertTrue(hold._as_system()._claim_hold(self.now()))
        self.assertEqual((hold.state, self.bank.sent), ("sent", []))
        later = self.now() + timedelta(minutes=5)
        self.env["paycollect.hold"]._cron_holds(later)  # asks with the same key
        self.assertHold(order, "held")
        self.assertEqual(len(self.bank.intents), 1)

    def test_currencies_without_cents_and_a_second_company(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        pricelist = self.env["product.pricelist"].create(
            {"name": "Yen", "currency_id": yen.id}
        )
        order = self.book(pricelist_id=pricelist.id)
        hold = self.assertHold(order, "held")
        self.assertEqual(hold.currency_id, yen)
        [held] = self.bank.get_held()
        self.assertEqual(held["amount"], round(order.amount_total * 1.1))
        move, attempt = self.finish(order)
        self.assertEqual((attempt.state, move.amount_residual), ("paid", 0))
        self.assertEqual(self.bank.get_taken(), round(move.amount_total))
        other = self.env["res.company"].create({"name": "Second"})
        foreign = (
            self.env["sale.order"]
            .with_company(other)
            .create(
                {
                    "partner_id": self.customer.id,
                    "company_id": other.id,
                    "order_line": [Command.create({"product_id": self.cable.id})],
                }
            )
        )
        foreign._review_holds()
        self.assertFalse(foreign.collection_hold_ids)
