# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestSettledOtherwise(CollectionCommon):
    """What is planned for an invoice that is paid or credited another way."""

    def decline(self):
        """Return an invoice whose charge was declined and is retried later."""
        move = self.complete(self.make_job(token="error"))
        self.env["paycollect.attempt"].sudo().create(
            move._prepare_attempt_vals(
                move.collection_attempt_ids.token_id, "retry", self.now(), 100
            )
        )
        return move

    def reverse(self, move):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        wizard.refund_moves()
        return wizard.new_move_ids

    def assert_closed(self, move):
        self.assertEqual(
            move.collection_attempt_ids.sorted("id").mapped("state"),
            ["declined", "canceled"],
        )
        why = str(move.collection_explanation)
        self.assertIn("Nothing more to do: the invoice is paid.", why)
        self.assertNotIn("will be charged", why)

    def test_a_payment_by_hand_cancels_the_planned_retry_at_once(self):
        move = self.decline()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        self.assert_closed(move)

    def test_a_credit_note_cancels_the_planned_retry_at_once(self):
        move = self.decline()
        self.reverse(move).action_post()
        self.assertEqual(move.payment_state, "reversed")
        self.assert_closed(move)

    def test_a_credit_note_says_that_the_card_is_not_refunded_by_it(self):
        move = self.complete(self.make_job())
        self.assertFalse(move.collection_refund_text)
        note = self.reverse(move)
        self.assertIn("does not refund Visa •••• 4242", note.collection_refund_text)
        action = note.with_user(self.accountant).action_open_refundable_payment()
        payment = self.env["account.payment"].browse(action["res_id"])
        self.assertEqual(payment.reconciled_invoice_ids, move)

    def test_a_credit_note_on_an_unpaid_invoice_says_nothing(self):
        move = self.complete(self.make_job(token=None))
        self.assertFalse(self.reverse(move).collection_refund_text)

    def test_an_accountant_opens_the_job_from_the_invoice(self):
        job = self.make_job(token="error")
        move = self.complete(job).with_user(self.accountant)
        self.assertEqual(move.collection_job_count, 1)
        self.assertEqual(move.action_view_collection_jobs()["res_id"], job.id)
