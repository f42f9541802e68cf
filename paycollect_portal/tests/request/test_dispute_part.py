# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ...rules.payment import Choice
from ..schedule.common_schedule import ScheduleCommon
from .common_dispute import DisputeCommon


@tagged("post_install", "-at_install")
class TestDisputePart(DisputeCommon, ScheduleCommon):
    """A dispute of a part pauses that part; the rest goes on."""

    def get_rows(self):
        items = self.customer._get_open_items(self.company, self.today)[self.customer]
        return [(item.residual, item.state) for item in items]

    def get_plan(self, *lines):
        choice = Choice(lines=frozenset(lines) or None)
        [block] = self.customer._get_payment_blocks(self.company, self.today, choice)
        return block, [
            (share.item.line.id, share.amount) for share in block.plan.shares
        ]

    def test_the_rest_is_asked_for_and_paid_and_the_sum_is_the_ledger(self):
        move = self.make_invoice(amount=300)
        dispute = self.make_dispute(move, amount=100)
        self.assertEqual(self.get_rows(), [(200, "due"), (100, "disputed")])
        balance = self.customer._get_balances(self.company, self.today)[
            move.currency_id
        ]
        self.assertEqual(balance.balance, move.amount_residual)
        self.assertEqual((balance.open, balance.due, balance.to_pay), (300, 200, 200))
        line = self.get_due_lines(move)
        block, shares = self.get_plan()
        self.assertEqual(shares, [(line.id, 200)])
        self.assertEqual(self.get_plan(line.id)[1], [(line.id, 200)], "the same tick")
        self.assertEqual(self.get_plan(line.id)[0].plan.most, 200)
        vals = self.customer._prepare_block_payment_vals(self.company, block)
        [allocation] = vals["collection_allocation_ids"]
        self.assertEqual(allocation[2]["amount"], 200)
        self.assertEqual(move._get_amount_to_pay(), 200)
        self.pay(move, 200)
        self.assertEqual(self.get_rows(), [(100, "disputed")])
        self.pay(move, 30)
        self.assertEqual(self.get_rows(), [(70, "disputed")])
        self.answer(dispute, "rejected")
        self.assertEqual(self.get_rows(), [(70, "due")])
        self.assertEqual(self.get_plan()[1], [(line.id, 70)])

    def pay(self, move, amount):
        payment = self.make_payment(amount=amount)
        self.get_due_lines(move + payment.move_id).reconcile()

    def test_an_early_payment_discount_is_for_who_pays_all_of_it(self):
        term = self.make_parts_term((100, 30), discount=2, discount_days=10)
        move = self.make_invoice(amount=300, invoice_payment_term_id=term.id)
        self.assertEqual(move._get_amount_to_pay(), 294)
        dispute = self.make_dispute(move, amount=100)
        block, shares = self.get_plan(self.get_due_lines(move).id)
        self.assertEqual((shares[0][1], block.plan.discount), (200, 0))
        self.assertEqual(move._get_amount_to_pay(), 200)
        dispute._withdraw()
        self.assertEqual(move._get_amount_to_pay(), 294)

    def test_what_is_due_first_is_disputed_first(self):
        term = self.make_parts_term((30, 0), (70, 60))
        move = self.make_invoice(amount=300, invoice_payment_term_id=term.id)
        self.make_dispute(move, amount=100)
        rows = [(90, "disputed"), (200, "open"), (10, "disputed")]
        self.assertEqual(self.get_rows(), rows)
        collectable = move._get_collectable(self.now())[move]
        self.assertEqual((collectable.due, collectable.next_amount), (0, 200))

    def test_another_reason_for_the_rest_is_said(self):
        move = self.make_invoice(amount=300)
        self.make_dispute(move, amount=100)
        move.no_followup = True
        self.assertEqual(self.get_rows(), [(200, "excluded"), (100, "disputed")])

    def test_the_rest_is_charged_and_what_was_disputed_after_the_answer(self):
        job = self.make_job(self.make_partner("Auto Inc."))
        with trap_jobs():
            job.action_complete()
        move = job.invoice_lines.move_id
        total = move.amount_residual
        dispute = self.make_dispute(move, amount=40)
        first = move.collection_attempt_ids
        with self.with_jobs():
            first._send()
        self.assertEqual((first.state, first.amount), ("paid", total - 40))
        [second] = move.collection_attempt_ids - first
        self.assertEqual((second.parked_code, second.amount), ("contested", 40))
        self.assertEqual(
            move._get_message_obstacles("declined", self.now())[move], ["contested"]
        )
        with self.with_jobs():
            self.answer(dispute, "rejected")
        self.assertEqual((second.state, move.amount_residual), ("paid", 0))

    def test_autopay_and_scheduled_payments_take_the_rest(self):
        self.switch_on(max_amount=200)
        move = self.make_invoice(amount=300)
        self.make_dispute(move, amount=100)
        whole = self.make_invoice(amount=50)
        self.make_dispute(whole)
        self.run_autopay()
        self.assertEqual(move.collection_attempt_ids.amount, 200)
        self.assertEqual(move.amount_residual, 100)
        self.assertFalse(whole.collection_attempt_ids)
        later = self.make_invoice(amount=90, due=5)
        payment = self.schedule(later)
        self.make_dispute(later, amount=30)
        self.run_scheduled(3)
        self.assertEqual(later.collection_attempt_ids.amount, 60)
        self.assertEqual(payment.state, "paid")
