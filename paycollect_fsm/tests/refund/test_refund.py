# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_refund import RefundCommon

BOOKS_LOGGER = "odoo.addons.paycollect_fsm.models.refund.paycollect_refund_books"


@tagged("post_install", "-at_install")
class TestRefund(RefundCommon):
    """A refund from the request to the books, with a provider that answers at once."""

    def test_whoever_requested_a_refund_does_not_approve_it(self):
        self.get_user("the_manager")
        self.company.collection_responsible_id = self.manager
        refund = self.ask_refund(self.invoice, 30, user=self.manager)
        self.assertEqual(refund.state, "requested", "every refund is above 0")
        [task] = self.find_tasks(refund)
        self.assertTrue(task.user_id.has_group("paycollect_fsm.group_manager"))
        self.assertNotEqual(task.user_id, self.manager)
        mine = refund.with_user(self.manager)
        self.assertIn("another Collections manager", mine.another_manager_text)
        with self.assertRaisesRegex(UserError, "another Collections manager"):
            mine.action_approve()
        self.manager.group_ids += self.env.ref("base.group_system")
        with self.assertRaisesRegex(UserError, "another Collections manager"):
            mine.action_approve()
        self.company.collection_refund_second_person = False
        mine.invalidate_recordset()
        self.assertFalse(mine.another_manager_text)
        mine.action_approve()
        self.assertEqual(refund.state, "approved")

    def test_staff_ask_a_manager_approves_and_the_books_are_closed(self):
        invoice = self.invoice
        self.assertEqual(invoice.amount_total, 130)
        self.assertTrue(invoice.with_user(self.accountant).collection_can_refund)
        with self.with_jobs():
            refund = self.ask_refund(invoice, 30)
        self.assertEqual(refund.state, "requested")
        self.assertIn("$30.00", refund.destination_text)
        self.assertIn("4242", refund.destination_text)
        [task] = self.find_tasks(refund)
        self.assertEqual(task.collection_code, "refund_request")
        self.assertFalse(self.get_children(self.paid))
        with self.assertRaises(AccessError):
            refund.with_user(self.accountant).action_approve()
        with self.with_jobs():
            refund.with_user(self.manager).action_approve()
            with self.assertRaisesRegex(UserError, "already “Approved"):
                refund.with_user(self.manager).action_approve()
        self.assertEqual(refund.state, "done")
        self.assertEqual(refund.approved_by_id, self.manager)
        self.assertFalse(self.find_tasks(refund))
        child = self.get_children(self.paid)
        self.assertEqual((child.state, child.amount), ("done", -30))
        note = refund.credit_note_id
        self.assertEqual((note.state, note.amount_total), ("posted", 30))
        self.assertEqual(note.reversed_entry_id, invoice)
        self.assertIn("Part returned", note.ref)
        self.assertEqual(note.amount_residual, 0)
        self.assertEqual(invoice.payment_state, self.paid.invoice_ids.payment_state)
        self.assertEqual(invoice.amount_residual, 0)
        payment = child.payment_id
        self.assertEqual((payment.payment_type, payment.amount), ("outbound", 30))
        self.assertIn(note, payment.reconciled_invoice_ids | note)
        [mail] = self.find_mails(refund)
        body = mail.body_html.replace("\xa0", "")
        for words in ("$30.00", "4242", invoice.name, note.name, "Part returned"):
            self.assertIn(words, body)
        self.assertFalse(note.collection_refund_text)
        # the work again changes nothing
        with self.with_jobs():
            refund._process()
            self.env["paycollect.refund"]._cron_process()
        self.assertEqual(self.get_children(self.paid), child)
        self.assertEqual(len(self.find_mails(refund)), 1)
        self.assertEqual(invoice.collection_refund_count, 1)
        self.assertIn("Refund of", str(invoice.collection_explanation))

    def test_up_to_the_limit_nobody_has_to_approve_and_never_more_than_was_paid(self):
        self.company.collection_refund_limit = 50
        refund = self.refund(self.invoice, 50)
        self.assertEqual((refund.state, refund.approved_by_id.id), ("done", False))
        with self.assertRaisesRegex(UserError, r"At most \D*80\.00"):
            self.ask_refund(self.invoice, 80.01)
        for amount in (0, -5):
            with self.assertRaisesRegex(UserError, "above zero"):
                self.ask_refund(self.invoice, amount)
        with self.assertRaisesRegex(UserError, "Enter the reason"):
            self.ask_refund(self.invoice, 5, reason=" ")
        waiting = self.ask_refund(self.invoice, 51)
        self.assertEqual(waiting.state, "requested")
        with self.assertRaisesRegex(UserError, r"At most \D*29\.00"):
            self.ask_refund(self.invoice, 30)
        with self.assertRaisesRegex(UserError, "Enter the reason"):
            waiting.with_user(self.accountant).action_refuse()
        waiting.with_user(self.accountant).refusal = "It was used."
        waiting.with_user(self.accountant).action_refuse()
        self.assertEqual(waiting.state, "refused")
        self.assertEqual(waiting.reason_text, "It was used.")
        rest = self.refund(self.invoice, 80)
        self.assertEqual(rest.state, "done")
        self.invoice.invalidate_recordset()
        self.assertFalse(self.invoice.with_user(self.accountant).collection_can_refund)
        self.assertEqual(sum(self.get_children(self.paid).mapped("amount")), -130)

    def test_what_a_credit_note_by_hand_gave_back_is_not_refunded_again(self):
        note = self.invoice._reverse_moves([{"invoice_date": self.invoice.date}])
        self.assertEqual(self.invoice._get_refund_limit(), 130, "only a draft")
        note.action_post()
        self.assertEqual((note.state, note.amount_total), ("posted", 130))
        self.assertEqual(self.invoice._get_refund_limit(), 0)
        with self.assertRaises(UserError):
            self.ask_refund(self.invoice, 30)
        self.assertTrue(note.with_user(self.accountant).collection_can_refund)

    def test_a_refund_with_odoos_button_counts_once_with_its_credit_note(self):
        note = self.invoice._reverse_moves([{"invoice_date": self.invoice.date}])
        note.invoice_line_ids[1:].unlink()
        note.invoice_line_ids.price_unit = 30
        note.action_post()
        self.assertEqual(
            (note.amount_total, self.invoice._get_refund_limit()), (30, 100)
        )
        self.paid._refund(30)._post_process()
        # not before they are matched is it known that they belong together
        self.assertEqual(self.invoice._get_refund_limit(), 70)
        self.assertEqual(note._get_refund_limit(), 0)
        with self.assertRaisesRegex(UserError, "reconcile it with the payment"):
            self.ask_refund(note, 30)
        back = self.get_children(self.paid).payment_id
        (self.get_receivable(back.move_id) | self.get_receivable(note)).reconcile()
        self.assertEqual(self.invoice._get_refund_limit(), 100)
        self.assertEqual(self.refund(self.invoice, 100).state, "done")

    def test_an_early_payment_discount_was_not_paid_so_it_is_not_refunded(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "2% in 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "line_ids": [Command.create({"nb_days": 30})],
            }
        )
        move = self.make_invoice((100, 1), invoice_payment_term_id=term.id)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        self.assertEqual((move.amount_residual, move._get_refund_limit()), (0, 98))
        bank = {"way": "check", "bank_journal_id": self.get_bank().id}
        with self.assertRaisesRegex(UserError, r"At most \D*98\.00"):
            self.ask_refund(move, 100, **bank)
        refund = self.refund(move, **bank)
        self.assertEqual((refund.state, refund.amount), ("done", 98))
        self.assertEqual(move._get_refund_limit(), 0)
        # of a payment of two invoices, each gets its part
        two = self.make_invoice((100, 1), invoice_payment_term_id=term.id)
        two |= self.make_invoice((50, 1), invoice_payment_term_id=term.id)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=two.ids
        ).create({"group_payment": True})._create_payments()
        limits = [one._get_refund_limit() for one in two]
        self.assertEqual((sum(two.mapped("amount_residual")), limits), (0, [98, 49]))

    def test_lines_and_amounts_are_credited_to_the_cent_with_their_taxes(self):
        included = self.tax.copy(
            {
                "name": "21% incl.",
                "amount": 21,
                "price_include_override": "tax_included",
            }
        )
        eight = self.tax.copy({"name": "8%", "amount": 8})
        for prices, taxes in (
            ([(9.99, 3), (0.07, 7)], self.tax),
            ([(100, 1), (33.33, 3)], included),
            ([(19.99, 1), (7.77, 5)], eight),
        ):
            move = self.make_invoice(*prices, taxes=taxes)
            self.pay(move)
            line = move.invoice_line_ids[1]
            for values in ({"line_ids": [Command.set(line.ids)]}, {"amount": 7.13}):
                with self.subTest(taxes=taxes.name, values=values):
                    amount = values.get("amount")
                    values.setdefault("amount", line.price_total)
                    refund = self.refund(move, **values)
                    self.assertEqual(refund.state, "done", refund.reason_text)
                    note = refund.credit_note_id
                    expected = amount or line.price_total
                    self.assertAlmostEqual(note.amount_total, expected, 2)
                    self.assertEqual(note.amount_residual, 0)
                    self.assertTrue(note.amount_tax)

    def test_cash_rounding_is_refunded_as_it_was_paid(self):
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "Whole",
                "rounding": 1.0,
                "rounding_method": "DOWN",
                "strategy": "add_invoice_line",
                "profit_account_id": self.repair._get_product_accounts()["income"].id,
                "loss_account_id": self.repair._get_product_accounts()["expense"].id,
            }
        )
        move = self.make_invoice((7.5, 1), invoice_cash_rounding_id=rounding.id)
        self.assertEqual(move.amount_total, 7)
        self.pay(move)
        refund = self.refund(move)
        self.assertEqual((refund.state, refund.amount), ("done", 7))
        self.assertEqual(refund.credit_note_id.amount_total, 7)
        self.assertEqual(refund.credit_note_id.amount_residual, 0)

    def test_several_payments_are_refunded_newest_first(self):
        move = self.make_invoice((160, 1))
        first = self.pay(move, 60)
        # possible before full payment
        part = self.refund(move, 60)
        self.assertEqual(part.state, "done")
        self.assertEqual(move.amount_residual, 100)
        second = self.pay(move, 100)
        first.last_state_change = fields.Datetime.now() - timedelta(days=9)
        refund = self.refund(move, 100)
        self.assertEqual(
            [
                (p.transaction_id.source_transaction_id, p.amount)
                for p in refund.part_ids
            ],
            [(second, 100)],
        )
        other = self.make_invoice((100, 1))
        old, new = self.pay(other, 70), self.pay(other, 30)
        old.last_state_change = fields.Datetime.now() - timedelta(days=9)
        refund = self.ask_refund(other, 50)
        refund.with_user(self.manager).action_approve()
        job = refund._as_system()
        job._begin(self.now())
        self.assertEqual(refund.part_ids.mapped("amount"), [30, 20])
        job.part_ids[0]._send(self.now())
        job._finish(self.now())
        # what is on its way is neither refunded of the credit nor of the invoice
        note = refund.credit_note_id
        self.assertEqual((note.state, note.amount_residual), ("posted", 20))
        self.assertEqual((note._get_refund_limit(), other._get_refund_limit()), (0, 50))
        for document in (note, self.customer):
            with self.assertRaisesRegex(UserError, r"\D20\.00 is being refunded"):
                self.ask_refund(document, 20)
        with self.with_jobs():
            job._process()
        self.assertEqual(refund.state, "done")
        sources = refund.part_ids.transaction_id.source_transaction_id
        self.assertEqual(sources, new | old)
        self.assertEqual(refund.credit_note_id.amount_residual, 0)
        old.last_state_change = fields.Datetime.now() - timedelta(days=121)
        with self.assertRaisesRegex(UserError, "last 120 days"):
            self.ask_refund(other, 50, way="original")
        dialog = self.open_refund_dialog(other)
        self.assertEqual(dialog.way, "check")
        self.assertRegex(dialog.preview, r"50\.00 by check\.$")
        check = self.refund(
            other, 50, way="check", bank_journal_id=self.get_bank().id, check_number="7"
        )
        self.assertEqual(check.state, "done")
        self.assertEqual(check.payment_id.payment_type, "outbound")
        self.assertIn("Check 7", check.payment_id.memo)
        self.assertEqual(check.credit_note_id.amount_residual, 0)
        with self.assertRaisesRegex(UserError, "is left to refund"):
            self.ask_refund(other, 1)

    def test_credit_on_account_is_kept_or_refunded_without_an_invoice(self):
        kept = self.refund(self.invoice, 40, way="credit")
        self.assertEqual(kept.state, "done")
        note = kept.credit_note_id
        self.assertEqual((note.amount_total, note.amount_residual), (40, 40))
        self.assertFalse(self.get_children(self.paid))
        # a transfer can't go back to a card
        transfer = self.make_invoice((40, 1))
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=transfer.ids
        ).create({})._create_payments()
        dialog = self.open_refund_dialog(transfer)
        self.assertEqual(dialog.way, "check")
        dialog.way = "original"
        self.assertIn("by bank transfer", dialog.preview)
        # the customer wants a part of it back, to the card
        self.assertTrue(note.with_user(self.accountant).collection_can_refund)
        back = self.refund(note, 25)
        self.assertEqual((back.state, back.move_id), ("done", note.browse()))
        self.assertFalse(back.credit_note_id)
        self.assertEqual(note.amount_residual, 15)
        self.assertEqual(self.get_children(self.paid).amount, -25)
        # and the rest by check, from the customer's form
        with self.assertRaisesRegex(UserError, "Choose the bank account"):
            self.ask_refund(self.customer, way="check")
        bank = self.get_bank()
        rest = self.refund(self.customer, way="check", bank_journal_id=bank.id)
        self.assertEqual((rest.state, rest.amount), ("done", 15))
        self.assertEqual(note.amount_residual, 0)
        with self.assertRaisesRegex(UserError, "no credit"):
            self.customer.with_user(self.accountant).action_refund_credit()
        # of the card's 130: 40 were credited, 90 remain
        self.invoice.invalidate_recordset()
        with self.assertRaisesRegex(UserError, r"At most \D*90\.00"):
            self.ask_refund(self.invoice, 91)

    def test_a_payment_on_account_goes_back_to_its_card(self):
        move = self.make_invoice((100, 1))
        transaction = self.pay(move)
        payment = transaction.payment_id
        self.get_receivable(payment.move_id).remove_move_reconcile()
        self.assertEqual(move.amount_residual, 100)
        refund = self.refund(self.customer, 70)
        self.assertEqual(refund.state, "done", refund.reason_text)
        self.assertEqual(self.get_children(transaction).amount, -70)
        self.assertEqual(self.get_receivable(payment.move_id).amount_residual, -30)
        self.assertEqual(self.get_receivable(payment.move_id).amount_residual, -30)

    def test_while_it_is_open_nothing_is_charged_and_odoo_refunds_nothing(self):
        move = self.make_invoice((100, 1))
        transaction = self.pay(move, 60)
        refund = self.ask_refund(move, 60)
        obstacles = move._get_charge_obstacles(self.now())[move]
        self.assertIn("refunding", [obstacle.code for obstacle in obstacles])
        refund.with_user(self.manager).action_approve()
        job = refund._as_system()
        job._begin(self.now())
        self.assertEqual(refund.part_ids.state, "planned")
        self.assertEqual(refund.credit_note_id.state, "draft")
        with self.assertRaisesRegex(UserError, "is being processed"):
            transaction._refund(10)
        self.assertEqual(transaction.payment_id.amount_available_for_refund, 0)
        with self.with_jobs():
            job._process()
        self.assertEqual(refund.state, "done")
        self.assertFalse(move._get_charge_obstacles(self.now())[move])

    def test_a_retry_waits_for_the_refund_and_then_charges_what_is_left(self):
        values = {"collection_policy_id": self.policies["auto"].id}
        move = self.make_invoice((100, 1), **values)
        card = self.customer.payment_token_ids[:1]
        self.pay(move, 60)
        later = self.now() + timedelta(days=2)
        retry = self.env["paycollect.attempt"].create(
            move._prepare_attempt_vals(card, "retry", self.now(), 40)
        )
        refund = self.ask_refund(move, 60)
        with self.with_jobs():
            retry._send(self.now())
        self.assertEqual((retry.state, retry.reason_code), ("planned", "refunding"))
        with self.with_jobs():
            refund.with_user(self.manager).action_approve()
        self.assertEqual((refund.state, move.amount_residual), ("done", 40))
        with self.with_jobs():
            retry._send(later)
        self.assertEqual((retry.state, retry.amount), ("paid", 40))
        self.assertEqual(move.amount_residual, 0)
        # while a charge is on its way, nothing is refunded
        other = self.make_invoice((100, 1), **values)
        self.pay(other, 60)
        sent = self.env["paycollect.attempt"].create(
            other._prepare_attempt_vals(card, "retry", self.now(), 40)
            | {"state": "sent", "sent_at": self.now()}
        )
        with self.with_jobs() as trap:
            waits = self.ask_refund(other, 60)
            waits.with_user(self.manager).action_approve()
            self.run_jobs(trap)
            trap.enqueued_jobs = []
        self.assertEqual((waits.state, waits.reason_code), ("approved", "charging"))
        sent.state = "declined"
        with self.with_jobs():
            waits._process(later)
        self.assertEqual((waits.state, other.amount_residual), ("done", 40))

    def test_what_cannot_be_booked_is_told_and_tried_again(self):
        refund = self.ask_refund(self.invoice, 10)
        refund.with_user(self.manager).action_approve()
        refund._as_system()._begin(self.now())
        refund.credit_note_id.invoice_line_ids.unlink()
        for _again in range(2):
            with self.with_jobs() as trap, mute_logger(BOOKS_LOGGER):
                refund._process()
                trap.enqueued_jobs = []
        child = self.get_children(self.paid)
        self.assertEqual((refund.state, child.amount), ("processing", -10))
        self.assertIn("can't be booked yet", refund.reason_text)
        codes = self.find_tasks(refund).mapped("collection_code")
        self.assertEqual(codes, ["refund_books"])
        self.assertFalse(self.find_mails(refund))
        refund.credit_note_id.with_context(force_delete=True).unlink()
        with self.with_jobs():
            refund._process()
        self.assertEqual((refund.state, refund.reason_code), ("done", False))
        self.assertEqual(refund.credit_note_id.amount_residual, 0)
        self.assertEqual(len(child.payment_id), 1)
        self.assertFalse(self.find_tasks(refund))
        self.assertEqual(self.get_children(self.paid), child)

    def test_a_copy_and_a_stopped_company_send_nothing(self):
        refund = self.ask_refund(self.invoice, 10)
        refund.with_user(self.manager).action_approve()
        self.company._stop_collection("Test")
        refund._process()
        self.assertEqual(refund.state, "approved")
        self.assertIn("charging is stopped", refund.reason_text)
        self.assertGreater(refund.try_at, self.now())
        self.assertFalse(self.get_children(self.paid))
        refund._process(self.now() + timedelta(hours=25))
        codes = self.find_tasks(refund).mapped("collection_code")
        self.assertEqual(codes, ["refund_waiting"])

    def test_the_median_time_is_what_groups_show(self):
        refunds = self.env["paycollect.refund"]
        for amount, hours in ((1, 1), (2, 2), (3, 30)):
            refund = self.refund(self.invoice, amount)
            refund.write({"hours": hours, "way": "original"})
        self.ask_refund(self.invoice, 4)
        domain = [("move_id", "=", self.invoice.id)]
        [(_way, median)] = refunds._read_group(domain, ["way"], ["hours:median"])
        self.assertEqual(median, 2)
        [group] = refunds.formatted_read_group(domain, ["way"], ["hours:median"])
        self.assertEqual(group["hours:median"], 2)
