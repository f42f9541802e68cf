# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common_balance import BalanceCommon


@tagged("post_install", "-at_install")
class TestBalancePortal(BalanceCommon):
    """The same page for a customer who is logged in."""

    def test_a_contact_of_the_company_pays_what_the_company_owes(self):
        invoice = self.make_invoice(due=-3)
        self.authenticate("portal_colleague", "portal_colleague")
        page = self.pay("/my/balance")
        self.assertRegex(page, r"Thank you! You paid\s+\$100\.00")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.find_payment().partner_id, self.colleague.partner_id)

    def test_another_customer_sees_and_pays_nothing_of_it(self):
        invoice = self.make_invoice()
        item = self.receivable(invoice).id
        self.authenticate("portal_acme", "portal_acme")
        self.read_page("/my/balance")
        route, mark = self.route, self.mark
        self.authenticate("portal_other", "portal_other")
        page = self.read_page(f"/my/balance?item={item}")
        self.assertNotIn(invoice.name, page)
        answer = self.submit(route, mark)
        self.assertEqual(answer["state"], "error")
        self.assertFalse(invoice.transaction_ids)

    def test_nobody_has_to_log_in(self):
        self.make_invoice()
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open("/my/balance").url)

    def test_employees_and_companies_that_do_not_collect_keep_odoos_pages(self):
        self.authenticate("an_accountant", "an_accountant")
        self.assertIn("/my/invoices", self.url_open("/my/balance").url)
        self.company.sudo().collection_active = False
        self.authenticate("portal_acme", "portal_acme")
        self.assertIn("/my/invoices", self.url_open("/my/balance").url)
        self.assertNotIn("o_paycollect_home", self.url_open("/my").text)

    def test_pay_overdue_leads_to_the_balance(self):
        self.make_invoice(due=-3)
        self.authenticate("portal_acme", "portal_acme")
        self.assertIn("/my/balance", self.url_open("/my/invoices/overdue").url)

    def test_an_outdated_overdue_page_pays_nothing(self):
        invoice = self.make_invoice(due=-3)
        self.authenticate("portal_acme", "portal_acme")
        with (
            mute_logger("odoo.http"),
            self.assertRaisesRegex(JsonRpcException, "ValidationError"),
        ):
            self.submit("/invoice/transaction/overdue", "x", payment_reference="X")
        self.assertFalse(invoice.transaction_ids)

    def test_a_company_contact_sees_the_company_overdue_count(self):
        self.make_invoice(due=-3)
        self.make_invoice(self.other, due=-3)
        self.authenticate("portal_colleague", "portal_colleague")
        answer = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["overdue_invoice_count"]}
        )
        self.assertEqual(answer["overdue_invoice_count"], 1)

    def test_home_says_what_is_due_next_and_paid_last(self):
        self.make_invoice(amount=100, due=-3)
        self.make_invoice(amount=50, due=3)
        self.make_payment(amount=30)
        self.authenticate("portal_acme", "portal_acme")
        page = self.url_open("/my").text
        for words in (r"\$70\.00", r"\$100\.00\s+overdue", r"\$120\.00", "See and pay"):
            self.assertRegex(page, words)

    def test_due_now_is_what_the_customer_is_asked_to_pay(self):
        self.make_invoice(amount=730, due=-3)
        self.make_payment(amount=75)
        self.authenticate("portal_acme", "portal_acme")
        decides = "Our accounting team decides how your credit is used"
        for use, due in (("automatic", "655"), ("ask", "730"), ("never", "730")):
            with self.subTest(use):
                self.company.sudo().collection_credit_use = use
                asked = rf"Due now</\w+>\s*<\w+[^>]*>\${due}\.00<"
                home = self.url_open("/my").text
                self.assertRegex(home, asked)
                self.assertEqual("Unused credit" in home, use != "automatic")
                page = self.read_page("/my/balance")
                self.assertRegex(page, asked)
                self.assertRegex(page, rf"Pay\s+\${due}\.00")
                self.assertEqual(decides in page, use != "automatic")

    def test_somebody_elses_payment_is_not_shown_as_the_own(self):
        self.make_invoice()
        self.authenticate("portal_acme", "portal_acme")
        self.read_page("/my/balance")
        self.submit()
        self.authenticate("portal_other", "portal_other")
        self.assertNotIn("100.00", self.url_open("/my/balance/done").text)

    def test_two_factor_login_is_offered_until_it_is_on(self):
        self.authenticate("portal_acme", "portal_acme")
        self.assertIn("Turn on two-factor", self.url_open("/my").text)
        self.portal_user.sudo().totp_secret = "A" * 32
        self.assertNotIn("Turn on two-factor", self.url_open("/my").text)

    # -- methods on file ---------------------------------------------------------

    def submit_token(self, token, **params):
        return self.submit(
            token_id=token.id, provider_id=token.provider_id.id, flow="token", **params
        )

    def land(self):
        """Let the status page see the outcome, and go where it leads."""
        answer = self.make_jsonrpc_request("/payment/status/poll", {})
        self.env.invalidate_all()
        return self.url_open(answer["landing_route"]).text

    def test_a_method_on_file_pays_several_invoices_in_one_tap(self):
        invoices = self.make_invoice(due=-3) + self.make_invoice(amount=50, due=-1)
        token = self.make_token(self.customer)
        self.authenticate("portal_acme", "portal_acme")
        page = self.read_page("/my/balance")
        self.assertIn("Pay $150.00 with Visa •••• 4242", page)
        self.assertEqual(self.submit_token(token)["state"], "done")
        page = self.land()
        self.assertRegex(page, r"Thank you! You paid\s+\$150\.00")
        self.assertEqual(set(invoices.mapped("payment_state")), {"paid"})
        payment = self.find_payment()
        self.assertEqual(payment.token_id, token)
        self.assertEqual(payment.partner_id, self.portal_user.partner_id)
        self.assertFalse(payment.collection_unanswered_since)

    def test_a_second_tab_with_a_method_on_file_takes_nothing(self):
        invoice = self.make_invoice()
        token = self.make_token(self.customer)
        self.authenticate("portal_acme", "portal_acme")
        self.read_page("/my/balance")
        self.submit_token(token)
        second = self.submit_token(token)
        self.assertEqual(second["state"], "error")
        self.assertEqual(len(invoice.transaction_ids), 1)

    def test_what_the_desk_took_before_the_charge_is_sent_is_not_charged(self):
        invoices = self.make_invoice(due=-3) + self.make_invoice(amount=50, due=-1)
        token = self.make_token(self.customer)
        customer, company = self.customer, self.company
        [block] = customer._get_payment_blocks(company, self.today)
        payment = (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": token.provider_id.id,
                    "payment_method_id": token.payment_method_id.id,
                    "token_id": token.id,
                    "amount": block.plan.amount,
                    "currency_id": block.currency.id,
                    "partner_id": customer.id,
                    "operation": "online_token",
                    **customer._prepare_block_payment_vals(company, block),
                }
            )
        )
        self.assertTrue(payment._is_still_owed())
        desk = self.make_payment(amount=20)
        (self.receivable(invoices[0]) + self.receivable(desk.move_id)).reconcile()
        payment._charge_chosen_method(fields.Datetime.now())
        self.assertEqual(payment.state, "cancel")
        self.assertIn("has changed", payment.state_message)
        self.assertFalse(payment.collection_unanswered_since)
        self.assertEqual(invoices.mapped("amount_residual"), [80, 50])

    def test_a_link_without_a_login_uses_no_method_on_file(self):
        self.make_invoice()
        token = self.make_token(self.customer)
        self.authenticate(None, None)
        page = self.read_page(self.make_balance_link())
        self.assertNotIn("4242", page)
        answer = self.submit_token(token)
        self.assertEqual(answer["state"], "error")
        self.assertFalse(self.find_payment().token_id)

    def test_another_customers_method_pays_nothing(self):
        invoice = self.make_invoice()
        token = self.make_token(self.other)
        self.authenticate("portal_acme", "portal_acme")
        self.assertNotIn("•••• 4242", self.read_page("/my/balance"))
        self.assertIn("can't be used", self.submit_token(token)["state_message"])
        self.assertFalse(invoice.transaction_ids)

    def test_what_a_colleague_saved_for_themselves_is_not_offered(self):
        self.make_invoice()
        self.make_token(self.colleague.partner_id, consent=False)
        self.authenticate("portal_acme", "portal_acme")
        self.assertNotIn("•••• 4242", self.read_page("/my/balance"))
        self.authenticate("portal_colleague", "portal_colleague")
        self.assertIn("•••• 4242", self.read_page("/my/balance"))

    def test_expired_and_refused_methods_are_not_offered(self):
        self.make_invoice()
        self.make_token(self.customer, expiry_date="2020-01-31")
        self.make_token(self.customer, refused_at="2026-01-01 00:00:00")
        self.authenticate("portal_acme", "portal_acme")
        self.assertNotIn("•••• 4242", self.read_page("/my/balance"))

    def test_a_method_is_not_charged_while_charging_is_stopped(self):
        invoice = self.make_invoice()
        token = self.make_token(self.customer)
        self.authenticate("portal_acme", "portal_acme")
        self.read_page("/my/balance")
        self.company.sudo().collection_stopped_at = "2026-01-01 00:00:00"
        self.assertEqual(self.submit_token(token)["state"], "error")
        self.assertFalse(invoice.transaction_ids)

    def test_a_bank_debit_says_that_it_is_on_its_way(self):
        self.make_invoice()
        token = self.make_token(self.customer, answer="pending")
        self.authenticate("portal_acme", "portal_acme")
        self.read_page("/my/balance")
        self.submit_token(token)
        page = self.land()
        self.assertRegex(page, r"\$100\.00\s+is on its way")
        self.assertNotIn("You paid", page)

    def test_a_declined_method_charges_nothing_and_another_one_can_pay(self):
        invoice = self.make_invoice()
        token = self.make_token(self.customer, answer="error")
        self.authenticate("portal_acme", "portal_acme")
        self.read_page("/my/balance")
        self.submit_token(token)
        self.assertIn("didn't go through", self.land())
        self.pay("/my/balance")
        self.assertEqual(invoice.payment_state, "paid")

    def test_a_missing_response_is_on_its_way_and_nothing_is_taken_twice(self):
        invoice = self.make_invoice()
        token = self.make_token(self.customer)
        self.authenticate("portal_acme", "portal_acme")
        self.read_page("/my/balance")
        payments = self.env.registry["payment.transaction"]
        with (
            mute_logger(
                "odoo.addons.paycollect_fsm.models.recovery.payment_transaction_online"
            ),
            patch.object(payments, "_send_payment_request", side_effect=OSError),
        ):
            self.submit_token(token)
        self.assertRegex(self.land(), r"\$100\.00\s+is on its way")
        payment = self.find_payment()
        self.assertEqual(payment.state, "pending")
        self.assertTrue(payment.collection_unanswered_since)
        self.read_page("/my/balance")
        self.assertFalse(self.route)
        late = payment.collection_unanswered_since + timedelta(days=2)
        self.env["paycollect.attempt"]._cron_resolve_unknown(late)
        activity = invoice.activity_ids
        self.assertEqual(activity.summary, "Confirm whether this was paid")

    def test_odoos_invoice_page_charges_a_method_on_file_the_same_way(self):
        invoice = self.make_invoice()
        token = self.make_token(self.portal_user.partner_id)
        self.authenticate("portal_acme", "portal_acme")
        route = f"/invoice/transaction/{invoice.id}"
        mark = invoice._portal_ensure_token()
        vals = {"amount": 100.0, "payment_method_id": None}
        payments = self.env.registry["payment.transaction"]
        with (
            mute_logger(
                "odoo.addons.paycollect_fsm.models.recovery.payment_transaction_online"
            ),
            patch.object(payments, "_send_payment_request", side_effect=OSError),
        ):
            self.submit_token(token, route=route, mark=mark, **vals)
        self.assertEqual(self.find_payment().state, "pending")
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self.submit_token(token, route=route, mark=mark, **vals)
        self.assertEqual(len(invoice.transaction_ids), 1)
