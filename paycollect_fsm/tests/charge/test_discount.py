# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .common_collectable import CollectableCommon

DAY_0 = datetime(2026, 6, 1, 14)


@tagged("post_install", "-at_install")
class TestDiscount(CollectableCommon):
    """2/10 net 30: paying within ten days costs two percent less."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clock = cls.startClassPatcher(freeze_time(DAY_0))
        cls.partner = cls.make_partner()
        cls.token = cls.make_token(cls.partner)

    def make_discounted(self, amount=1000, computation="excluded", **values):
        term = self.make_discount_term(computation)
        return self.make_invoice(
            self.partner, amount, invoice_payment_term_id=term.id, **values
        )

    def test_on_day_0_the_discounted_amount_is_charged_and_pays_it_all(self):
        move = self.make_discounted()
        self.collect(move)
        self.assertEqual(self.get_charged(move), [980])
        self.assertTrue(move._is_settled())
        self.assertEqual(move.amount_residual, 0)
        payment = move.collection_attempt_ids.transaction_id.payment_id
        account = self.company.account_journal_early_pay_discount_loss_account_id
        written_off = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == account
        )
        self.assertEqual(written_off.balance, 20)

    def test_the_last_day_of_the_discount_counts(self):
        move = self.make_discounted()
        with freeze_time(DAY_0 + timedelta(days=10)):
            self.assertEqual(move._get_collectable()[move].amount, 980)

    def test_after_the_discount_it_is_charged_when_it_is_due(self):
        move = self.make_discounted()
        with freeze_time(DAY_0 + timedelta(days=11)):
            self.collect(move)
            self.assertEqual(self.get_charged(move), [])
        with freeze_time(DAY_0 + timedelta(days=30)), self.with_jobs():
            self.env["paycollect.attempt"]._cron_send_due()
        self.assertEqual(self.get_charged(move), [1000])
        self.assertTrue(move._is_settled())

    def test_the_date_on_the_posted_line_counts(self):
        move = self.make_discounted()
        move.invoice_payment_term_id.discount_days = 5
        with freeze_time(DAY_0 + timedelta(days=8)):
            self.assertEqual(move._get_collectable()[move].amount, 980)

    def test_what_is_sent_in_time_and_settles_later_keeps_the_discount(self):
        self.token.demo_simulated_state = "pending"
        move = self.make_discounted()
        self.collect(move)
        attempt = move.collection_attempt_ids
        self.assertEqual((attempt.state, attempt.amount), ("settling", 980))
        with freeze_time(DAY_0 + timedelta(days=14)), self.with_jobs():
            attempt.transaction_id._set_done()
            attempt.transaction_id._post_process()
        self.assertEqual(attempt.state, "paid")
        self.assertTrue(move._is_settled())

    def test_taxes_of_two_rates_are_all_corrected(self):
        tax_20 = self.tax.copy({"name": "Test tax 20%", "amount": 20})
        for computation in ("included", "excluded", "mixed"):
            with self.subTest(computation):
                term = self.make_discount_term(computation)
                lines = [
                    Command.create(
                        {"name": "A", "price_unit": price, "tax_ids": tax.ids}
                    )
                    for price, tax in ((333.33, self.tax), (666.67, tax_20))
                ]
                move = self.make_invoice(
                    self.partner,
                    invoice_payment_term_id=term.id,
                    invoice_line_ids=lines,
                )
                asked = move._get_collectable()[move].amount
                self.assertLess(asked, move.amount_total)
                self.collect(move)
                self.assertEqual(self.get_charged(move), [asked])
                self.assertTrue(move._is_settled())
                self.assertEqual(move.amount_residual, 0)

    def test_credit_and_discount_together(self):
        self.make_credit_note(self.partner, 40)
        move = self.make_discounted()
        self.collect(move)
        self.assertEqual(self.get_charged(move), [940])
        self.assertEqual(move.amount_residual, 0)
        self.assertTrue(move._is_settled())

    def test_a_part_payment_ends_the_discount_as_in_odoo(self):
        move = self.make_discounted()
        payment = self.make_payment(self.partner, 500)
        item = payment.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        move.js_assign_outstanding_line(item.id)
        self.assertEqual(move._get_collectable()[move].amount, 0)

    def test_the_receipt_shows_the_discount_apart(self):
        move = self.make_discounted()
        self.collect(move)
        payments = {p["label"]: p["amount"] for p in move._get_receipt_payments()}
        self.assertEqual(
            payments, {"Visa •••• 4242": 980, "Early payment discount": 20}
        )

    def test_the_native_payment_of_a_discount_stays_native(self):
        """Paid online by the customer: Odoo's own write-off, once."""
        move = self.make_discounted()
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "amount": 980,
                "currency_id": move.currency_id.id,
                "partner_id": self.partner.id,
                "operation": "online_direct",
                "reference": "D-test",
                "invoice_ids": [Command.set(move.ids)],
            }
        )
        transaction._set_done()
        transaction._post_process()
        self.assertTrue(move._is_settled())
