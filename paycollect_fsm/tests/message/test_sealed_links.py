# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re
from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.sms.tools.sms_api import SmsApi

from ..common import CustomerCommon

RAW = re.compile(r"/pay/([A-Za-z0-9_-]{43})")


@tagged("post_install", "-at_install")
class TestSealedLinks(CustomerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Link = cls.env["paycollect.link"]
        cls.seller = cls.make_user("seller", "sales_team.group_sale_salesman")

    def setUp(self):
        super().setUp()
        with self.collect_queued() as queued:
            self.customer.with_user(self.seller)._request_payment_method()
        self.mail, self.sms = queued["mail.mail"], queued["sms.sms"]

    def test_nobody_finds_the_token_of_a_queued_message(self):
        self.env.flush_all()
        tokens = self.Link.search([]).mapped("pending_token")
        self.assertEqual([len(token) for token in tokens], [43, 43])
        texts = [self.mail.body_html, self.mail.body, self.sms.body]
        texts += self.env["mail.message"].search([]).mapped("body")
        for token in tokens:
            self.assertFalse([text for text in texts if token in (text or "")])

    def test_the_salesperson_who_asked_does_not_read_the_token(self):
        messages = self.env["mail.message"].with_user(self.seller)
        own = messages.search([("create_uid", "=", self.seller.id)])
        self.assertIn(self.mail.mail_message_id, own)
        self.assertFalse(RAW.search(" ".join(own.mapped("body"))))

    def test_no_role_reads_the_pending_token(self):
        admin = self.make_user("root", "base.group_system,paycollect_fsm.group_manager")
        link = self.Link.search([], limit=1)
        for user in (self.seller, self.accountant, self.manager, admin):
            with self.assertRaises(AccessError):
                link.with_user(user).read(["pending_token"])
            with self.assertRaises(AccessError):
                link.with_user(user).search([("pending_token", "like", "a")])

    def test_the_email_that_leaves_has_a_working_link_and_leaves_only_its_hash(self):
        with self.mock_mail_gateway():
            self.mail.send()
        self.assertLinkWorks(self._mails[0]["body"])
        self.assertLinkWorks(self._mails[0]["body_alternative"])
        self.assertEqual(self.Link.search([]).mapped("pending_token").count(False), 1)

    def test_the_text_message_that_leaves_has_a_working_link(self):
        with self.carried() as contents:
            self.sms.send(unlink_sent=False)
        self.assertLinkWorks(contents[0])
        self.assertNotIn(contents[0], self.sms.body)
        self.assertEqual(self.Link.search([]).mapped("pending_token").count(False), 1)

    def test_a_rejected_message_has_the_same_link_when_sent_again(self):
        with self.carried("server_error") as first:
            self.sms.send(unlink_sent=False)
        self.sms.action_set_outgoing()
        with self.carried() as second:
            self.sms.send(unlink_sent=False)
        self.assertLinkWorks(first[0])
        self.assertEqual(first, second)

    def test_nobody_mails_the_link_of_a_customer_to_themselves(self):
        link = self.Link.search([], limit=1)
        mail = self.env["mail.mail"].create(
            {
                "email_to": "eve@example.com",
                "subject": "Mine",
                "body_html": f"https://pay.example.com/pay/link-{link.id}",
            }
        )
        text = self.env["sms.sms"].create(
            {"number": "+12125550199", "body": f"/pay/link-{link.id}"}
        )
        with self.mock_mail_gateway(), self.carried() as contents:
            mail.send()
            text.send(unlink_sent=False)
        for sent in (self._mails[0]["body"], contents[0]):
            self.assertIn(f"/pay/link-{link.id}", sent)

    def test_a_message_to_one_customer_opens_no_link_of_another(self):
        stranger = self.make_customer("Eve Stranger")
        url = self.Link._issue_sealed(stranger, "method", self.company)
        self.sms.body = url
        with self.carried() as contents:
            self.sms.send(unlink_sent=False)
        self.assertFalse(RAW.search(contents[0]))

    def test_a_copy_goes_to_no_other_address_of_the_template(self):
        template = self.env.ref("paycollect_fsm.mail_template_method_request")
        template.email_cc = "eve@example.com"
        with self.collect_queued() as queued:
            self.customer.with_user(self.seller)._request_payment_method()
        self.assertFalse(queued["mail.mail"].email_cc)

    def test_a_revoked_link_keeps_no_token(self):
        link = self.Link.search([], limit=1)
        link.with_user(self.manager).action_revoke()
        self.assertFalse(link.pending_token)

    def test_a_clerk_who_writes_themselves_gets_no_link_that_acts_as_the_customer(self):
        job = self.make_job(token="error")
        invoice = self.complete(job)
        before = self.Link.search_count([])
        template = self.env.ref("paycollect_fsm.mail_template_invoice")
        clerk = self.make_user("clerk", "account.group_account_invoice")
        body = template.with_user(clerk)._render_field("body_html", invoice.ids)
        self.assertIn("access_token", body[invoice.id])
        self.assertNotIn("/pay/", body[invoice.id])
        self.assertEqual(self.Link.search_count([]), before)

    # -- helpers -----------------------------------------------------------------

    def assertLinkWorks(self, text):
        raw = RAW.search(text)[1]
        link, problem = self.Link._find(raw, fields.Datetime.now())
        self.assertEqual((link.partner_id, problem), (self.customer, False))

    @contextmanager
    def carried(self, state="success"):
        """Collect what is handed to the carrier."""
        contents = []

        def send(_api, messages, **_kwargs):
            contents.extend(message["content"] for message in messages)
            return [
                {"uuid": message["numbers"][0]["uuid"], "state": state}
                for message in messages
            ]

        with patch.object(SmsApi, "_send_sms_batch", send):
            yield contents
