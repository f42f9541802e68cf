# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestChargeGuard(CollectionCommon):
    """An invoice that is being charged cannot be paid manually."""

    def set_scene(self):
        super().set_scene()
        job = self.make_job()
        with trap_jobs():
            job.action_complete()
        self.move = job.invoice_lines.move_id
        self.attempt = self.move.collection_attempt_ids

    def pay_online(self, amount=None):
        token = self.attempt.token_id
        return self.env["payment.transaction"].create(
            {
                "provider_id": token.provider_id.id,
                "payment_method_id": token.payment_method_id.id,
                "amount": amount or self.move.amount_residual,
                "currency_id": self.move.currency_id.id,
                "partner_id": self.move.partner_id.id,
                "operation": "online_direct",
                "invoice_ids": [Command.set(self.move.ids)],
            }
        )

    def test_an_invoice_is_not_paid_online_while_it_is_charged(self):
        for state in ("sent", "unknown", "settling"):
            with self.subTest(state=state):
                self.attempt.state = state
                with self.assertRaisesRegex(ValidationError, "is being charged"):
                    self.pay_online()

    def test_a_refused_payment_leaves_nothing_behind(self):
        """The page shows the refusal, and its request is committed."""
        self.attempt.state = "sent"
        try:
            self.pay_online()
        except ValidationError:
            refused = True
        self.assertTrue(refused)
        self.env.flush_all()
        self.assertFalse(self.move.transaction_ids)
        self.attempt.state = "canceled"
        self.assertTrue(self.pay_online())

    def test_whoever_is_faster_than_a_planned_charge_pays(self):
        self.assertTrue(self.pay_online())
        with trap_jobs():
            self.assertFalse(self.attempt._claim(self.attempt.planned_at))
        self.assertEqual(self.attempt.state, "planned")

    def test_after_a_decline_everybody_may_pay(self):
        self.attempt.state = "declined"
        self.assertTrue(self.pay_online())

    def test_what_was_just_paid_online_is_not_paid_again(self):
        self.attempt.state = "canceled"
        for answer in ("_set_pending", "_set_done"):
            with self.subTest(answer=answer):
                payment = self.pay_online()
                getattr(payment, answer)()
                with self.assertRaisesRegex(ValidationError, "no amount to be paid"):
                    self.pay_online()
                payment.write({"state": "cancel", "is_post_processed": True})

    def test_nobody_pays_more_than_what_is_open(self):
        self.attempt.state = "canceled"
        owed = self.move.amount_residual
        with self.assertRaisesRegex(ValidationError, "Only .*reload the page"):
            self.pay_online(owed + 0.01)
        self.assertTrue(self.pay_online(owed / 2))

    def test_a_page_from_before_the_charge_does_not_pay_again(self):
        owed = self.move.amount_residual
        with self.with_jobs():
            self.attempt._send()
        self.assertEqual(self.move.amount_residual, 0)
        with self.assertRaisesRegex(ValidationError, "already been paid"):
            self.pay_online(owed)

    def test_no_step_skips_the_table_of_transitions(self):
        transaction = self.attempt.transaction_id
        steps = {
            "sent": lambda: self.attempt._set_sent(transaction, 100, self.now()),
            "canceled": lambda: self.attempt._set_canceled("superseded"),
            "planned": lambda: self.attempt._set_put_back(),
        }
        for state in ("paid", "settling", "declined", "unknown"):
            self.attempt.state = state
            for target, step in steps.items():
                with self.subTest(f"{state} → {target}"):
                    with self.assertRaisesRegex(ValueError, f"{state} → {target}"):
                        step()
