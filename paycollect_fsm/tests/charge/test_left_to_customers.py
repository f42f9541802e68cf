# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common_whose_card import WhoseCardCommon


@tagged("post_install", "-at_install")
class TestLeftToCustomers(WhoseCardCommon):
    """Staff cancel a charge instead of approving it: the customer pays otherwise."""

    def set_scene(self):
        super().set_scene()
        self.point_at_b()
        self.move = self.complete(self.job)
        self.assertWaits(self.move)

    def cancel(self, move=None):
        attempts = (move or self.move).collection_attempt_ids
        with self.with_jobs():
            attempts[-1].with_user(self.accountant).action_cancel()

    def test_before_it_nobody_tells_the_customer(self):
        self.assertFalse(self.mails_to(self.move))
        self.assertIn("then the customer gets the invoice", self.why(self.move))

    def test_the_customer_gets_the_invoice_and_pays_it(self):
        self.cancel()
        mail = self.mails_to(self.move)
        self.assertEqual(len(mail), 1)
        self.assertIn("View and pay online", mail.body_html)
        for word in ("charge", "approv", "card", "4242", "A Inc."):
            self.assertNotIn(word, mail.body_html)
        self.assertFalse(self.move._has_open_attempt())

    def test_accounting_hears_it(self):
        self.cancel()
        self.assertFalse(self.move.activity_ids)
        notes = " ".join(self.move.message_ids.mapped("body"))
        self.assertIn(
            f"{self.accountant.name} canceled the charge. The customer gets the", notes
        )

    def test_why_says_it(self):
        self.cancel()
        why = self.why(self.move)
        self.assertIn(f"Canceled by {self.accountant.name}", why)
        self.assertIn("The invoice was sent to ap@acme.example.com", why)
        self.assertIn("Next: the customer pays the invoice, or accounting", why)

    def test_a_customer_who_has_it_does_not_get_it_again(self):
        self.policies["auto"].max_auto_amount = 50
        move = self.complete(self.make_job(self.b, token=None))
        self.assertEqual(len(self.mails_to(move)), 1)  # above the limit: told
        self.cancel(move)
        self.assertEqual(len(self.mails_to(move)), 1)

    def test_no_new_method_is_asked_for_that_nobody_would_charge(self):
        self.card.active = False
        self.cancel()
        body = self.mails_to(self.move).body_html
        self.assertNotIn("payment method", body)
        self.assertIn("View and pay online", body)

    def test_other_planned_charges_are_left_to_their_customers_too(self):
        job = self.make_job(self.b, token=None)
        with trap_jobs():
            job.action_complete()
        move = job.invoice_lines.move_id
        self.cancel(move)
        self.assertEqual(len(self.mails_to(move)), 1)

    def test_a_customer_who_pays_on_site_gets_no_invoice(self):
        self.move.collection_policy_id = self.policies["cod"]
        self.cancel()
        self.assertFalse(self.mails_to(self.move))

    def why(self, move):
        move.invalidate_recordset(["collection_explanation"])
        return str(move.collection_explanation)
