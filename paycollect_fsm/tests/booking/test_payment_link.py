# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import html
import re
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_payment_link import PaymentLinkCommon


@tagged("post_install", "-at_install")
class TestPaymentLink(PaymentLinkCommon):
    def make_prepaid(self, confirm=True, **values):
        order = self.make_order(price=200, **values)
        if confirm:
            self.confirm_order(order)
        return order

    def test_a_prepaid_order_is_paid_by_link_done_and_not_charged_again(self):
        order = self.make_prepaid()
        self.make_token()
        self.assertEqual(order.collection_readiness, "deposit_due")
        url = self.send_link(order)
        self.assertRegex(self.sent["subject"], r"\$\s?200\.00")
        self.assertIn(order.name, self.sent["body"])
        text = self.read_page(url)
        self.assertRegex(text, r"Pay\s+<.*200\.00|Pay \$.*200\.00")
        self.assertIn(order.name, text)
        page = self.finish(self.submit(url))
        self.assertIn("Thank you for your payment", page)
        self.env.invalidate_all()
        self.assertEqual(order.amount_paid, 200)
        self.assertEqual(order.collection_readiness, "prepaid")
        job = order.fsm_order_ids
        self.assertEqual(job.collection_readiness, "prepaid")
        job.with_user(self.dispatcher).person_id = self.make_worker()
        invoice = self.complete(job)
        self.assertTrue(invoice._is_settled())
        self.assertFalse(invoice.collection_attempt_ids)
        self.assertEqual(len(order.transaction_ids), 1)
        self.assertTrue(self.link.used_at)

    def test_paying_the_link_of_a_quotation_confirms_it(self):
        order = self.make_prepaid(confirm=False)
        self.pay(self.send_link(order, self.seller))
        self.env.invalidate_all()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.collection_readiness, "prepaid")

    def test_a_deposit_is_asked_for_to_the_cent(self):
        self.policies["auto"].deposit_percent = 33
        order = self.make_order(price=999.99)
        order.action_confirm()
        self.pay(self.send_link(order))
        self.env.invalidate_all()
        self.assertEqual(order.amount_paid, 330.00)
        self.assertEqual(order.collection_readiness, "method_missing")

    def test_paying_a_deposit_by_link_stores_the_method_that_pays_the_rest(self):
        self.policies["auto"].deposit_percent = 33
        order = self.make_order(price=1000)
        order.action_confirm()
        url = self.send_link(order)
        text = self.read_page(url)
        read = re.search(r'data-collection-mark="(\w+)"[^>]*>([^<]+)<', text)
        self.assertIn("I authorize", read[2])
        saving = {"tokenization_requested": True}
        answer = self.submit(url, collection_mark="other", **saving)
        self.assertIn("has changed", answer["state_message"])
        self.finish(self.submit(url, collection_mark=read[1], **saving))
        self.env.invalidate_all()
        self.assertEqual(
            (order.amount_paid, order.collection_readiness), (330, "ready")
        )
        consent = order.collection_token_id.consent_ids
        self.assertEqual((consent.channel, consent.link_id), ("link", self.link))
        self.assertEqual(consent.text_shown, html.unescape(read[2]).strip())

    def test_the_link_of_an_invoice_deducts_credit_before_it_is_due(self):
        credit = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "amount": 30,
            }
        )
        credit.action_post()
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_payment_term_id": False,
                "invoice_date_due": self.company._get_today() + timedelta(days=30),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Work",
                            "price_unit": 150,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        move.action_post()
        url = self.env["paycollect.link"]._issue(
            self.customer, "invoice", self.company, move=move
        )
        path = "/pay/" + url.rsplit("/", 1)[1]
        page = self.pay(path)
        self.assertIn("Thank you for your payment", page)
        self.assertIn("$120.00", page)
        self.env.invalidate_all()
        self.assertEqual(move.transaction_ids.amount, 120)
        self.assertEqual((move.amount_residual, move.collection_credit_used), (0, 30))

    def test_the_browser_chooses_neither_amount_nor_customer_nor_landing(self):
        order = self.make_prepaid()
        url = self.send_link(order)
        self.read_page(url)
        stranger = self.make_customer("Eve Stranger")
        values = self.submit(url, partner_id=stranger.id, reference_prefix="X")
        paid = self.env["payment.transaction"].search(
            [("reference", "=", values["reference"])]
        )
        self.assertEqual((paid.amount, paid.partner_id), (200, self.customer))
        self.assertEqual(paid.landing_route, "/pay/done")
        self.assertEqual(paid.sale_order_ids, order)
        self.assertFalse(paid.tokenize)

    def test_a_second_tab_does_not_pay_again(self):
        order = self.make_prepaid()
        url = self.send_link(order)
        self.read_page(url)
        other_tab = self.mark[1]
        self.pay(url)
        answer = self.submit(url, other_tab)
        self.assertEqual(answer["state"], "error")
        self.assertIn("already been paid", answer["state_message"])
        self.assertIn("Thank you for your payment", self.read_page(url))
        self.assertEqual(len(order.transaction_ids), 1)

    def test_a_payment_on_its_way_is_not_paid_again(self):
        order = self.make_prepaid()
        url = self.send_link(order)
        self.read_page(url)
        mark = self.mark[1]
        self.assertIn("Your payment is processing", self.pay(url, "pending"))
        answer = self.submit(url, mark)
        self.assertIn("already being processed", answer["state_message"])
        self.assertEqual(len(order.transaction_ids), 1)

    def test_what_changed_since_the_page_was_opened_is_shown_first(self):
        order = self.make_prepaid()
        url = self.send_link(order)
        self.read_page(url)
        order.order_line.price_unit = 240
        answer = self.submit(url)
        self.assertIn("amount due has changed", answer["state_message"])
        self.assertFalse(order.transaction_ids)
        self.assertIn("240.00", self.read_page(url))

    def test_a_canceled_order_is_not_paid(self):
        order = self.make_prepaid(confirm=False)
        url = self.send_link(order, self.seller)
        self.read_page(url)
        order._action_cancel()
        answer = self.submit(url)
        self.assertIn("canceled", answer["state_message"])
        self.assertFalse(order.transaction_ids)
        text = self.read_page(url)
        self.assertIn("There's nothing to pay", text)
        self.assertNotIn("o_payment_form", text)

    def test_a_declined_payment_says_so_and_can_be_tried_again(self):
        order = self.make_prepaid()
        url = self.send_link(order)
        page = self.pay(url, "error")
        self.assertIn("Your payment didn't go through", page)
        self.assertIn("o_payment_form", page)
        self.assertIn("Thank you for your payment", self.pay(url))
        self.env.invalidate_all()
        self.assertEqual(order.amount_paid, 200)

    def test_a_link_to_pay_saves_no_method_and_one_to_save_pays_nothing(self):
        order = self.make_prepaid()
        url = self.send_link(order)
        answer = self.make_jsonrpc_request(f"{url}/transaction", {})
        self.assertEqual(answer["state"], "error")
        _link, raw = self.make_link()
        answer = self.submit(f"/pay/{raw}", "x")
        self.assertEqual(answer["state"], "error")
        self.assertFalse(order.transaction_ids)

    def test_odoos_own_page_does_not_take_the_money_twice_either(self):
        order = self.make_prepaid()
        self.pay(self.send_link(order))
        access_token = order._portal_ensure_token()
        with self.assertRaisesRegex(Exception, "ValidationError"):
            self.make_jsonrpc_request(
                f"/my/orders/{order.id}/transaction",
                {
                    "access_token": access_token,
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "token_id": None,
                    "amount": 200,
                    "flow": "direct",
                    "tokenization_requested": False,
                    "landing_route": "/my",
                },
            )
        self.assertEqual(len(order.transaction_ids), 1)

    def test_nothing_due_is_not_asked_for(self):
        self.make_token()
        order = self.make_order()
        with self.assertRaisesRegex(UserError, "Nothing has to be paid"):
            order.with_user(self.dispatcher).action_send_payment_link()

    def test_a_technician_sends_no_payment_link(self):
        order = self.make_prepaid()
        with self.assertRaisesRegex(AccessError, "Ask the office"):
            order.fsm_order_ids.with_user(self.technician).action_send_payment_link()

    def test_the_policy_sets_odoos_own_prepayment_of_the_quotation(self):
        order = self.make_prepaid(confirm=False)
        self.assertTrue(order.require_payment)
        self.assertEqual(order.prepayment_percent, 1)
        self.assertTrue(order._has_to_be_paid())
        order.write({"prepayment_percent": 0.5})
        order.order_line.price_unit = 210
        self.assertEqual(order.prepayment_percent, 0.5, "agreed on with the customer")
        order.order_line.price_unit = 5000
        self.assertEqual(order.collection_mode, "auto")
        self.assertFalse(order.require_payment)
