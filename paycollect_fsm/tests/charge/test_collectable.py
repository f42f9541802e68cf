# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.tests import tagged

from .common_collectable import CollectableCommon


@tagged("post_install", "-at_install")
class TestCredits(CollectableCommon):
    """The customer's own money is used before a card is charged."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.make_partner()
        cls.make_token(cls.partner)

    def test_an_open_credit_note_is_used_first(self):
        credit = self.make_credit_note(self.partner, 30)
        move = self.complete(self.make_job(self.partner, token=False))
        self.assertEqual(self.get_charged(move), [70])
        self.assertTrue(move._is_settled())
        self.assertEqual(credit.payment_state, "paid")
        self.assertEqual(move.collection_credit_used, 30)

    def test_a_payment_on_account_is_used_first(self):
        self.make_payment(self.partner, 40)
        move = self.complete(self.make_job(self.partner, token=False))
        self.assertEqual(self.get_charged(move), [60])
        self.assertTrue(move._is_settled())

    def test_nothing_is_charged_when_the_credit_pays_it_all(self):
        credit = self.make_credit_note(self.partner, 130)
        move = self.complete(self.make_job(self.partner, token=False))
        self.assertFalse(move.collection_attempt_ids)
        self.assertTrue(move._is_settled())
        self.assertEqual(credit.amount_residual, 30)

    def test_the_oldest_credit_is_used_first(self):
        new = self.make_credit_note(self.partner, 80, invoice_date="2026-05-02")
        old = self.make_credit_note(self.partner, 80, invoice_date="2026-05-01")
        move = self.complete(self.make_job(self.partner, token=False))
        self.assertTrue(move._is_settled())
        self.assertEqual((old.amount_residual, new.amount_residual), (0, 60))

    def test_credit_that_comes_before_the_claim_is_used(self):
        job = self.make_job(self.partner, token=False)
        with self.mock_mail_gateway():
            job.action_complete()
        move = job.invoice_lines.move_id
        attempt = move.collection_attempt_ids
        self.assertEqual(attempt.amount, 100)
        self.make_credit_note(self.partner, 30)
        attempt._send()
        self.assertEqual((attempt.state, attempt.amount), ("paid", 70))
        self.assertTrue(move._is_settled())

    def test_credit_that_comes_between_claim_and_charge_puts_the_charge_back(self):
        move = self.make_invoice(self.partner)
        attempt = move._plan_collection("completion")
        self.assertTrue(attempt._claim(self.now()))
        self.make_credit_note(self.partner, 30)
        attempt._charge(self.now())
        self.assertEqual(attempt.state, "planned")
        attempt._send()
        self.assertEqual((attempt.state, attempt.amount), ("paid", 70))

    def test_two_invoices_do_not_use_one_credit_twice(self):
        credit = self.make_credit_note(self.partner, 30)
        moves = self.make_invoice(self.partner) | self.make_invoice(self.partner)
        asked = moves._get_collectable()
        self.assertEqual(sum(asked[move].amount for move in moves), 170)
        attempts = moves._plan_collection("completion")
        for attempt in attempts:
            attempt._send()
        self.assertEqual(sum(self.get_charged(moves)), 170)
        self.assertEqual(credit.payment_state, "paid")

    def test_a_job_done_again_after_a_credit_note_costs_the_difference(self):
        job = self.make_job(self.partner, token=False)
        move = self.complete(job)
        self.assertEqual(self.get_charged(move), [100])
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id, "reason": "Bad work"})
        )
        credit = move.browse(wizard.reverse_moves()["res_id"])
        credit.action_post()
        self.reopen(job)
        job.sale_line_id.price_unit = 120
        again = self.complete(job)
        self.assertEqual(again.amount_total, 120)
        self.assertEqual(self.get_charged(again), [20])
        self.assertTrue(again._is_settled())

    def test_credit_of_another_customer_currency_or_company_is_not_used(self):
        self.make_credit_note(self.make_partner("Other Inc."), 30)
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.make_credit_note(self.partner, 30, currency_id=euro.id)
        move = self.make_invoice(self.partner)
        self.assertEqual(move._get_collectable()[move].amount, 100)

    def test_a_draft_or_canceled_credit_note_is_not_used(self):
        self.make_credit_note(self.partner, 30).button_draft()
        canceled = self.make_credit_note(self.partner, 30)
        canceled.button_draft()
        canceled.button_cancel()
        move = self.make_invoice(self.partner)
        self.assertEqual(move._get_collectable()[move].amount, 100)

    def test_credit_of_the_company_pays_the_invoice_of_its_contact(self):
        contact = self.partner.create(
            {"name": "Site 2", "parent_id": self.partner.id, "type": "invoice"}
        )
        self.make_credit_note(self.partner, 30)
        move = self.make_invoice(contact)
        self.assertEqual(move._get_collectable()[move].amount, 70)

    def test_what_was_paid_back_is_not_used_again(self):
        """A provider refund is booked before its credit note is matched."""
        self.make_credit_note(self.partner, 30)
        self.make_payment(self.partner, 30, payment_type="outbound")
        move = self.make_invoice(self.partner)
        self.assertEqual(move._get_collectable()[move].amount, 100)

    def test_what_the_provider_is_paying_back_is_not_used(self):
        self.make_credit_note(self.partner, 30)
        self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "amount": -30,
                "currency_id": self.company.currency_id.id,
                "partner_id": self.partner.id,
                "operation": "refund",
                "reference": "R-test",
                "state": "pending",
            }
        )
        move = self.make_invoice(self.partner)
        self.assertEqual(move._get_collectable()[move].amount, 100)

    def test_what_was_prepaid_for_another_order_is_left_to_it(self):
        order = self.make_sale(self.partner)
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "amount": 100,
                "currency_id": self.company.currency_id.id,
                "partner_id": self.partner.id,
                "operation": "online_direct",
                "reference": "S-test",
                "sale_order_ids": [Command.set(order.ids)],
            }
        )
        transaction._set_done()
        transaction._post_process()
        self.assertTrue(transaction.payment_id)
        move = self.make_invoice(self.partner)
        self.assertEqual(move._get_collectable()[move].amount, 100)

    def test_a_company_that_never_uses_credit_charges_in_full(self):
        self.company.collection_credit_use = "never"
        credit = self.make_credit_note(self.partner, 30)
        move = self.complete(self.make_job(self.partner, token=False))
        self.assertEqual(self.get_charged(move), [100])
        self.assertEqual(credit.amount_residual, 30)

    def test_a_company_that_asks_holds_the_charge_back(self):
        self.company.collection_credit_use = "ask"
        self.make_credit_note(self.partner, 30)
        move = self.complete(self.make_job(self.partner, token=False))
        attempt = move.collection_attempt_ids
        self.assertEqual((attempt.state, attempt.parked_code), ("planned", "credit"))
        self.assertIn("30.00", attempt.parked_reason)
        self.assertTrue(move.activity_ids)

    def test_when_accounting_applied_the_credit_the_rest_is_charged(self):
        self.company.collection_credit_use = "ask"
        credit = self.make_credit_note(self.partner, 30)
        move = self.complete(self.make_job(self.partner, token=False))
        item = credit.line_ids.filtered(lambda line: line.balance < 0)
        move.js_assign_outstanding_line(item.id)
        with self.with_jobs():
            self.env["paycollect.attempt"]._cron_send_due()
        self.assertEqual(self.get_charged(move), [70])

    def test_when_accounting_releases_it_the_charge_is_made_in_full(self):
        self.company.collection_credit_use = "ask"
        self.make_credit_note(self.partner, 30)
        move = self.complete(self.make_job(self.partner, token=False))
        with self.with_jobs():
            move.collection_attempt_ids.with_user(self.manager).action_release()
        self.assertEqual(self.get_charged(move), [100])

    def test_a_disputed_invoice_uses_no_credit(self):
        credit = self.make_credit_note(self.partner, 30)
        move = self.make_invoice(self.partner)
        move.payment_state = "blocked"
        move._use_credits()
        self.assertEqual(credit.amount_residual, 30)

    def test_a_blocked_invoice_uses_the_credit_when_it_is_unblocked(self):
        for when in ("before it is planned", "before it is claimed"):
            with self.subTest(when):
                move = self.make_invoice(self.partner)
                if when == "before it is claimed":
                    move._plan_collection("completion")
                move.action_toggle_block_payment()
                credit = self.make_credit_note(self.partner, 130)
                if when == "before it is planned":
                    move._plan_collection("completion")
                attempt = move.collection_attempt_ids
                attempt._send()
                self.assertEqual(attempt.parked_code, "blocked")
                self.assertEqual(credit.amount_residual, 130)
                with self.with_jobs():
                    move.action_toggle_block_payment()
                self.assertTrue(move._is_settled())
                self.assertEqual(credit.amount_residual, 30)
                self.assertEqual(self.get_charged(move), [])
                credit.button_draft()
                credit.button_cancel()

    def test_collect_now_uses_credit_although_nothing_is_left_to_charge(self):
        move = self.make_invoice(self.partner)
        self.make_credit_note(self.partner, 130)
        move.with_user(self.accountant).action_collect_now()
        self.assertTrue(move._is_settled())

    def test_a_company_that_no_longer_collects_applies_no_credit(self):
        attempt = self.make_invoice(self.partner)._plan_collection("completion")
        credit = self.make_credit_note(self.partner, 30)
        self.company.collection_active = False
        with self.mock_mail_gateway():
            attempt._send()
        self.assertEqual(credit.amount_residual, 30)
        self.assertEqual(attempt.state, "planned")

    def test_the_receipt_names_the_credit_that_was_used(self):
        credit = self.make_credit_note(self.partner, 30)
        move = self.complete(self.make_job(self.partner, token=False))
        payments = {p["label"]: p["amount"] for p in move._get_receipt_payments()}
        credited = f"Credit ({credit.name})"
        self.assertEqual(payments, {credited: 30, "Visa •••• 4242": 70})

    def test_why_says_that_credit_was_used(self):
        self.make_credit_note(self.partner, 30)
        move = self.complete(self.make_job(self.partner, token=False))
        self.assertIn("30.00 of the customer's credit", move.collection_explanation)

    def test_the_technician_is_told_what_is_left_to_collect(self):
        partner = self.make_partner("Cash Inc.", mode="cod")
        self.make_credit_note(partner, 30)
        job = self.make_job(partner, token=False, mode="cod")
        self.complete(job)
        self.assertIn("70.00", job.collection_status)

    def test_the_summary_shows_the_credit(self):
        self.make_credit_note(self.partner, 30)
        job = self.make_job(self.partner, token=False)
        action = job.with_user(self.technician).action_open_complete()
        wizard = self.env["paycollect.complete"].browse(action["res_id"])
        self.assertEqual(wizard.amount_total, 100)
        self.assertEqual(wizard.amount_now, 70)
        self.assertIn("30.00", wizard.how)

    def test_many_invoices_are_read_with_few_queries(self):
        moves = self.env["account.move"]
        for number in range(8):
            moves |= self.make_invoice(self.make_partner(f"C{number}"))
        self.env.flush_all()
        self.env.invalidate_all()
        moves[:1]._get_collectable()  # company, currency
        self.env.invalidate_all()
        with self.assertQueryCount(7):
            moves._get_collectable()
