# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from ..common import CollectionCommon


class WhoseCardCommon(CollectionCommon):
    """A owes; the only card is B's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson = cls.get_user("a_salesperson")
        cls.clerk = cls.get_user("a_clerk")
        cls.a = cls.make_partner("A Inc.")
        cls.b = cls.make_partner("B Inc.")
        cls.card = cls.make_token(cls.b)
        cls.job = cls.make_job(cls.a, token=None)
        cls.order = cls.job.sale_line_id.order_id

    def point_at_b(self):
        """Have B pay for what A ordered."""
        self.order.with_user(self.salesperson).partner_invoice_id = self.b

    def approve(self, move, user=None):
        """Approve the charge in the dialog, like the web client does."""
        with self.with_jobs():
            action = move.with_user(user or self.accountant).action_approve_charge()
            dialog = self.env[action["res_model"]].browse(action["res_id"])
            dialog.with_user(user or self.accountant).action_approve()

    def assertWaits(self, move):
        attempt = move.collection_attempt_ids.sorted("id")[-1:]
        self.assertEqual((attempt.state, attempt.parked_code), ("planned", "approval"))
        self.assertFalse(attempt.transaction_id)
        self.assertEqual(move.payment_state, "not_paid")
        self.assertEqual(move.state, "posted")
        activity = move.activity_ids.filtered(lambda a: a.collection_code == "approval")
        self.assertEqual(len(activity), 1)
        self.assertFalse(self.mails_to(move))
