# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date

from odoo.tests import tagged

from .common_statement import StatementCommon


@tagged("post_install", "-at_install")
class TestStatement(StatementCommon):
    """The collected cases about statements; numbers are those of the list."""

    def state(self, first, last, customer=None, currency=None):
        """Return the block of a statement, after checking that it adds up."""
        customer = customer or self.customer
        first, last = date.fromisoformat(first), date.fromisoformat(last)
        found = customer._get_collection_statement(first, last, self.company)
        for each, block in found.items():
            moved = sum(line["amount"] for line in block["lines"])
            total = each.round(block["opening"] + moved)
            self.assertEqual(total, block["closing"])
            self.assertEqual(total, each.round(sum(block["aging"].values())))
        return found[currency or self.company.currency_id]

    def age(self, block):
        return {name: amount for name, amount in block["aging"].items() if amount}

    # -- the cases ------------------------------------------------------------------

    def test_case_1_matches_made_after_the_date_do_not_count(self):
        old = self.pay("2019-02-19", 1000)
        five = [self.bill("2019-03-19", 10000) for _number in range(5)]
        self.bill("2019-04-19", 100000)
        self.match(old, *five, self.pay("2019-05-19", 49000))
        block = self.state("2019-04-01", "2019-04-30")
        self.assertEqual(block["closing"], 149000)
        self.assertEqual(
            self.age(block), {"days_30": 100000, "days_60": 50000, "credit": -1000}
        )

    def test_case_2_a_foreign_balance_is_carried_forward_in_its_currency(self):
        for amount in (9000, 175.85):
            self.bill("2023-06-01", amount, currency_id=self.euro.id)
        self.bill("2023-06-01", 77)
        self.bill("2024-02-01", 10, currency_id=self.euro.id)
        block = self.state("2024-01-01", "2024-12-31", currency=self.euro)
        self.assertEqual((block["opening"], block["closing"]), (9175.85, 9185.85))
        self.assertEqual(self.state("2024-01-01", "2024-12-31")["opening"], 77)

    def test_case_4_a_written_off_difference_is_a_line_and_nothing_is_open(self):
        self.match(
            self.bill("2026-01-05", 464.09),
            self.pay("2026-01-15", 464.19),
            self.book("2026-01-15", 0.10),
        )
        block = self.state("2026-01-01", "2026-01-31")
        self.assertEqual(
            [line["kind"] for line in block["lines"]],
            ["invoice", "payment", "adjustment"],
        )
        self.assertEqual((block["closing"], self.age(block)), (0, {}))

    def test_case_6_what_is_applied_to_an_older_invoice_counts_once(self):
        invoice = self.bill("2026-01-05", 500)
        self.match(invoice, self.pay("2026-02-10", 200))
        block = self.state("2026-02-01", "2026-02-28")
        self.assertEqual(block["opening"], 500)
        self.assertEqual([line["amount"] for line in block["lines"]], [-200])
        self.assertEqual(self.age(block), {"days_60": 300})

    def test_case_7_each_currency_has_a_block_and_nothing_is_added_across(self):
        self.bill("2026-01-05", 100, currency_id=self.euro.id)
        self.bill("2026-01-05", 30)
        first, last = date(2026, 1, 1), date(2026, 1, 31)
        found = self.customer._get_collection_statement(first, last, self.company)
        self.assertEqual(
            {currency.name: block["closing"] for currency, block in found.items()},
            {"USD": 30, "EUR": 100},
        )
        block = self.state("2026-01-01", "2026-01-31", currency=self.euro)
        self.assertEqual(self.age(block), {"days_30": 100})

    def test_case_9_an_overpayment_and_a_small_invoice_are_both_shown(self):
        self.pay("2026-01-05", 900)
        self.bill("2026-01-05", 20)
        block = self.state("2026-01-01", "2026-01-31")
        self.assertEqual(self.age(block), {"days_30": 20, "credit": -900})
        self.assertEqual(block["closing"], -880)

    def test_case_10_an_unapplied_payment_leaves_nothing_owed(self):
        self.bill("2026-03-01", 200)
        self.pay("2026-03-05", 200)
        block = self.state("2026-03-01", "2026-03-31")
        self.assertEqual(block["closing"], 0)
        self.assertEqual(self.age(block), {"days_30": 200, "credit": -200})

    def test_case_11_canceled_and_draft_documents_are_not_shown(self):
        self.bill("2026-01-05", 100).button_cancel()
        self.bill("2026-01-05", 100, post=False)
        self.assertEqual(self.state("2026-01-01", "2026-01-31")["lines"], [])

    def test_case_100_an_invoice_paid_later_is_open_at_the_date(self):
        invoice = self.bill("2020-04-30", 110775)
        self.match(invoice, self.pay("2020-06-30", 110775))
        block = self.state("2020-05-01", "2020-05-31")
        self.assertEqual(self.age(block), {"days_60": 110775})

    def test_case_101_what_is_due_later_is_not_due_and_adds_up(self):
        self.bill("2026-01-05", 100, due="2026-03-05")
        self.bill("2026-01-05", 7)
        block = self.state("2026-01-01", "2026-01-31")
        self.assertEqual(self.age(block), {"not_due": 100, "days_30": 7})

    def test_cases_102_and_110_what_has_no_due_date_has_its_own_bucket(self):
        entry = self.book("2026-01-05", 64)
        self.get_items(entry).date_maturity = False
        block = self.state("2026-01-01", "2026-01-31")
        self.assertEqual(self.age(block), {"no_due_date": 64})

    def test_case_104_debt_older_than_the_period_is_carried_forward(self):
        self.bill("2019-01-05", 31)
        block = self.state("2026-01-01", "2026-01-31")
        self.assertEqual((block["opening"], block["lines"]), (31, []))
        self.assertEqual(self.age(block), {"older": 31})

    # -- siblings -------------------------------------------------------------------

    def test_an_invoice_in_parts_is_one_line_and_ages_part_by_part(self):
        term = self.make_parts_term((30, 0), (70, 60))
        self.make_invoice(
            amount=1000, invoice_date="2026-01-05", invoice_payment_term_id=term.id
        )
        block = self.state("2026-01-01", "2026-01-31")
        self.assertEqual([line["amount"] for line in block["lines"]], [1000])
        self.assertEqual(self.age(block), {"days_30": 300, "not_due": 700})

    def test_an_invoice_paid_in_another_currency_is_owed_in_neither(self):
        self.env["res.currency.rate"].create(
            {"currency_id": self.euro.id, "name": "2026-01-01", "rate": 0.5}
        )
        invoice = self.bill("2026-01-05", 100, currency_id=self.euro.id)
        self.match(invoice, self.pay("2026-01-15", 200))
        for currency in (self.euro, self.company.currency_id):
            block = self.state("2026-01-01", "2026-01-31", currency=currency)
            self.assertEqual((block["closing"], self.age(block)), (0, {}))
            self.assertEqual(block["lines"][-1]["kind"], "transfer")

    def test_an_exchange_difference_changes_no_balance_in_the_currency(self):
        for day, rate in (("2026-01-01", 0.5), ("2026-01-10", 0.25)):
            self.env["res.currency.rate"].create(
                {"currency_id": self.euro.id, "name": day, "rate": rate}
            )
        invoice = self.bill("2026-01-05", 100, currency_id=self.euro.id)
        payment = self.pay("2026-01-15", 60, currency_id=self.euro.id)
        self.match(invoice, payment)
        block = self.state("2026-01-01", "2026-01-31", currency=self.euro)
        self.assertEqual([line["amount"] for line in block["lines"]], [100, -60])
        self.assertEqual(self.state("2026-01-01", "2026-01-31")["lines"], [])

    def test_an_invoice_that_another_customer_paid_is_not_owed(self):
        invoice = self.bill("2026-01-05", 100)
        self.match(invoice, self.pay("2026-01-15", 100, self.other))
        block = self.state("2026-01-01", "2026-01-31")
        self.assertEqual((block["closing"], self.age(block)), (0, {}))
        self.assertEqual(
            self.state("2026-01-01", "2026-01-31", self.other)["closing"], 0
        )

    def test_contacts_are_on_the_statement_of_their_company(self):
        self.bill("2026-01-05", 100, partner=self.portal_user.partner_id)
        self.bill("2026-01-05", 7, partner=self.other)
        self.assertEqual(self.state("2026-01-01", "2026-01-31")["closing"], 100)

    def test_the_statement_of_today_is_the_balance(self):
        self.match(self.make_invoice(), self.make_payment(amount=30).move_id)
        self.make_credit_note(amount=25)
        today = str(self.today)
        balance = self.customer._get_balances(self.company, self.today)
        block = self.state(today, today)
        self.assertEqual(block["closing"], balance[self.company.currency_id].balance)
        self.assertEqual(block["aging"]["credit"], -25)

    def test_a_customer_with_nothing_has_an_empty_statement(self):
        block = self.state("2026-01-01", "2026-01-31")
        self.assertEqual(
            (block["opening"], block["lines"], block["closing"]), (0, [], 0)
        )

    def test_earlier_history_that_is_summed_up_ages_like_each_item(self):
        """Settled, settled later, partly settled, and never matched."""
        self.match(self.bill("2026-01-05", 100), self.pay("2026-01-20", 100))
        self.match(self.bill("2026-01-06", 50), self.pay("2026-03-02", 50))
        self.match(self.bill("2026-01-07", 70), self.pay("2026-01-21", 30))
        self.bill("2026-01-08", 8)
        self.bill("2026-01-08", 9, due="2026-05-01")
        self.pay("2026-01-08", 5)
        for first in ("2026-01-01", "2026-02-01", "2026-03-01"):
            block = self.state(first, "2026-03-01")
            self.assertEqual(
                self.age(block), {"days_60": 98, "not_due": 9, "credit": -5}
            )
            block = self.state(first, "2026-03-31")
            self.assertEqual(
                self.age(block), {"days_90": 48, "not_due": 9, "credit": -5}
            )

    def test_the_number_of_queries_does_not_depend_on_documents_or_customers(self):
        few, many = self.count_queries(1, 2), self.count_queries(3, 6)
        self.assertEqual(few, many)

    def count_queries(self, customers, documents):
        partners = self.env["res.partner"]
        for number in range(customers):
            partner = self.make_partner(f"Customer {number}", mode="net")
            partners |= partner
            for _number in range(documents):
                self.match(
                    self.bill("2026-01-05", 10, partner=partner),
                    self.pay("2026-01-06", 4, partner),
                )
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        first, last = date(2026, 1, 1), date(2026, 1, 31)
        found = partners._get_collection_statements(first, last, self.company)
        for statement in found.values():
            for block in statement.values():
                self.assertTrue([line["name"] for line in block["lines"]])
        return self.env.cr.sql_log_count - before
