# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

import requests
from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.stripe import api as stripe_api
from ...rules.stripe_events import MARK
from ..stripe.common_stripe_events import StripeEventCase, make_dispute, make_refund
from .common_refund import RefundMixin

UNKNOWN = (
    "odoo.addons.payment.models.payment_provider",
    "odoo.addons.paycollect_fsm.models.refund.paycollect_refund_part",
)


@tagged("post_install", "-at_install")
class TestStripeRefundFlow(RefundMixin, StripeEventCase):
    """A refund through Stripe: asked, sent once, and followed whatever happens."""

    def set_scene(self):
        super().set_scene()
        self.customer = self.make_partner()
        self.transaction = self.claim(partner=self.customer).transaction_id
        self.apply_intent(self.transaction, id="pi_77")
        self.invoice = self.transaction.invoice_ids

    # -- what Stripe says ----------------------------------------

    def asked(self, refunded=0, disputes=()):
        """Answer what is left of the payment."""
        charge = {"amount_captured": 10000, "amount_refunded": refunded}
        return self.stripe_sdk(
            **{
                "GET payment_intents/pi_77": {"latest_charge": charge},
                "GET disputes": self.make_list(*disputes),
            }
        )

    def make_list(self, *items):
        return {"object": "list", "data": list(items), "has_more": False}

    def make_answer_to(self, amount=4000, **values):
        """Return a refund as Stripe returns it; its mark is the request's."""
        refund = make_refund("pi_77", amount, "usd", **values)
        if not values.get("metadata"):
            del refund["metadata"]
        return refund

    def start(self, amount=40, **values):
        """Ask for a refund and approve it; no work is done yet."""
        refund = self.ask_refund(self.invoice, amount, **values)
        refund.with_user(self.manager).action_approve()
        return refund

    def work(self, refund, answer, now=None, **asked):
        """Do the work, with Stripe's answer to the request."""
        with (
            self.with_jobs() as trap,
            self.asked(**asked),
            self.stripe(**{"POST refunds": answer}) as stripe,
            mute_logger(*UNKNOWN),
        ):
            refund._process(now)
            trap.enqueued_jobs = []
        return stripe.to("refunds")

    def check_again(self, refund, now, answer=None, found=None):
        """Ask about what is unknown, with the key or in Stripe's list."""
        with (
            self.with_jobs() as trap,
            self.stripe(**({"POST refunds": answer} if answer else {})) as stripe,
            self.stripe_sdk(**{"GET refunds": self.make_list(*(found or []))}) as asked,
            mute_logger(*UNKNOWN),
        ):
            refund.part_ids._resolve(now)
            trap.enqueued_jobs = []
        return stripe.to("refunds"), asked

    def assertUntouched(self, refund):
        """Check that nothing was booked."""
        self.assertFalse(refund.credit_note_id)
        self.assertFalse(refund._get_payments())
        self.assertFalse(self.invoice.reversal_move_ids)

    # -- stories ----------------------------------------

    def test_it_is_sent_once_with_a_key_and_a_second_worker_sends_nothing(self):
        refund = self.start()
        [sent] = self.work(refund, self.make_answer_to())
        self.assertTrue(sent.key)
        self.assertEqual((sent.data["amount"], refund.state), (4000, "done"))
        self.assertTrue(refund.checked_at)
        self.assertEqual(refund.credit_note_id.amount_residual, 0)
        self.assertEqual(len(self.work(refund, AssertionError("sent twice"))), 0)
        child = refund.part_ids.transaction_id
        # its own event changes nothing
        echo = self.make_answer_to(metadata={MARK: child.collection_mark})
        self.apply("refund.updated", echo)
        self.assertEqual(self.transaction.child_transaction_ids, child)
        self.assertEqual(refund.state, "done")
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            refund.part_ids.copy({"transaction_id": child.id})
            self.env.flush_all()

    def test_what_was_refunded_in_the_dashboard_or_is_disputed_is_refused(self):
        spent = self.start(60)
        self.assertFalse(self.work(spent, AssertionError("sent"), refunded=5000))
        self.assertEqual(spent.state, "refused")
        self.assertIn("$50.00", spent.reason_text.replace("\xa0", ""))
        self.assertUntouched(spent)
        codes = self.find_tasks(spent).mapped("collection_code")
        self.assertEqual(codes, ["refund_refused"])
        inquiry = make_dispute(
            "pi_77", 10000, "usd", "warning_needs_response", withdrawn=False
        )
        open_dispute = make_dispute("pi_77", 10000, "usd")
        disputed = self.start(50)
        self.work(disputed, AssertionError("sent"), disputes=[inquiry, open_dispute])
        self.assertEqual(
            (disputed.state, disputed.reason_code), ("refused", "disputed")
        )
        asked = self.start(50)
        self.work(asked, self.make_answer_to(5000), refunded=5000, disputes=[inquiry])
        self.assertEqual(asked.state, "done")
        # a dispute that we know of needs no question
        self.apply("charge.dispute.created", make_dispute("pi_77", 5000, "usd"))
        self.assertTrue(self.transaction._is_disputed())

    def test_without_an_answer_to_the_question_nothing_is_sent(self):
        refund = self.start()
        silence = stripe_api.stripe.APIConnectionError("no route")
        with (
            self.with_jobs() as trap,
            self.stripe_sdk(**{"GET payment_intents/pi_77": silence}),
            self.stripe() as stripe,
        ):
            refund._process()
            trap.enqueued_jobs = []
        self.assertFalse(stripe.requests)
        self.assertEqual((refund.state, refund.reason_code), ("approved", "unanswered"))
        self.assertGreater(refund.try_at, self.now())
        self.work(refund, self.make_answer_to(), refund.try_at)
        self.assertEqual(refund.state, "done")

    def test_a_timeout_is_asked_about_with_the_same_key_and_never_sent_anew(self):
        refund = self.start()
        [first] = self.work(refund, requests.exceptions.Timeout())
        part = refund.part_ids
        self.assertEqual((refund.state, part.state), ("processing", "unknown"))
        self.assertEqual(part.transaction_id.state, "draft")
        self.assertEqual(refund.credit_note_id.state, "draft")
        # meanwhile nobody can refund that money again
        with self.assertRaisesRegex(Exception, r"At most \D*60\.00"):
            self.ask_refund(self.invoice, 61)
        self.assertFalse(self.work(refund, AssertionError("sent anew")))
        [again], _asked = self.check_again(refund, part.ask_at, self.make_answer_to())
        self.assertEqual(again.key, first.key)
        self.assertEqual((refund.state, part.state), ("done", "done"))
        self.assertEqual(len(self.transaction.child_transaction_ids), 1)
        self.assertEqual(refund.credit_note_id.amount_residual, 0)

    def test_a_dispute_while_the_outcome_is_unknown_only_looks_it_up(self):
        refund = self.start()
        self.work(refund, requests.exceptions.Timeout())
        self.assertEqual(refund.part_ids.state, "unknown")
        self.apply("charge.dispute.created", make_dispute("pi_77", 10000, "usd"))
        self.assertTrue(self.transaction._is_disputed())
        part = refund.part_ids
        sent, asked = self.check_again(refund, part.ask_at)
        self.assertFalse(sent, "the dispute returns the money already")
        self.assertEqual(asked[0][1], "refunds")
        self.assertEqual(part.state, "unknown")
        self.check_again(refund, part.sent_at + timedelta(hours=2))
        self.assertEqual((part.state, refund.state), ("failed", "failed"))
        self.assertUntouched(refund)
        with self.assertRaises(UserError):
            self.start()

    def test_after_the_keys_life_it_is_looked_up(self):
        for found, state in ((False, "failed"), (True, "done")):
            refund = self.start(20)
            self.work(refund, requests.exceptions.Timeout())
            part = refund.part_ids
            later = part.sent_at + timedelta(hours=30)
            mark = part.transaction_id.collection_mark
            listed = self.make_answer_to(
                2000, id=f"re_{part.id}", metadata={MARK: mark}
            )
            sent, asked = self.check_again(
                refund, later, found=[listed] if found else []
            )
            self.assertFalse(sent)
            self.assertEqual([path for _method, path, _data in asked], ["refunds"])
            self.assertEqual(refund.state, state)
            if not found:
                self.assertUntouched(refund)
                self.assertIn("No money moved", refund.reason_text)
        # it was never made, so its money may be refunded again
        self.assertEqual(self.start(80).state, "approved")

    def test_what_nobody_can_look_up_a_manager_decides(self):
        self.env["ir.config_parameter"].set_param("paycollect.stripe_key_hours", "0")
        for mark, state in (("not_refunded", "failed"), ("refunded", "done")):
            refund = self.start(10)
            self.work(refund, requests.exceptions.Timeout())
            self.assertTrue(refund.is_unknown)
            codes = self.find_tasks(refund).mapped("collection_code")
            self.assertEqual(codes, ["refund_unknown"])
            button = getattr(refund.with_user(self.manager), f"action_mark_{mark}")
            with self.with_jobs():
                button()
            self.assertEqual(refund.state, state)
            with self.assertRaisesRegex(UserError, "known by now"):
                button()

    def test_a_killed_worker_leaves_a_row_that_is_asked_about(self):
        refund = self.start()
        with self.asked():
            refund._as_system()._begin(self.now())
        part = refund.part_ids
        self.assertTrue(part._claim_part(self.now()))
        later = part.sent_at + timedelta(minutes=3)
        with self.with_jobs() as trap, self.asked():
            self.assertFalse(part._send(later))  # another worker leaves it alone
            part._set_orphaned(later)
            trap.enqueued_jobs = []
        self.assertEqual(part.state, "unknown")
        [sent], _asked = self.check_again(
            refund, later + timedelta(hours=1), self.make_answer_to()
        )
        self.assertTrue(sent.key)
        self.assertEqual(refund.state, "done")

    def test_a_refusal_books_nothing_and_says_what_to_do(self):
        refund = self.start()
        error = {
            "error": {"code": "charge_disputed", "message": "It was charged back."}
        }
        self.work(refund, (400, error))
        self.assertEqual((refund.state, refund.part_ids.state), ("failed", "failed"))
        self.assertIn("It was charged back.", refund.reason_text)
        self.assertUntouched(refund)
        codes = self.find_tasks(refund).mapped("collection_code")
        self.assertEqual(codes, ["refund_failed"])
        self.assertFalse(self.find_mails(refund))
        action = refund.with_user(self.accountant).action_refund_rest()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((wizard.move_id, wizard.limit), (self.invoice, 100))
        # a wrong key refuses everything: it is our problem, so the part waits
        waiting = self.start(30)
        self.work(waiting, (401, {"error": {"message": "Invalid API key"}}))
        self.assertEqual(
            (waiting.state, waiting.part_ids.state), ("processing", "planned")
        )
        self.provider.collection_key_rejected_at = False
        [sent] = self.work(waiting, self.make_answer_to(3000))
        self.assertEqual(waiting.state, "done")

    def test_a_refund_that_fails_or_is_canceled_days_later_is_undone(self):
        for number, (status, event) in enumerate(
            (("failed", "charge.refund.updated"), ("canceled", "refund.updated"))
        ):
            with self.subTest(status):
                refund = self.start(25)
                answer = self.make_answer_to(2500, id=f"re_{number}")
                self.work(refund, answer)
                self.assertEqual(refund.state, "done")
                child = refund.part_ids.transaction_id
                mark = {MARK: child.collection_mark}
                late = {**answer, "status": status, "metadata": mark}
                for _again in range(2):
                    self.apply(event, late)
                self.assertEqual((refund.state, child.state), ("failed", "error"))
                reversal = child.collection_reversal_id
                self.assertEqual(reversal.state, "posted")
                lines = child.payment_id.move_id.line_ids | reversal.line_ids
                self.assertFalse(sum(lines.mapped("balance")))
                receivable = self.get_receivable(child.payment_id.move_id)
                self.assertEqual(
                    receivable.matched_credit_ids.credit_move_id.move_id, reversal
                )
                note = refund.credit_note_id
                self.assertEqual((note.state, note.amount_residual), ("posted", 25))
                codes = self.find_tasks(refund).mapped("collection_code")
                self.assertEqual(codes, ["refund_failed"])
                # an old event doesn't bring it back
                self.apply(event, {**late, "status": "succeeded"})
                self.assertEqual((refund.state, child.state), ("failed", "error"))
                # what is credit now isn't refunded of the invoice, too
                left = 100 - 25 * (number + 1)
                self.assertEqual(self.invoice._get_refund_limit(), left)
                with self.assertRaises(UserError) as caught:
                    self.ask_refund(self.invoice, left + 1)
                for words in (f"${left}.00", note.name, "still open there"):
                    self.assertIn(words, str(caught.exception).replace("\xa0", ""))
                # the rest is refunded by check
                action = refund.with_user(self.accountant).action_refund_rest()
                wizard = self.env[action["res_model"]].browse(action["res_id"])
                self.assertEqual(
                    (wizard.limit, wizard.credit_line_ids.move_id), (25, note)
                )
        bank = {"way": "check", "bank_journal_id": self.get_bank().id}
        self.assertEqual(self.refund(note, **bank).state, "done")
        self.assertEqual(self.invoice._get_refund_limit(), 50)
        with self.assertRaisesRegex(UserError, "has no credit"):
            refund.with_user(self.accountant).action_refund_rest()
        # what Odoo's own button refunded is undone as well
        with self.stripe(**{"POST refunds": self.make_answer_to(1000, id="re_9")}):
            child = self.transaction._refund(10)
        child._post_process()
        self.assertEqual(self.invoice._get_refund_limit(), 40)
        late = self.make_answer_to(1000, id="re_9", status="failed", metadata={})
        self.apply("charge.refund.updated", {**late, "metadata": {}})
        self.assertTrue(child.collection_reversal_id)
        self.assertEqual(self.invoice._get_refund_limit(), 50)

    def test_half_way_the_books_say_what_moved_and_the_rest_is_credit(self):
        customer = self.customer
        second = self.make_transaction(
            customer,
            amount=50,
            invoice_ids=[(6, 0, [])],
            token_id=False,
            operation="online_direct",
        )
        intent = self.make_intent(second, id="pi_88")
        second._process("stripe", second._prepare_stripe_payment_data(intent))
        second._post_process()
        move = self.invoice.copy({"invoice_date": self.company._get_today()})
        move.invoice_line_ids.write({"price_unit": 150, "quantity": 1})
        move.action_post()
        first = self.transaction
        for transaction in (first, second):
            line = self.get_receivable(transaction.payment_id.move_id)
            line.remove_move_reconcile()
            (line | self.get_receivable(move)).reconcile()
        first.last_state_change = self.now() - timedelta(days=3)
        refund = self.ask_refund(move, 150)
        refund.with_user(self.manager).action_approve()
        answers = [
            self.make_answer_to(5000, id="re_1"),
            (400, {"error": {"code": "x", "message": "Account closed."}}),
        ]
        charge = {"amount_captured": 10000, "amount_refunded": 0}
        with (
            self.with_jobs() as trap,
            self.stripe_sdk(
                **{
                    "GET payment_intents/pi_77": {"latest_charge": charge},
                    "GET payment_intents/pi_88": {"latest_charge": charge},
                    "GET disputes": self.make_list(),
                }
            ),
            self.stripe(**{"POST refunds": answers}),
        ):
            refund._process()
            trap.enqueued_jobs = []
        self.assertEqual(refund.part_ids.mapped("state"), ["done", "failed"])
        self.assertEqual((refund.state, refund.reason_code), ("failed", "partly"))
        text = refund.reason_text.replace("\xa0", "")
        self.assertIn("$50.00 of $150.00", text)
        note = refund.credit_note_id
        self.assertEqual((note.state, note.amount_residual), ("posted", 100))
        self.assertEqual((move._get_refund_limit(), note._get_refund_limit()), (0, 100))
