# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import random
import secrets
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.payment import utils as payment_utils

from ..stripe.common_stripe_events import StripeEventCase
from .bank import FAULTS, Bank
from .common_refund import RefundMixin

NOISY = (
    "odoo.addons.payment.models.payment_provider",
    "odoo.addons.payment_stripe.models.payment_transaction",
    "odoo.addons.paycollect_fsm.models.refund.paycollect_refund_part",
    "stripe",
)
STEPS = ("ask", "ask", "work", "work", "work", "dashboard", "fails_later", "wait")


class Breach(Exception):
    """Something that must always hold doesn't."""


@tagged("post_install", "-at_install")
class TestRefundWorld(RefundMixin, StripeEventCase):
    """Refunds, lost answers, the dashboard and late failures, in any order."""

    def set_scene(self):
        super().set_scene()
        self.company.collection_refund_limit = 1000
        self.transaction = self.claim(partner=self.make_partner()).transaction_id
        self.apply_intent(self.transaction, id="pi_77")
        self.invoice = self.transaction.invoice_ids

    def live(self, seed, steps):
        """Draw the steps, and check what must hold after each."""
        self.dice, self.bank = random.Random(seed), Bank("pi_77", 10000)
        self.clock, self.asked = self.now(), self.env["paycollect.refund"]
        with self.with_jobs() as trap, self.bank.open(), mute_logger(*NOISY):
            for _number in range(steps):
                getattr(self, self.dice.choice(STEPS))()
                self.check()
                trap.enqueued_jobs = []
            self.settle()
            trap.enqueued_jobs = []

    def ask(self):
        try:
            self.asked |= self.ask_refund(self.invoice, self.dice.randint(1, 60))
        except UserError:
            return  # more than what is left

    def work(self):
        self.bank.fault = self.dice.choice(FAULTS)
        self.clock += timedelta(minutes=self.dice.choice((2, 10, 90)))
        self.env["paycollect.refund"]._cron_process(self.clock)
        self.bank.fault = None

    def wait(self):
        self.clock += timedelta(hours=self.dice.choice((5, 30)))

    def dashboard(self):
        if refund := self.bank.refund(self.dice.randint(1, 2000)):
            charge = {
                "id": "ch_1",
                "object": "charge",
                "payment_intent": "pi_77",
                "description": self.transaction.reference,
                "refunds": {"data": [refund], "has_more": False},
            }
            self.tell("charge.refunded", charge)

    def fails_later(self):
        succeeded = [r for r in self.bank.refunds if r["status"] == "succeeded"]
        if succeeded:
            refund = self.dice.choice(succeeded)
            refund["status"] = self.dice.choice(("failed", "canceled"))
            self.tell("refund.updated", refund)

    def tell(self, kind, values):
        self.receive(kind, values)._apply(self.clock)

    def settle(self):
        """Nothing happens anymore: everything is known and booked."""
        for _day in range(3):
            self.wait()
            self.env["paycollect.refund"]._cron_process(self.clock + timedelta(days=2))
            self.clock += timedelta(days=2)
        self.check()
        for refund in self.asked:
            if refund.state not in ("done", "failed", "refused"):
                raise Breach(f"{refund.state}: {refund.reason_text}")
            moved = self.bank.get_refunded(*self.get_marks(refund), "none")
            done = round(refund.amount * 100) if refund.state == "done" else 0
            if moved != done:
                raise Breach(f"{refund.state}, but {moved} cents moved")
        if (booked := self.get_booked()) != self.bank.get_refunded():
            raise Breach(f"{booked} booked, {self.bank.get_refunded()} refunded")

    def check(self):
        if self.bank.get_refunded() > self.bank.captured:
            raise Breach("more than captured")
        for refund in self.asked:
            marks = self.get_marks(refund)
            moved = self.bank.get_refunded(*marks, "none")
            if moved > round(refund.amount * 100):
                raise Breach(f"{moved} cents moved for {refund.amount}")

    def get_marks(self, refund):
        return refund.part_ids.transaction_id.mapped("collection_mark")

    def get_booked(self):
        """Return the cents that our books say went back."""
        children = self.transaction.child_transaction_ids.filtered(
            lambda child: not child.collection_reversal_id
        )
        return round(sum(children.payment_id.mapped("amount")) * 100)

    def test_whatever_happens_no_money_goes_back_twice_and_the_books_agree(self):
        for seed in range(2):
            with self.subTest(seed=seed), self.env.cr.savepoint() as savepoint:
                self.live(seed, steps=25)
                states = set(self.asked.mapped("state"))
                self.assertGreater(len(states), 1)
                savepoint.close(rollback=True)
            self.env.invalidate_all()

    def test_a_new_key_after_a_timeout_would_be_noticed(self):
        def make_key(*_args, **_kwargs):
            return secrets.token_hex(16)

        with patch.object(payment_utils, "generate_idempotency_key", make_key):
            for seed in range(20):
                try:
                    with self.env.cr.savepoint() as savepoint:
                        self.live(seed, steps=15)
                        savepoint.close(rollback=True)
                except Breach:
                    return
                self.env.invalidate_all()
        self.fail("nobody noticed")
