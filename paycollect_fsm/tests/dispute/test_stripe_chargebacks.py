# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from contextlib import closing
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.exception import RetryableJobError

from ...rules import disputes as chargebacks
from ..stripe.common_stripe_events import StripeEventCase, make_dispute


class TestChargebackRules(BaseCase):
    def test_the_doctests_hold(self):
        result = doctest.testmod(chargebacks)
        self.assertGreater(result.attempted, 3)
        self.assertEqual(result.failed, 0)


class ChargebackCase(StripeEventCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fee_account = cls.env["account.account"].create(
            {"name": "Dispute fees", "code": "699001", "account_type": "expense"}
        )
        cls.company.collection_fee_account_id = cls.fee_account
        cls.claimed = cls.claim()  # most tests begin with it

    def pay(self, attempt=None, **values):
        """Pay an attempt through Stripe, a new one by default; return it."""
        attempt = attempt or self.claim(**values)
        transaction = attempt.transaction_id
        self.apply_intent(transaction, id=f"pi_{transaction.id}")
        self.assertEqual(attempt.state, "paid")
        return attempt

    def tell(self, attempt, event="created", **values):
        """Create an event about a dispute of this attempt's charge."""
        transaction = attempt.transaction_id
        dispute = make_dispute(
            transaction.provider_reference,
            values.pop("amount", transaction._get_minor_amount()),
            transaction.currency_id.name.lower(),
            **values,
        )
        event = self.apply(f"charge.dispute.{event}", dispute)
        self.assertEqual(event.state, "done", event.reason)
        attempt.move_id.invalidate_recordset()
        attempt.invalidate_recordset()
        return self.env["paycollect.chargeback"].search(
            [("provider_reference", "=", dispute["id"])]
        )

    def balance(self, account, chargeback=None):
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        return sum(lines.mapped("balance"))


@tagged("post_install", "-at_install")
class TestStripeChargebacks(ChargebackCase):
    """Chargebacks and returns: the books, notifications, and no second charge."""

    def test_a_chargeback_reopens_the_invoice_and_books_the_fee_once(self):
        attempt = self.pay(self.claimed)
        move = attempt.move_id
        outstanding = self.payments(attempt.transaction_id).outstanding_account_id
        before = self.balance(outstanding)
        chargeback = self.tell(attempt, "created")
        self.assertEqual(move.amount_residual, move.amount_total)
        self.assertEqual(move.payment_state, "not_paid")
        self.assertEqual(chargeback.kind, "chargeback")
        self.assertEqual(chargeback.state, "open")
        self.assertEqual(chargeback.amount, move.amount_total)
        self.assertEqual(chargeback.reversal_move_id.state, "posted")
        self.assertEqual(chargeback.reversal_move_id.date, fields.Date.today())
        self.assertEqual(self.balance(self.fee_account), 15)
        self.assertEqual(self.balance(outstanding), before - move.amount_total - 15)
        reversal, fee = chargeback.reversal_move_id, chargeback.fee_move_id
        for event in ("created", "funds_withdrawn", "updated"):
            self.tell(attempt, event)
        self.assertEqual(chargeback.reversal_move_id, reversal)
        self.assertEqual(chargeback.fee_move_id, fee)
        self.assertEqual(self.balance(self.fee_account), 15)
        self.assertEqual(move.amount_residual, move.amount_total)

    def test_an_invoice_paid_with_credit_that_is_taken_back_reaches_accounting(self):
        attempt, other = self.pay(), self.make_attempt().move_id
        payment = self.payments(attempt.transaction_id)
        credit = payment.move_id.line_ids.filtered("account_id.reconcile")
        credit = credit.filtered(lambda line: line.balance < 0)
        credit.remove_move_reconcile()
        other.js_assign_outstanding_line(credit.id)
        self.assertTrue(other._is_settled())
        self.tell(attempt)
        self.assertEqual(other.payment_state, "not_paid")
        self.assertEqual(other.activity_ids.summary, "Collect an invoice again")
        self.assertNotIn(
            "Collect an invoice again", attempt.move_id.mapped("activity_ids.summary")
        )

    def test_a_disputed_invoice_is_never_charged_and_says_why(self):
        attempt = self.pay(self.claimed)
        move = attempt.move_id
        self.tell(attempt)
        self.assertTrue(move._is_disputed())
        self.assertFalse(move._plan_collection("completion"))
        self.assertFalse(move._plan_collection("manual"))
        self.assertIn("disputed", move.collection_explanation)
        self.assertIn("must respond to the dispute by", move.collection_explanation)
        self.assertEqual(attempt.state, "paid")
        self.assertTrue(attempt.chargeback_ids)

    def test_accounting_gets_one_task_with_the_due_date(self):
        attempt = self.pay(self.claimed)
        chargeback = self.tell(attempt)
        self.tell(attempt, "updated")
        (task,) = chargeback.activity_ids
        self.assertEqual(task.date_deadline, chargeback.due_at.date())
        self.assertEqual(task.user_id, self.company._get_collection_responsible())

    def test_won_the_payment_is_booked_again_and_the_task_is_done(self):
        attempt = self.pay(self.claimed)
        move = attempt.move_id
        chargeback = self.tell(attempt)
        self.tell(attempt, "closed", status="won", reinstated=True)
        self.assertEqual(chargeback.state, "won")
        self.assertEqual(move.amount_residual, 0)
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        self.assertFalse(move._is_disputed())
        self.assertFalse(chargeback.activity_ids)
        again = chargeback.reinstatement_move_id
        self.assertEqual(again.state, "posted")
        self.tell(attempt, "funds_reinstated", status="won", reinstated=True)
        self.assertEqual(chargeback.reinstatement_move_id, again)
        self.assertEqual(self.balance(self.fee_account), 15, "the provider keeps it")

    def test_a_fee_that_comes_back_is_booked_back(self):
        attempt = self.pay(self.claimed)
        chargeback = self.tell(attempt)
        self.tell(attempt, "closed", status="won", reinstated=True, fee_back=1500)
        self.assertEqual(chargeback.fee, 0)
        self.assertEqual(self.balance(self.fee_account), 0)

    def test_lost_it_stays_open_until_a_manager_releases_it(self):
        attempt = self.pay(self.claimed)
        move = attempt.move_id
        chargeback = self.tell(attempt)
        with self.assertRaises(UserError):
            chargeback.with_user(self.manager).action_release()
        self.tell(attempt, "closed", status="lost")
        self.assertEqual(chargeback.state, "lost")
        self.assertEqual(move.amount_residual, move.amount_total)
        self.assertFalse(move._plan_collection("completion"))
        self.assertIn("lost", chargeback.activity_ids.summary)
        with self.assertRaises(AccessError):
            chargeback.with_user(self.accountant).action_release()
        chargeback.with_user(self.manager).action_release()
        self.assertFalse(move._is_disputed())
        self.assertTrue(move._plan_collection("manual"))

    def test_of_two_events_at_once_the_slower_one_comes_again(self):
        attempt = self.pay(self.claimed)
        chargeback = self.tell(attempt)
        Chargeback = type(self.env["paycollect.chargeback"])
        unseen = self.env["paycollect.chargeback"]
        with (
            patch.object(Chargeback, "_search_row", return_value=unseen),
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(RetryableJobError, "another event"),
        ):
            self.tell(attempt, "updated")
        self.assertEqual(self.tell(attempt, "updated"), chargeback)

    def test_any_order_of_the_events_ends_the_same(self):
        steps = {
            "created": {},
            "funds_withdrawn": {},
            "closed": {"status": "won"},
            "funds_reinstated": {"status": "won", "reinstated": True},
        }
        self.check_orders(self.pay(), steps)

    def check_orders(self, attempt, steps, told=(), chargeback=None):
        """Tell the steps in each order; orders that begin alike share that part."""
        if not steps:
            with self.subTest(order=told):
                self.assertEqual(chargeback.state, "won")
                self.assertEqual(attempt.move_id.amount_residual, 0)
                self.assertFalse(chargeback.activity_ids)
                self.assertFalse(attempt.move_id._is_disputed())
                self.assertEqual(chargeback.fee, 15)
        for name, values in steps.items():
            rest = {other: steps[other] for other in steps if other != name}
            with closing(self.env.cr.savepoint()):
                chargeback = self.tell(attempt, name, **values)
                self.check_orders(attempt, rest, (*told, name), chargeback)

    def test_an_inquiry_moves_no_money_and_may_become_a_chargeback(self):
        attempt = self.pay(self.claimed)
        move = attempt.move_id
        chargeback = self.tell(
            attempt, status="warning_needs_response", withdrawn=False
        )
        self.assertEqual(chargeback.kind, "inquiry")
        self.assertEqual(move.amount_residual, 0)
        self.assertTrue(chargeback.activity_ids)
        self.assertFalse(chargeback.reversal_move_id)
        self.tell(attempt, "updated")
        self.assertEqual(chargeback.kind, "chargeback")
        self.assertEqual(move.amount_residual, move.amount_total)

    def test_an_inquiry_that_is_closed_leaves_nothing_to_do(self):
        attempt = self.pay(self.claimed)
        chargeback = self.tell(
            attempt, status="warning_needs_response", withdrawn=False
        )
        self.tell(attempt, "closed", status="warning_closed", withdrawn=False)
        self.assertEqual(chargeback.state, "won")
        self.assertFalse(chargeback.activity_ids)

    def test_a_part_that_is_disputed_reopens_that_part(self):
        attempt = self.pay(self.claimed)
        move = attempt.move_id
        chargeback = self.tell(attempt, amount=4000)
        self.assertEqual(chargeback.amount, 40)
        self.assertEqual(move.amount_residual, 40)
        reversal = chargeback.reversal_move_id
        payment = attempt.transaction_id.payment_id
        self.assertEqual(reversal.reversed_entry_id, payment.move_id)
        self.tell(attempt, "closed", amount=4000, status="won", reinstated=True)
        self.assertEqual(move.amount_residual, 0)

    def test_a_dispute_that_is_won_in_part_pays_that_part(self):
        attempt = self.pay(self.claimed)
        move, total = attempt.move_id, attempt.move_id.amount_total
        payment = self.payments(attempt.transaction_id)
        outstanding = payment.outstanding_account_id
        before = self.balance(outstanding)
        chargeback = self.tell(attempt, fee=0)
        part = {"status": "won", "reinstated": True, "fee": 0, "back": 4000}
        for event in ("closed", "funds_reinstated"):
            self.tell(attempt, event, **part)
        self.assertEqual(move.amount_residual, total - 40)
        self.assertEqual(move.payment_state, "partial")
        self.assertEqual(self.balance(outstanding), before - total + 40)
        self.assertEqual(chargeback._get_amount_out(), total - 40)
        self.assertEqual(payment.payment_transaction_id._get_left_to_refund(), 40)
        self.assertTrue(move._is_disputed())
        self.assertIn("$40.00", chargeback._get_text())
        self.assertIn("partly lost", chargeback.activity_ids.summary)
        self.tell(attempt, "updated", status="won", reinstated=True, fee=0)
        self.assertEqual(move.amount_residual, 0)
        self.assertEqual(self.balance(outstanding), before)
        self.assertFalse(move._is_disputed() or chargeback.activity_ids)

    def test_what_is_out_when_it_is_first_seen_is_what_reopens(self):
        attempt = self.pay(self.claimed)
        move = attempt.move_id
        part = {"status": "won", "reinstated": True, "back": 4000}
        chargeback = self.tell(attempt, "funds_reinstated", **part)
        self.assertEqual(move.amount_residual, move.amount_total - 40)
        self.assertEqual(
            chargeback.reversal_move_id.reversed_entry_id,
            self.payments(attempt.transaction_id).move_id,
        )
        chargeback.with_user(self.manager).action_release()
        self.assertFalse(move._is_disputed())

    def test_two_disputes_of_one_payment_reopen_what_both_took(self):
        attempt = self.pay(self.claimed)
        move = attempt.move_id
        self.age(move)
        half = attempt.transaction_id._get_minor_amount() // 2
        one = self.tell(attempt, id="dp_1", amount=half)
        two = self.tell(attempt, id="dp_2", amount=half)
        self.assertEqual(move.amount_residual, move.amount_total)
        reversals = (one | two).reversal_move_id
        self.assertEqual(len(reversals), 2)
        self.assertEqual(self.get_open(reversals), [])
        self.tell(
            attempt, "closed", id="dp_1", amount=half, status="won", reinstated=True
        )
        self.assertEqual(move.amount_residual, two.amount)
        moves = reversals | one.reinstatement_move_id
        self.assertEqual(self.get_open(moves), [])

    def age(self, move):
        """Make the invoice older than what comes back of its payment."""
        for line in move.line_ids.filtered("date_maturity"):
            line.date_maturity -= timedelta(days=10)

    def get_open(self, moves):
        """Return what customers owe, or are owed, by these entries."""
        lines = moves.line_ids.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                and not line.reconciled
            )
        )
        return lines.mapped("amount_residual")

    def test_a_dispute_beside_a_refund_leaves_the_refund_paid(self):
        attempt = self.pay(self.claimed)
        move, total = attempt.move_id, attempt.move_id.amount_total
        self.age(move)
        tx = attempt.transaction_id
        credit = self.payments(tx)._seek_for_lines()[1]
        credit.remove_move_reconcile()
        refund = tx._create_child_transaction(40, is_refund=True)
        refund._set_done()
        refund._post_process()
        (credit + self.payments(refund)._seek_for_lines()[1]).reconcile()
        (credit + move.line_ids).filtered(
            lambda line: line.account_id == credit.account_id and not line.reconciled
        ).reconcile()
        self.assertEqual(move.amount_residual, 40)
        self.tell(attempt, amount=round(total * 100) - 4000)
        self.assertEqual(move.amount_residual, total)
        self.assertEqual(self.get_open(self.payments(refund).move_id), [])

    def test_money_that_comes_back_for_what_was_paid_otherwise_is_a_credit(self):
        attempt = self.pay(self.claimed)
        move = attempt.move_id
        self.tell(attempt)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        self.assertEqual(move.amount_residual, 0)
        self.tell(attempt, "closed", status="won", reinstated=True)
        self.assertEqual(move.amount_residual, 0)
        self.assertIn("credit", str(move.activity_ids.mapped("note")))

    def test_without_an_account_the_fee_waits_on_the_chargeback(self):
        self.company.collection_fee_account_id = False
        attempt = self.pay()
        chargeback = self.tell(attempt)
        self.assertEqual(chargeback.fee, 15)
        self.assertFalse(chargeback.fee_move_id)
        self.assertIn("fee", str(attempt.move_id.activity_ids.mapped("note")))
        with self.assertRaises(UserError):
            chargeback.with_user(self.manager).action_book_fee()
        self.company.collection_fee_account_id = self.fee_account
        chargeback.with_user(self.manager).action_book_fee()
        self.assertEqual(self.balance(self.fee_account), 15)

    def test_a_payment_without_an_entry_is_rejected_and_taken_again(self):
        attempt = self.pay(self.claimed)
        move = attempt.move_id
        payment = self.payments(attempt.transaction_id)
        payment.move_id.line_ids.remove_move_reconcile()
        entry = payment.move_id
        payment.write({"move_id": False, "outstanding_account_id": False})
        entry.button_cancel()
        self.assertFalse(payment.move_id)
        chargeback = self.tell(attempt, fee=0)
        self.assertEqual(payment.state, "rejected")
        self.assertEqual(move.payment_state, "not_paid")
        self.tell(attempt, "closed", status="won", reinstated=True, fee=0)
        self.assertEqual(payment.state, "in_process")
        self.assertFalse(chargeback.is_payment_rejected)
        self.tell(attempt, id="dp_2", amount=4000, fee=0)
        self.assertEqual(payment.state, "rejected")
        self.assertIn("only a part", str(move.activity_ids.mapped("note")))

    # -- bank returns ------------------------------------------------------------

    def return_debit(self, reason, **values):
        attempt = self.pay()
        method = self.env.ref("payment.payment_method_ach_direct_debit")
        method.active = True
        attempt.token_id.payment_method_id = method
        chargeback = self.tell(attempt, status="lost", reason=reason, fee=400, **values)
        self.assertEqual(chargeback.kind, "bank_return")
        return attempt, chargeback

    def test_a_debit_returned_for_want_of_funds_is_presented_again(self):
        attempt, chargeback = self.return_debit("insufficient_funds")
        self.assertEqual(attempt.state, "declined")
        self.assertEqual(attempt.decline_code, "insufficient_funds")
        self.assertTrue(attempt.returned_at)
        move = attempt.move_id
        self.assertEqual(move.amount_residual, move.amount_total)
        self.assertFalse(move._is_disputed())
        self.assertEqual(attempt.next_attempt_id.state, "planned")
        self.assertEqual(chargeback.fee, 4)
        self.tell(attempt, "closed", status="lost", reason="insufficient_funds")
        states = move.collection_attempt_ids.mapped("state")
        self.assertEqual(sorted(states), ["declined", "planned"])

    def test_a_debit_that_was_not_authorised_is_left_to_a_person(self):
        attempt, chargeback = self.return_debit("debit_not_authorized")
        move = attempt.move_id
        self.assertEqual(attempt.state, "declined")
        self.assertEqual(attempt.decline_kind, "hard")
        self.assertFalse(attempt.next_attempt_id)
        self.assertTrue(move._is_disputed())
        self.assertEqual(len(move.activity_ids), 1)
        self.make_token(move.partner_id, stripe_payment_method="pm_2")
        self.assertFalse(move._plan_waiting(move.partner_id))
        self.assertEqual(len(move.collection_attempt_ids), 1)

    def test_a_return_is_not_undone_by_a_success_that_comes_again(self):
        attempt, _chargeback = self.return_debit("debit_not_authorized")
        transaction = attempt.transaction_id
        self.apply_intent(transaction, id=transaction.provider_reference)
        transaction._post_process()
        self.assertEqual(attempt.state, "declined")
        self.assertEqual(len(self.payments(transaction)), 1)

    # -- order and access ----------------------------------------------------------

    def test_a_dispute_before_the_success_waits_for_it(self):
        attempt = self.claimed
        transaction = attempt.transaction_id
        dispute = make_dispute("pi_9", transaction._get_minor_amount(), "usd")
        event = self.apply("charge.dispute.created", dispute)
        self.assertEqual(event.state, "waiting")
        self.apply_intent(transaction, id="pi_9")
        event._apply()
        self.assertEqual(event.state, "done")
        self.assertEqual(attempt.move_id.payment_state, "not_paid")

    def test_other_companies_and_customers_do_not_see_chargebacks(self):
        chargeback = self.tell(self.pay())
        chargeback.with_user(self.accountant).check_access("read")
        stranger = self.env["res.company"].create({"name": "Another"})
        users = [
            self.technician,
            new_test_user(self.env, "portal_1", groups="base.group_portal"),
            self.env.ref("base.public_user"),
            new_test_user(
                self.env,
                "another_manager",
                groups="paycollect_fsm.group_manager",
                company_id=stranger.id,
                company_ids=[(6, 0, stranger.ids)],
            ),
        ]
        for user in users:
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                chargeback.with_user(user).read(["amount"])

    def test_a_chargeback_cannot_be_deleted(self):
        with self.assertRaises(UserError):
            self.tell(self.pay()).unlink()
