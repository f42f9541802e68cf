# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import SQL

from ..common import PortalCommon


@tagged("post_install", "-at_install")
class TestOpenItems(PortalCommon):
    def owed(self, partner=None):
        customer = (partner or self.customer).commercial_partner_id
        found = customer._get_open_items(self.company, self.today)[customer]
        return [(item.residual, item.state) for item in found]

    def test_oldest_due_first_with_the_state_of_the_day(self):
        self.make_invoice(amount=3, due=5)
        self.make_invoice(amount=1, due=-5)
        self.make_invoice(amount=2)
        self.assertEqual(self.owed(), [(1, "overdue"), (2, "due"), (3, "open")])

    def test_a_contact_owes_as_its_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Site manager", "parent_id": self.customer.id}
        )
        self.make_invoice(contact)
        self.make_invoice(self.other, 7)
        self.assertEqual(self.owed(contact), [(100, "due")])

    def test_each_due_date_of_a_term_is_an_item(self):
        term = self.make_parts_term((30, 0), (70, 60))
        self.make_invoice(amount=1000, invoice_payment_term_id=term.id)
        self.assertEqual(self.owed(), [(300, "due"), (700, "open")])

    def test_credit_notes_and_payments_on_account_are_negative(self):
        self.make_invoice()
        self.make_credit_note(amount=40)
        self.make_payment(amount=25)
        self.assertEqual(sorted(amount for amount, _ in self.owed()), [-40, -25, 100])
        [balance] = self.customer._get_balances(self.company, self.today).values()
        self.assertEqual(
            (balance.open, balance.credit, balance.balance, balance.to_pay),
            (100, 65, 35, 35),
        )

    def test_paid_draft_and_canceled_invoices_are_not_owed(self):
        self.make_invoice(post=False)
        self.make_invoice().button_cancel()
        paid = self.make_invoice()
        payment = self.make_payment()
        lines = (paid.line_ids + payment.move_id.line_ids).filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        lines.reconcile()
        self.assertEqual(self.owed(), [])

    def test_a_part_payment_leaves_the_rest(self):
        invoice = self.make_invoice()
        payment = self.make_payment(amount=30)
        lines = (invoice.line_ids + payment.move_id.line_ids).filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        lines.reconcile()
        self.assertEqual(self.owed(), [(70, "due")])

    def test_what_is_left_out_of_reminders_is_not_asked_for(self):
        self.make_invoice().no_followup = True
        self.assertEqual(self.owed(), [(100, "excluded")])

    def test_a_deposit_is_not_asked_for_once_its_order_was_canceled(self):
        order = self.make_sale(self.customer)
        deposit = self.make_deposit(order, amount=30)
        self.company.collection_active = False  # it was canceled before the start
        order._action_cancel()
        self.company.collection_active = True
        self.assertEqual(
            (deposit.amount_residual, self.owed()), (30, [(30, "excluded")])
        )
        found = self.env["account.move.line"]._get_reason_candidates(self.company)
        rows = self.env.execute_query(SQL(" UNION ").join(found))
        self.assertIn((deposit.id,), rows)

    def test_a_planned_charge_is_scheduled_and_a_sent_one_on_its_way(self):
        self.make_token(self.customer)
        invoice = self.make_invoice()
        attempt = invoice._plan_collection("manual", self.now())
        self.assertEqual(self.owed(), [(100, "scheduled")])
        attempt.write({"state": "unknown", "sent_at": self.now()})
        self.assertEqual(self.owed(), [(100, "on_its_way")])

    def test_a_valid_discount_is_deducted_until_its_day(self):
        term = self.make_parts_term((100, 30), discount=2, discount_days=10)
        self.make_invoice(invoice_payment_term_id=term.id)
        [item] = self.customer._get_open_items(self.company, self.today)[self.customer]
        self.assertEqual((item.residual, item.to_pay), (100, 98))
        later = self.today + timedelta(days=11)
        [item] = self.customer._get_open_items(self.company, later)[self.customer]
        self.assertEqual((item.to_pay, item.discount_until), (100, None))

    def test_each_currency_has_its_own_numbers(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.make_invoice()
        self.make_invoice(amount=50, currency_id=euro.id)
        balances = self.customer._get_balances(self.company, self.today)
        self.assertEqual(
            {currency.name: balance.balance for currency, balance in balances.items()},
            {"USD": 100, "EUR": 50},
        )

    def test_another_company_is_owed_separately(self):
        company = self.env["res.company"].create({"name": "Branch"})
        self.make_invoice()
        items = self.customer._get_open_items(company, self.today)
        self.assertEqual(items, {self.customer: []})

    def test_the_number_of_queries_does_not_depend_on_the_invoices(self):
        few, many = self.count_queries(2), self.count_queries(12)
        self.assertEqual(few, many)

    def count_queries(self, number):
        customer = self.make_partner(f"Customer {number}", mode="net")
        for _number in range(number):
            self.make_invoice(customer)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        customer._get_open_items(self.company, self.today)
        return self.env.cr.sql_log_count - before
