# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ...controllers import balance
from .common_balance import BalanceCommon


@tagged("post_install", "-at_install")
class TestBalanceLink(BalanceCommon):
    """One link, everything that is open, one payment."""

    def test_everything_that_is_due_is_paid_at_once(self):
        old, new = self.make_invoice(amount=100, due=-9), self.make_invoice(amount=50)
        later = self.make_invoice(amount=70, due=9)
        page = self.pay(self.make_balance_link())
        self.assertRegex(page, r"Thank you! You paid\s+\$150\.00")
        self.assertEqual(
            [(m.payment_state, m.amount_residual) for m in (old, new, later)],
            [("paid", 0), ("paid", 0), ("not_paid", 70)],
        )
        payment = self.find_payment()
        self.assertEqual(payment.amount, 150)
        self.assertEqual(payment.collection_allocation_ids.mapped("amount"), [100, 50])

    def test_only_the_late_part_of_a_term_is_due(self):
        term = self.make_parts_term((30, 0), (70, 60))
        parts = self.make_invoice(amount=1000, invoice_payment_term_id=term.id)
        whole = self.make_invoice(amount=50, due=-1)
        self.pay(self.make_balance_link())
        self.assertEqual(self.find_payment().amount, 350)
        self.assertEqual(whole.amount_residual, 0)
        self.assertEqual(self.receivable(parts).mapped("amount_residual"), [0, 700])

    def test_a_chosen_part_is_paid_and_not_an_earlier_one(self):
        term = self.make_parts_term((30, 0), (70, 60))
        parts = self.receivable(
            self.make_invoice(amount=1000, invoice_payment_term_id=term.id)
        )
        self.pay(f"{self.make_balance_link()}?item={parts[1].id}")
        self.assertEqual(parts.mapped("amount_residual"), [300, 0])

    def test_credit_is_used_first_and_is_gone_afterward(self):
        invoice = self.make_invoice(amount=57.10)
        credit = self.make_payment(amount=5.95)
        page = self.read_page(self.make_balance_link())
        self.assertIn("51.15", page)
        self.finish(self.submit())
        self.assertEqual(self.find_payment().amount, 51.15)
        self.assertEqual(invoice.amount_residual, 0)
        self.assertTrue(self.receivable(credit.move_id).reconciled)

    def test_an_early_payment_discount_is_deducted_and_written_off(self):
        term = self.make_parts_term((100, 30), discount=2, discount_days=10)
        early = self.make_invoice(invoice_payment_term_id=term.id)
        other = self.make_invoice(amount=40)
        line = self.receivable(early)
        items = f"item={line.id}&item={self.receivable(other).id}"
        self.pay(f"{self.make_balance_link()}?{items}")
        self.assertEqual(self.find_payment().amount, 138)
        self.assertEqual((early.amount_residual, other.amount_residual), (0, 0))
        self.assertEqual(
            [row["amount"] for row in early._get_receipt_payments()], [98, 2]
        )
        self.assertEqual([row["amount"] for row in other._get_receipt_payments()], [40])

    def test_a_discount_is_not_given_to_what_was_paid_otherwise_meanwhile(self):
        term = self.make_parts_term((100, 30), discount=2, discount_days=10)
        early = self.make_invoice(invoice_payment_term_id=term.id)
        line = self.receivable(early)
        self.read_page(f"{self.make_balance_link()}?item={line.id}")
        values = self.submit()
        check = self.make_payment(amount=10)
        (line + self.receivable(check.move_id)).reconcile()
        self.finish(values)
        [balance] = self.customer._get_balances(self.company, self.today).values()
        self.assertEqual((early.amount_residual, balance.credit), (0, 8))
        self.assertFalse(self.find_payment().collection_allocation_ids.discount)

    def test_an_own_amount_goes_to_the_oldest_first(self):
        moves = [self.make_invoice(amount=100, due=-day) for day in (1, 9, 5)]
        page = self.read_page(f"{self.make_balance_link()}?amount=120")
        self.assertRegex(page, r"Pay\s+\$120\.00")
        self.finish(self.submit())
        self.assertEqual([move.amount_residual for move in moves], [100, 0, 80])

    def test_an_own_amount_is_read_and_paid_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.customer.lang = "de_DE"
        invoice = self.make_invoice(amount=5000)
        url = self.make_balance_link()
        for typed, paid in (("1.234,50", 1234.5), ("50.00", 50), ("12,5", 12.5)):
            with self.subTest(typed):
                before = invoice.amount_residual
                self.pay(f"{url}?amount={typed}")
                self.assertEqual(self.find_payment().amount, paid)
                self.assertEqual(before - invoice.amount_residual, paid)

    def test_a_wrong_amount_says_what_is_right(self):
        self.make_invoice()
        url = self.make_balance_link()
        for typed, words in (
            ("abc", "“abc” isn't an amount"),
            ("nan", "isn't an amount"),
            ("1e99", "isn't an amount"),
            ("0", "above zero"),
            ("-5", "above zero"),
            ("100.01", r"at most \$100\.00"),
        ):
            with self.subTest(typed):
                page = self.read_page(f"{url}?amount={typed}")
                self.assertRegex(page, words.replace("'", ".{1,6}"))
                self.assertNotRegex(page, r"Pay\s+\$")
                self.assertFalse(self.route)

    def test_the_browser_chooses_neither_amount_nor_customer_nor_landing(self):
        self.make_invoice()
        self.read_page(self.make_balance_link())
        self.submit(partner_id=self.other.id, reference_prefix="X", currency_id=1)
        payment = self.find_payment()
        self.assertEqual((payment.amount, payment.partner_id), (100, self.customer))
        self.assertEqual(payment.landing_route, "/pay/done")
        self.assertFalse(payment.tokenize)

    def test_another_customers_items_cannot_be_chosen(self):
        self.make_invoice()
        foreign = self.receivable(self.make_invoice(self.other, 7))
        url = f"{self.make_balance_link()}?item={foreign.id}"
        page = self.read_page(url)
        self.assertNotIn(foreign.move_id.name, page)
        self.assertFalse(self.route)

    def test_a_page_that_is_a_day_old_pays_nothing_but_says_so(self):
        self.make_invoice()
        self.read_page(self.make_balance_link())
        self.make_invoice(amount=25)
        answer = self.submit()
        self.assertEqual(answer["state"], "error")
        self.assertIn("has changed since you opened", answer["state_message"])
        self.assertFalse(self.find_payment().collection_allocation_ids)

    def test_a_second_tab_does_not_pay_again(self):
        invoice = self.make_invoice()
        url = self.make_balance_link()
        self.read_page(url)
        route, mark = self.route, self.mark
        self.pay(url)
        answer = self.submit(route, mark)
        self.assertIn("already been paid", answer["state_message"])
        self.assertEqual(len(invoice.transaction_ids), 1)

    def test_the_second_payer_is_told_who_pays_and_pays_nothing_twice(self):
        invoice = self.make_invoice()
        self.read_page(self.make_balance_link())
        route, mark = self.route, self.mark
        page = self.pay(self.make_balance_link(), "pending")
        self.assertRegex(page, r"\$100\.00\s+is on its way")
        self.assertNotIn("Thank you", page)
        self.assertNotIn("Nothing is open", page)
        answer = self.submit(route, mark)
        self.assertEqual(answer["state"], "error")
        page = self.read_page(self.make_balance_link())
        self.assertIn("Paid by Acme Inc. on", page)
        self.assertFalse(self.route)
        self.assertEqual(len(invoice.transaction_ids), 1)
        self.assertEqual(invoice.payment_state, "not_paid")

    def test_a_failed_payment_says_so_and_offers_another_try(self):
        invoice = self.make_invoice()
        page = self.pay(self.make_balance_link(), "error")
        self.assertIn("Your payment didn", page)
        self.assertIn('id="pay"', page)
        self.assertEqual(invoice.amount_residual, 100)

    def test_what_was_paid_otherwise_meanwhile_leaves_credit(self):
        first, second = self.make_invoice(amount=60), self.make_invoice(amount=40)
        self.read_page(self.make_balance_link())
        values = self.submit()
        check = self.make_payment(amount=60)
        (self.receivable(first) + self.receivable(check.move_id)).reconcile()
        self.finish(values)
        self.assertEqual((first.amount_residual, second.amount_residual), (0, 0))
        [balance] = self.customer._get_balances(self.company, self.today).values()
        self.assertEqual((balance.open, balance.credit), (0, 60))

    def test_nothing_open_says_so(self):
        self.assertIn("Nothing is open", self.read_page(self.make_balance_link()))
        self.assertFalse(self.route)

    def test_what_nobody_asks_for_stands_apart(self):
        self.make_invoice().no_followup = True
        page = self.read_page(self.make_balance_link())
        self.assertIn("Not included", page)
        self.assertFalse(self.route)

    def test_each_currency_is_paid_by_itself(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.make_invoice()
        euros = self.make_invoice(amount=50, currency_id=euro.id)
        url = self.make_balance_link()
        self.read_page(url)
        block = f"EUR-{self.receivable(euros).account_id.id}"
        self.assertIn(block, self.page)
        self.pay(f"{url}?block={block}")
        payment = self.find_payment()
        self.assertEqual((payment.amount, payment.currency_id), (50, euro))

    def test_a_long_list_is_shown_on_demand_and_paid_as_a_whole(self):
        numbers = range(balance.MAX_ROWS + 2)
        moves = [self.make_invoice(amount=1, due=-number) for number in numbers]
        url = self.make_balance_link()
        page = self.read_page(url)
        self.assertNotIn('name="item"', page)
        self.assertRegex(page, r"and\s+2\s+more")
        self.assertIn(f"{len(moves)}.00", page)
        self.assertEqual(
            self.read_page(f"{url}?all=1").count('name="item"'), len(moves)
        )
        self.pay(url)
        self.assertEqual({move.payment_state for move in moves}, {"paid"})

    def test_opening_the_page_changes_nothing(self):
        self.make_invoice()
        url = self.make_balance_link()
        counts = [
            (name, self.env[name].search_count([]))
            for name in ("payment.transaction", "paycollect.allocation")
        ]
        self.read_page(f"{url}?amount=50")
        for name, count in counts:
            self.assertEqual(self.env[name].search_count([]), count)
        self.assertFalse(self.env["paycollect.link"].search([], limit=1).opened_at)

    def test_bad_links_open_nothing(self):
        self.make_invoice()
        url = self.make_balance_link()
        link = self.env["paycollect.link"].search([], limit=1)
        self.read_page("/pay/" + "x" * 43, 404)
        link.expires_at = fields.Datetime.now() - timedelta(days=1)
        self.read_page(url, 410)
        link.action_revoke()
        self.read_page(url, 404)
        for token in ("x" * 43, url[5:]):
            answer = self.submit(f"/pay/{token}/balance", "mark")
            self.assertEqual(answer["state"], "error")

    def test_a_link_for_another_purpose_pays_no_balance(self):
        invoice = self.make_invoice()
        url = self.env["paycollect.link"]._issue(
            self.customer, "invoice", self.company, invoice
        )
        token = url.rsplit("/", 1)[1]
        answer = self.submit(f"/pay/{token}/balance", "mark")
        self.assertIn("no longer works", answer["state_message"])
