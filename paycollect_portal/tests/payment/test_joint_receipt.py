# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, time, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from odoo.addons.paycollect_fsm.tests.message.common_delivery import DeliveryCommon

from ..common import PortalCommon


@tagged("post_install", "-at_install")
class TestJointReceipt(PortalCommon, DeliveryCommon):
    """One receipt for a customer's payment of several invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env.ref("paycollect_fsm.policy_net")
        cls.company.collection_attach_pdf = False

    def setUp(self):
        super().setUp()
        self.invoices = self.make_invoice(amount=100) + self.make_invoice(amount=50)
        self.invoices.collection_policy_id = self.policy

    def pay(self, credit=0, reference="PAY-1", **amounts):
        """Pay the invoices together; ``amounts``: the money for each.

        :param credit: what of the first one the customer's credit pays
        """
        shares = amounts or {"first": 100, "second": 50}
        payment = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "amount": sum(shares.values()),
                "currency_id": self.company.currency_id.id,
                "partner_id": self.portal_user.partner_id.id,
                "operation": "online_direct",
                "reference": reference,
                "invoice_ids": [Command.set(self.invoices.ids)],
                "collection_allocation_ids": [
                    Command.create(
                        {
                            "company_id": self.company.id,
                            "line_id": move.line_ids.filtered("date_maturity")[:1].id,
                            "move_id": move.id,
                            "amount": amount,
                            "credit": credit if move == self.invoices[0] else 0,
                        }
                    )
                    for move, amount in zip(self.invoices, shares.values(), strict=True)
                ],
            }
        )
        payment._set_done()
        self.follow_up(payment._post_process)
        return payment

    def follow_up(self, method, *args):
        with self.with_jobs():
            method(*args)

    def find_mails(self):
        return self.env["mail.mail"].search([("subject", "like", "Receipt for")])

    def test_templates_can_be_installed_where_invoices_already_exist(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", "paycollect_portal"), ("model", "=", "mail.template")]
        )
        for template in self.env["mail.template"].browse(data.mapped("res_id")):
            template._check_can_be_rendered()

    def test_one_email_lists_each_invoice_with_its_amount(self):
        self.pay()
        (mail,) = self.find_mails()
        self.assertIn("Receipt for your payment of $150.00", mail.subject)
        for words in (*self.invoices.mapped("name"), "$100.00", "$50.00", "$150.00"):
            self.assertIn(words, mail.body_html)
        self.assertTrue(all(move.receipt_sent_at for move in self.invoices))
        rows = self.invoices.collection_message_ids
        self.assertEqual(rows.mapped("state"), ["sent", "sent"])

    def test_invoices_that_no_job_made_have_their_receipt_too(self):
        self.invoices.collection_policy_id = False
        self.pay()
        self.assertEqual(len(self.find_mails()), 1)
        self.assertTrue(all(move.receipt_sent_at for move in self.invoices))

    def test_a_payment_in_the_evening_is_of_the_companys_day(self):
        self.company.partner_id.tz = "America/Chicago"
        evening = datetime.combine(self.today + timedelta(days=1), time(0, 42))
        with freeze_time(evening):
            payment = self.pay()
        self.assertEqual(payment.payment_id.date, self.today)

    def test_a_colleague_gets_one_copy_of_it(self):
        self.colleague.partner_id.write(
            {"email": "carl@acme.example.com", "collection_gets_copies": True}
        )
        self.pay()
        self.later(minutes=1)
        (copy,) = [mail for mail in self.left if "carl@" in str(mail["email_to"])]
        self.assertIn("Copy: Receipt for your payment of $150.00", copy["subject"])
        for name in self.invoices.mapped("name"):
            self.assertIn(name, copy["body"])
        self.assertNotIn("access_token", copy["body"])

    def test_it_is_sent_once_whoever_asks_again(self):
        payment = self.pay()
        self.follow_up(payment._post_process)
        self.follow_up(self.invoices._notify_customer, "paid")
        for move in self.invoices:
            self.follow_up(move._notify_customer, "paid")
            move._send_receipt()
        self.later(days=1)
        self.assertEqual(len(self.find_mails()), 1)

    def test_an_invoice_that_is_paid_in_part_says_what_is_open(self):
        self.pay(first=100, second=20)
        (mail,) = self.find_mails()
        self.assertRegex(mail.body_html, r"\$30\.00\s+of it is still open")
        self.assertFalse(self.invoices[1].receipt_sent_at)
        self.assertEqual(self.invoices.mapped("amount_residual"), [0, 30])

    def test_an_invoice_that_credit_alone_pays_is_on_the_same_receipt(self):
        self.make_payment(amount=100)
        self.pay(credit=100, first=0, second=50)
        self.assertEqual(self.invoices.mapped("amount_residual"), [0, 0])
        self.later(days=1)
        (mail,) = self.find_mails()
        for words in (*self.invoices.mapped("name"), "$100.00", "$50.00"):
            self.assertIn(words, mail.body_html)
        self.assertTrue(all(move.receipt_sent_at for move in self.invoices))

    def test_a_rejected_receipt_fails_and_is_sent_again_as_one(self):
        with self.refusing_mails():
            self.pay()
        rows = self.invoices.collection_message_ids
        self.assertEqual(rows.mapped("try_count"), [1, 1])
        rows.action_send_again()
        self.later(minutes=1)
        self.assertEqual(rows.mapped("state"), ["sent", "sent"])
        self.assertEqual(len(self.find_mails()), 1)

    def test_a_payment_of_one_invoice_has_its_own_receipt(self):
        self.invoices = self.invoices[:1]
        self.pay(first=100)
        (mail,) = self.find_mails()
        self.assertIn(self.invoices.name, mail.subject)

    def test_each_payment_of_a_part_of_an_invoice_has_its_receipt_once(self):
        self.colleague.partner_id.write(
            {"email": "carl@acme.example.com", "collection_gets_copies": True}
        )
        self.invoices = move = self.invoices[:1]
        self.assertEqual(move.amount_total, 100)
        payment = self.pay(first=40)
        self.follow_up(payment._post_process)
        self.pay(first=25, reference="PAY-2")
        self.assertFalse(move.receipt_sent_at or move.invoice_message_at)
        self.assertFalse(move._was_told("due"), "it can still be sent the invoice")
        self.assertIn(
            "The receipt for PAY-2 was sent", str(move.collection_explanation)
        )
        self.later(minutes=1)
        copies = [mail for mail in self.left if "carl@" in str(mail["email_to"])]
        self.assertEqual(len(copies), 2)
        self.pay(first=35, reference="PAY-3")
        mails = self.env["mail.mail"].search([("subject", "like", "Receipt for")])
        mails = mails.filtered(lambda mail: "carl@" not in mail.email_to).sorted("id")
        for mail, paid, left in zip(
            mails,
            (r"\$40\.00\s+received", r"\$25\.00\s+received", r"\$100\.00\s+paid\."),
            (r"\$60\.00", r"\$35\.00", r"\$0\.00"),
            strict=True,
        ):
            self.assertIn(f"Receipt for {move.name} from", mail.subject)
            self.assertRegex(mail.body_html, paid)
            self.assertRegex(mail.body_html, rf"Balance due</td>\s*<td[^>]*>{left}<")
        self.assertTrue(move.receipt_sent_at)

    def test_several_invoices_of_which_parts_were_paid_have_one_receipt(self):
        payment = self.pay(first=40, second=20)
        self.follow_up(payment._post_process)
        self.later(days=1)
        (mail,) = self.find_mails()
        self.assertIn("Receipt for your payment of $60.00", mail.subject)
        self.assertRegex(mail.body_html, r"\$60\.00\s+of it is still open")
        self.assertRegex(mail.body_html, r"\$30\.00\s+of it is still open")

    def test_a_rejected_receipt_for_a_part_is_sent_again(self):
        self.invoices = self.invoices[:1]
        with self.refusing_mails():
            self.pay(first=40)
        row = self.invoices.collection_message_ids
        self.assertEqual((row.occasion, row.try_count), ("part", 1))
        self.later(minutes=10)
        self.assertEqual(row.state, "sent")
        self.assertTrue(row.is_settled)
        self.assertFalse(self.invoices.is_move_sent)
