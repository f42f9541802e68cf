# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import doctest
from datetime import timedelta

import requests

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.paycollect_fsm.tests.stripe.common_stripe import StripeCase
from odoo.addons.queue_job.tests.common import trap_jobs

from ...rules import evidence as rules

UPDATE = "POST disputes/dp_1"
UPLOAD = "POST files"
LOOK = "GET disputes/dp_1"
FILE = {"id": "file_1", "object": "file", "metadata": {}}
DISPUTE = {
    "id": "dp_1",
    "object": "dispute",
    "status": "under_review",
    "metadata": {},
}


@tagged("post_install", "-at_install")
class TestEvidence(StripeCase):
    """Evidence goes to Stripe from a job, once, and is asked about when in doubt."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, force_report_rendering=True))
        cls.now = fields.Datetime.now()
        cls.customer = cls.make_partner("Acme")
        transaction = cls.env["payment.transaction"].create(
            {
                "provider_id": cls.provider.id,
                "payment_method_id": cls.method.id,
                "amount": 100.0,
                "currency_id": cls.company.currency_id.id,
                "partner_id": cls.customer.id,
                "reference": "T-1",
                "state": "done",
            }
        )
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.customer.id,
                "invoice_line_ids": [
                    Command.create({"name": "Fixed a roof", "price_unit": 100})
                ],
            }
        )
        move.action_post()
        cls.chargeback = cls.env["paycollect.chargeback"].create(
            {
                "provider_id": cls.provider.id,
                "company_id": cls.company.id,
                "provider_reference": "dp_1",
                "transaction_id": transaction.id,
                "partner_id": cls.customer.id,
                "move_ids": [Command.set(move.ids)],
                "kind": "chargeback",
                "amount": 100.0,
                "currency_id": cls.company.currency_id.id,
                "opened_at": cls.now,
                "due_at": cls.now + timedelta(days=7),
            }
        )
        cls.chargeback._update_activities()

    def queue(self, user=None, final=True):
        """Order evidence; return it with a file, its job isn't run."""
        chargeback = self.chargeback.with_user(user or self.manager)
        with trap_jobs() as trap:
            if final:
                chargeback.action_submit_evidence()
            else:
                chargeback.action_stage_evidence()
        trap.assert_jobs_count(1)
        evidence = self.chargeback.evidence_ids.sorted("id")[-1]
        evidence.document = base64.b64encode(b"%PDF-1.4")
        return evidence

    def send(self, evidence, minutes=0, **answers):
        """Run the job some minutes later; return what Stripe was asked."""
        with trap_jobs(), self.stripe(**answers) as stripe:
            evidence._send(self.now + timedelta(minutes=minutes))
        return [f"{sent.method} {sent.endpoint}" for sent in stripe.requests], stripe

    def test_the_doctests_hold(self):
        result = doctest.testmod(rules)
        self.assertGreater(result.attempted, 3)
        self.assertEqual(result.failed, 0)

    def test_a_draft_by_anyone_then_submitted_once_by_a_manager(self):
        self.assertTrue(self.chargeback.evidence_is_open)
        evidence = self.queue(self.accountant, final=False)
        with self.assertRaisesRegex(UserError, "on its way"):
            self.chargeback.with_user(self.manager).action_submit_evidence()
        _calls, stripe = self.send(evidence, **{UPLOAD: FILE, UPDATE: DISPUTE})
        self.assertEqual(stripe.requests[1].data["submit"], "false")
        self.assertEqual(evidence.state, "done")
        self.assertTrue(self.chargeback.activity_ids)
        with self.assertRaises(AccessError):
            self.chargeback.with_user(self.accountant).action_submit_evidence()
        final = self.queue()
        calls, stripe = self.send(final, **{UPLOAD: FILE, UPDATE: DISPUTE})
        self.assertEqual(calls, [UPLOAD, UPDATE])
        upload, update = stripe.requests
        self.assertIn(b"%PDF-1.4", upload.data["content"])
        self.assertIn(b"dispute_evidence", upload.data["content"])
        self.assertEqual(update.data["evidence[uncategorized_file]"], "file_1")
        self.assertEqual(update.data["evidence[customer_name]"], "Acme")
        self.assertEqual(update.data["evidence[product_description]"], "Fixed a roof")
        self.assertEqual(update.data["submit"], "true")
        self.assertTrue(upload.key and update.key and upload.key != update.key)
        self.assertEqual((final.state, final.answer), ("done", "under_review"))
        self.assertEqual(final.user_id, self.manager)
        self.assertFalse(self.chargeback.activity_ids)
        self.chargeback._update_activities()  # an event that says it's under review
        self.assertFalse(self.chargeback.activity_ids)
        self.assertFalse(self.chargeback.evidence_is_open)
        with self.assertRaisesRegex(UserError, "was submitted"):
            self.chargeback.with_user(self.manager).action_submit_evidence()
        self.assertEqual(self.send(final, 30)[0], [])  # the job runs again

    def test_without_an_answer_stripe_is_asked_before_it_is_sent_again(self):
        evidence = self.queue()
        lost = requests.ConnectionError("lost")
        calls, first = self.send(evidence, **{UPLOAD: FILE, UPDATE: lost})
        self.assertEqual((evidence.state, calls), ("unknown", [UPLOAD, UPDATE]))
        self.assertEqual(self.send(evidence, 1, **{LOOK: (503, {})})[0], [LOOK])
        self.assertEqual(evidence.state, "unknown")
        calls, again = self.send(
            evidence, 6, **{LOOK: DISPUTE, UPDATE: (500, {"error": {}})}
        )
        self.assertEqual(calls, [LOOK, UPDATE])
        self.assertEqual(again.requests[1].key, first.requests[1].key)
        mark = again.requests[1].data["metadata[paycollect_evidence]"]
        there = {**DISPUTE, "metadata": {"paycollect_evidence": mark}}
        self.assertEqual(self.send(evidence, 40, **{LOOK: there})[0], [LOOK])
        self.assertEqual(evidence.state, "done")
        self.assertFalse(self.chargeback.activity_ids)

    def test_a_refusal_and_a_deadline_go_to_a_person(self):
        evidence = self.queue()
        error = {"error": {"message": "This dispute is closed.", "code": "x"}}
        self.send(evidence, **{UPLOAD: FILE, UPDATE: (400, error)})
        self.assertEqual(evidence.state, "refused")
        self.assertEqual(evidence.answer, "This dispute is closed.")
        activity = self.chargeback.activity_ids.filtered(
            lambda one: one.collection_code == "evidence"
        )
        self.assertIn("This dispute is closed.", activity.note)
        late = self.queue()  # may be sent again
        self.assertEqual(self.send(late, 60 * 24 * 8)[0], [])
        self.assertEqual((late.state, late.reason_code), ("refused", "too_late"))
        self.chargeback.due_at = self.now - timedelta(minutes=1)
        with self.assertRaisesRegex(UserError, "deadline has passed"):
            self.queue()
        self.chargeback.kind = "bank_return"
        with self.assertRaisesRegex(UserError, "final"):
            self.queue()

    def test_the_sweep_makes_the_file_and_a_copy_sends_nothing(self):
        evidence = self.queue()
        evidence.document = False
        self.company.collection_active = False
        self.assertEqual(self.send(evidence)[0], [])
        self.assertEqual(evidence.reason_code, "off")
        self.company.collection_active = True
        later = self.now + timedelta(hours=2)
        with trap_jobs(), self.stripe(**{UPLOAD: FILE, UPDATE: DISPUTE}) as stripe:
            self.env["paycollect.evidence"]._send_due(later)
        self.assertIn(b"%PDF", stripe.requests[0].data["content"])
        self.assertTrue(base64.b64decode(evidence.document).startswith(b"%PDF"))
        self.assertEqual(evidence.state, "done")
