# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_payment_link import RAW, PaymentLinkCommon


@tagged("post_install", "-at_install")
class TestRequest(PaymentLinkCommon):
    """What staff see of the requests, on the order, the job and the customer."""

    def request(self, document, user=None):
        return self.send_link(document, user, "action_request_payment_method")

    def test_a_request_is_visible_on_order_job_and_customer(self):
        order = self.make_order()
        order.action_confirm()
        self.assertFalse(order.with_user(self.dispatcher).collection_request_text)
        url = self.request(order)
        self.env.invalidate_all()
        day = self.company._get_today().strftime("%b %-d")
        text = f"Requested {day} by email and SMS, not opened yet"
        for record in (order, order.fsm_order_ids, self.customer):
            self.assertEqual(
                record.with_user(self.dispatcher).collection_request_text, text
            )
        self.make_jsonrpc_request(f"{url}/opened", {})
        self.env.invalidate_all()
        self.assertEqual(
            order.collection_request_text,
            f"Requested {day} by email and SMS, opened {day}",
        )
        other = self.make_order()
        self.assertFalse(other.collection_request_text)

    def test_the_dialog_says_what_was_requested_before(self):
        order = self.make_order()
        self.request(order)
        self.env.invalidate_all()
        action = order.with_user(self.dispatcher).action_request_payment_method()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        self.assertIn("by email and SMS", dialog.request_text)

    def test_staff_choose_how_the_link_is_sent(self):
        order = self.make_order()
        action = order.with_user(self.seller).action_request_payment_method()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        dialog = dialog.with_user(self.seller)
        dialog.write({"by_email": False})
        with self.collect_queued() as queued:
            dialog.action_send()
        self.assertFalse(queued["mail.mail"])
        self.assertEqual(len(queued["sms.sms"]), 1)
        self.assertIn("by SMS", order.collection_request_text)
        dialog.write({"by_sms": False})
        with self.assertRaisesRegex(UserError, "by email, by SMS or both"):
            dialog.action_send()

    def test_mail_and_page_name_the_work_its_date_and_the_estimate(self):
        order = self.make_order(commitment_date="2090-07-10 09:00:00")
        url = self.request(order)
        page = self.read_page(url)
        for text in (self.sent["body"], page):
            self.assertIn(order.name, text)
            self.assertIn("Visit", text)
            self.assertIn("Jul 10, 2090", text)
            self.assertRegex(text, r"\$\s?500\.00")
        self.assertIn(order.name, self.text.body)

    def test_a_copied_link_works_is_logged_and_is_found_nowhere(self):
        order = self.make_order()
        action = order.with_user(self.seller).action_request_payment_method()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        url = dialog.with_user(self.seller).action_copy_link()["params"]["url"]
        raw = RAW.search(url)[1]
        self.assertIn("Visit", self.read_page(f"/pay/{raw}"))
        link = self.env["paycollect.link"]._find(raw, self.now())[0]
        self.assertEqual((link.channel, link.order_id), ("copy", order))
        self.assertFalse(link.pending_token)
        log = self.env["paycollect.log"].search([("kind", "=", "link")])
        self.assertEqual(log.user_id, self.seller)
        self.assertEqual(log.partner_id, self.customer)
        self.assertIn(order.name, log.detail)
        self.env.flush_all()
        for table in ("mail_message", "paycollect_link", "paycollect_log"):
            self.env.cr.execute(
                f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{raw}%"]
            )
            self.assertEqual(self.env.cr.fetchone(), (0,), table)

    def test_a_technician_copies_no_link(self):
        dialog = self.env["paycollect.method.request"].create(
            {"partner_id": self.customer.id}
        )
        with self.assertRaises(AccessError):
            dialog.with_user(self.technician).action_copy_link()
        with self.assertRaises(AccessError):
            self.customer.with_user(self.technician)._copy_link("method", self.company)
