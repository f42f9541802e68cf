# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common_rights import RightsCommon


@tagged("post_install", "-at_install")
class TestContext(RightsCommon):
    """The context of a remote call decides nothing about money."""

    def complete_with(self, quantity=1, **context):
        """Complete a job like a technician's remote call; return the invoice."""
        job = self.make_plain_job(self.customer, [(self.cable, quantity)])
        with trap_jobs():
            self.call("technician", job, "action_complete", context=context)
        return job.invoice_lines.move_id

    def test_a_default_does_not_approve_a_charge(self):
        move = self.complete_with(
            quantity=500,
            default_collection_approved_amount=1_000_000,
            default_collection_extras={},
            default_released_by_id=self.users["technician"].id,
        )
        self.assertFalse(move.collection_approved_amount)
        self.assertEqual(move.collection_attempt_ids.parked_code, "approval")

    def test_no_key_skips_who_ordered_the_work(self):
        stranger = self.make_partner("Stranger Inc.")
        order = self.make_sale(
            stranger,
            [self.make_product("Inspection", 100, invoice_policy="order")],
            partner_invoice_id=self.customer.id,
        )
        move = order._create_invoices()
        for key in ("collection_billing", "collection_jobs", "collection_line_ids"):
            context = {key: {}}
            self.call("clerk", move, "action_post", context=context)
            self.assertIn(stranger, move.collection_orderer_ids, key)
            move.button_draft()
            move.collection_orderer_ids = False
