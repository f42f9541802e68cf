# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.tests import tagged

from .common_balance import BalanceCommon


@tagged("post_install", "-at_install")
class TestBalanceCredit(BalanceCommon):
    """What the page showed is what happens, to the cent: credit first, then money."""

    def read_matches(self, move):
        """Return what paid an invoice: ``{entry: amount}``."""
        partials = self.receivable(move).matched_credit_ids
        return {
            entry: sum(matches.mapped("amount"))
            for entry, matches in partials.grouped(
                lambda partial: partial.credit_move_id.move_id
            ).items()
        }

    def start_payment(self, query=""):
        """Submit the page of a customer who is logged in."""
        self.authenticate("portal_acme", "portal_acme")
        self.read_page(f"/my/balance{query}")
        return self.submit()

    def read_shares(self):
        shares = self.find_payment().collection_allocation_ids
        return [(s.amount, s.credit, s.discount) for s in shares]

    def use_up(self, credit):
        """Match a payment on account with another invoice of the same amount."""
        other = self.make_invoice(amount=credit.amount, due=30)
        (self.receivable(other) + self.receivable(credit.move_id)).reconcile()

    def make_discounted_invoice(self):
        """Create an invoice of $100.00, $98.00 if it is paid early."""
        term = self.make_parts_term((100, 30), discount=2, discount_days=10)
        return self.make_invoice(invoice_payment_term_id=term.id)

    def test_credit_is_used_before_an_own_amount(self):
        old, new = self.make_invoice(due=-9), self.make_invoice(amount=50, due=-1)
        credit = self.make_payment(amount=60)
        values = self.start_payment("?amount=70")
        self.assertEqual(self.read_shares(), [(40, 60, 0), (30, 0, 0)])
        self.finish(values)
        paid = self.find_payment().payment_id.move_id
        self.assertEqual(self.read_matches(old), {credit.move_id: 60, paid: 40})
        self.assertEqual(self.read_matches(new), {paid: 30})
        self.assertEqual((old.amount_residual, new.amount_residual), (0, 20))

    def test_money_goes_where_it_was_shown_when_the_credit_is_gone(self):
        old, new = self.make_invoice(due=-9), self.make_invoice(amount=50, due=-1)
        credit = self.make_payment(amount=60)
        values = self.start_payment("?amount=70")
        self.use_up(credit)
        self.finish(values)
        paid = self.find_payment().payment_id.move_id
        self.assertEqual(self.read_matches(old), {paid: 40})
        self.assertEqual(self.read_matches(new), {paid: 30})
        [balance] = self.customer._get_balances(self.company, self.today).values()
        self.assertEqual((balance.open, balance.credit), (80, 0))

    def test_credit_pays_a_discounted_invoice_and_the_rest_the_next_one(self):
        early, other = (
            self.make_discounted_invoice(),
            self.make_invoice(amount=40, due=60),
        )
        credit = self.make_payment(amount=110)
        items = [self.receivable(move).id for move in (early, other)]
        values = self.start_payment("?item={}&item={}".format(*items))
        self.assertEqual(self.read_shares(), [(0, 98, 2), (28, 12, 0)])
        self.finish(values)
        paid = self.find_payment().payment_id.move_id
        self.assertEqual(self.read_matches(early), {credit.move_id: 98, paid: 2})
        self.assertEqual(self.read_matches(other), {credit.move_id: 12, paid: 28})
        [balance] = self.customer._get_balances(self.company, self.today).values()
        self.assertEqual((balance.open, balance.credit), (0, 0))

    def test_a_discount_is_not_given_when_the_credit_for_it_is_gone(self):
        early = self.make_discounted_invoice()
        credit = self.make_payment(amount=60)
        values = self.start_payment(f"?item={self.receivable(early).id}")
        self.assertEqual(self.read_shares(), [(38, 60, 2)])
        self.use_up(credit)
        self.finish(values)
        self.assertEqual(self.read_shares(), [(38, 60, 0)])
        self.assertEqual(early.amount_residual, 62)

    def test_the_page_says_why_there_is_nothing_to_pay(self):
        self.authenticate("portal_acme", "portal_acme")
        move = self.make_invoice(due=9)
        self.make_payment(amount=120)
        page = self.read_page("/my/balance")
        self.assertIn("Nothing is due now.", page)
        self.assertNotIn("Your credit covers", page)
        self.assertIn("Pay what I selected", page)
        page = self.read_page(f"/my/balance?item={self.receivable(move).id}")
        self.assertIn("Your credit covers what you selected.", page)
        due = self.make_invoice(amount=80)
        self.assertIn("Your credit covers what is due.", self.read_page("/my/balance"))
        self.receivable(due).no_followup = True
        payment = self.make_payment(amount=100)
        self.receivable(move | payment.move_id).reconcile()
        page = self.read_page("/my/balance")
        self.assertIn("Each open item says why", page)

    def test_credit_pays_only_the_installments_that_were_shown(self):
        term = self.make_parts_term((30, 0), (30, 5), (40, 60))
        parts = self.receivable(self.make_invoice(invoice_payment_term_id=term.id))
        self.make_payment(amount=45)
        items = f"item={parts[1].id}&item={parts[2].id}"
        values = self.start_payment(f"?{items}&amount=20")
        self.assertEqual(self.read_shares(), [(0, 30, 0), (20, 15, 0)])
        self.finish(values)
        self.assertEqual(parts.mapped("amount_residual"), [30, 0, 5])

    def test_credit_in_another_currency_goes_where_it_was_shown(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        for days, rate in ((99, 0.8), (5, 0.93), (0, 0.87)):
            day = self.today - timedelta(days=days)
            euro.rate_ids.create({"currency_id": euro.id, "name": day, "rate": rate})
        values = {"currency_id": euro.id}
        old = self.make_invoice(due=-9, **values)
        new = self.make_invoice(amount=50, due=-1, **values)
        credit = self.make_payment(amount=60, **values)
        started = self.start_payment("?amount=70")
        self.assertEqual(self.read_shares(), [(40, 60, 0), (30, 0, 0)])
        self.finish(started)
        self.assertEqual((old.amount_residual, new.amount_residual), (0, 20))
        self.assertEqual(self.receivable(old).amount_residual, 0)
        for move in (credit.move_id, self.find_payment().payment_id.move_id):
            self.assertTrue(self.receivable(move).reconciled)
