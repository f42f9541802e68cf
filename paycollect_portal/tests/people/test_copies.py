# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields
from odoo.tests import tagged

from odoo.addons.paycollect_fsm.tests.message.common_delivery import DeliveryCommon

from ..common import PortalCommon

CARL = "carl@acme.example.com"


@tagged("post_install", "-at_install")
class TestCopies(PortalCommon, DeliveryCommon):
    """Contacts who get copies of receipts and invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carl = cls.colleague.partner_id
        cls.carl.write(
            {"name": "Carl Fox", "email": CARL, "collection_gets_copies": True}
        )
        cls.other_user.partner_id.collection_gets_copies = True

    def bill(self, mode="net", token=None, **values):
        self.customer.collection_policy_id = self.policies[mode]
        job = self.make_job(self.customer, token=token, mode=mode, **values)
        return self.complete(job)

    def get_copies(self, move):
        rows = self.env["paycollect.message"].search([("occasion", "=", "copy")])
        return rows.filtered(lambda row: row.copy_of_id.move_id == move)

    def find_complaints(self, move):
        """Return the activities about copies."""
        activities = self.exceptions(self.customer) | self.exceptions(move)
        return activities.filtered(lambda activity: move.name in str(activity.note))

    def test_a_copy_of_an_invoice_opens_nothing_without_a_login(self):
        move = self.bill()
        own = self.mails_to(move)
        self.assertIn("access_token", own.body_html)
        words = own.body_html
        self.later(minutes=1)
        [row] = self.get_copies(move)
        self.assertEqual((row.state, row.partner_id), ("sent", self.carl))
        self.assertIn(f"A copy of the message about {move.name} was sent", row.text)
        [sent] = [m for m in self.left if CARL in str(m["email_to"])]
        self.assertTrue(sent["subject"].startswith("Copy: "))
        self.assertIn(move.name, sent["subject"])
        for secret in ("access_token", "/pay/", move.access_token):
            self.assertNotIn(secret, sent["body"])
        self.assertIn(f"/my/invoices/{move.id}", sent["body"])
        self.assertIn("The original was sent to Acme Inc.", sent["body"])
        self.assertEqual(own.body_html, words)
        self.assertEqual(len(move.collection_message_ids), 1)
        self.later(days=1)
        self.assertEqual(len(self.get_copies(move)), 1)
        self.assertEqual(len(self.left), 1)

    def test_a_copy_never_has_a_link_that_acts_as_the_customer(self):
        move = self.bill(mode="auto")
        self.assertIn("/pay/", self.mails_to(move).body_html)
        links = self.env["paycollect.link"].search_count([])
        self.later(minutes=1)
        self.assertEqual(self.get_copies(move).state, "sent")
        [sent] = self.left
        self.assertNotIn("/pay/", sent["body"])
        self.assertEqual(self.env["paycollect.link"].search_count([]), links)

    def test_a_receipt_is_copied_once_to_each_mailbox_of_the_same_company(self):
        make = self.env["res.partner"].create
        same = {"parent_id": self.customer.id, "collection_gets_copies": True}
        make({"name": "Carl again", "email": f"Carl <{CARL}>", **same})
        make({"name": "Payables", "email": self.customer.email, **same})
        broken = make({"name": "Dan", "email": "dan@@nowhere", **same})
        firm = make(
            {"name": "Part", "is_company": True, "email": "p@part.example", **same}
        )
        make(
            {
                "name": "Pia",
                "email": "pia@part.example",
                "parent_id": firm.id,
                "collection_gets_copies": True,
            }
        )
        move = self.bill(mode="auto", token="done")
        self.later(minutes=1)
        copies = self.get_copies(move)
        self.assertEqual(copies.partner_id, self.carl | broken)
        [skipped] = copies.filtered(lambda row: row.partner_id == broken)
        self.assertEqual(skipped.state, "skipped")
        self.assertIn("Dan has no usable email address", skipped.text)
        self.assertFalse(self.find_complaints(move))
        [sent] = self.left
        self.assertIn("Copy: Receipt for", sent["subject"])
        broken.email = "dan@acme.example.com"
        skipped.with_user(self.accountant).action_send_again()
        self.later(minutes=1)
        self.assertEqual(skipped.state, "sent")
        self.assertIn("dan@acme.example.com", str(self.left[-1]["email_to"]))

    def test_a_copy_that_fails_does_not_touch_the_message_itself(self):
        move = self.bill(mode="auto", token="done")
        sent_at = move.receipt_sent_at
        with self.refusing_mails():
            self.later(minutes=1)
            [row] = self.get_copies(move)
            self.assertEqual((row.state, row.try_count), ("queued", 1))
            while row.state == "queued":
                self.clock.move_to(row.retry_at)
                self.later(minutes=0)
        self.assertEqual(row.state, "failed")
        self.assertEqual(move.receipt_sent_at, sent_at)
        self.assertEqual(move.collection_message_state, "sent")
        self.assertFalse(self.find_complaints(move))

    def test_without_the_message_there_is_no_copy_and_what_changed_is_not_copied(self):
        with self.refusing_mails():
            move = self.bill()
            self.later(minutes=1)
        self.assertFalse(self.get_copies(move))
        self.later(minutes=10)
        [row] = self.get_copies(move)
        self.assertEqual(row.state, "sent")

        paid, left, declined = self.bill(), self.bill(), self.bill("auto", "error")
        self.assertTrue(declined.decline_message_at)
        self.pay(paid)
        self.later(minutes=1)
        self.assertEqual(self.get_copies(left).state, "sent")
        self.assertEqual(self.get_copies(paid).mapped("reason_code"), ["settled"])
        self.assertIn("no balance is due", self.get_copies(paid).text)
        self.assertFalse(self.get_copies(declined))

    def test_who_no_longer_gets_copies_or_left_gets_none(self):
        first = self.bill()
        now = fields.Datetime.now()
        self.env["paycollect.message"]._search_to_copy(now)._queue_copies(now)
        self.assertEqual(self.get_copies(first).state, "queued")
        self.carl.parent_id = self.other
        self.later(minutes=1)
        self.assertEqual(self.get_copies(first).reason_code, "no_copies")
        self.assertIn("no longer gets copies", self.get_copies(first).text)
        self.assertFalse([m for m in self.left if CARL in str(m["email_to"])])
        self.assertFalse(self.bill().collection_message_ids.filtered("copy_of_id"))
