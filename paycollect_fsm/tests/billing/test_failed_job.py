# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestFailedJob(CollectionCommon):
    """What the office can do about a job whose payment failed, from the job."""

    def set_scene(self):
        super().set_scene()
        self.job = self.make_job(token="error")
        self.move = self.complete(self.job)
        self.customer = self.move.commercial_partner_id
        self.assertEqual(self.job.collection_state, "failed")

    def open_dialog(self, user, method):
        action = getattr(self.job.with_user(user), method)()
        return self.env[action["res_model"]].with_user(user).browse(action["res_id"])

    def test_accounting_charges_another_method(self):
        backup = self.make_token(self.customer, payment_details="1881")
        dialog = self.open_dialog(self.accountant, "action_charge_method")
        self.assertEqual(dialog.token_id, backup)
        with self.with_jobs():
            dialog.action_charge()
        self.assertTrue(self.move._is_settled())
        last = self.move.collection_attempt_ids.sorted("id")[-1:]
        self.assertEqual((last.token_id, last.trigger), (backup, "manual"))

    def test_the_method_of_another_customer_is_not_charged(self):
        stranger = self.make_token(self.make_partner("Eve Inc."))
        dialog = self.open_dialog(self.accountant, "action_charge_method")
        dialog.write({"token_id": stranger.id})
        with self.assertRaisesRegex(UserError, "Choose one of the customer's"):
            dialog.action_charge()

    def test_a_dispatcher_charges_no_method(self):
        with self.assertRaises(AccessError):
            self.job.with_user(self.dispatcher).action_charge_method()

    def test_the_dispatcher_sends_a_link_that_pays_the_invoice(self):
        dialog = self.open_dialog(self.dispatcher, "action_send_payment_link")
        self.assertIn(self.move.name, dialog.subject)
        dialog.action_send()
        link = self.env["paycollect.link"].search([], limit=1)
        self.assertEqual((link.purpose, link.move_id), ("invoice", self.move))
        self.assertEqual(link._get_document(), self.move)
        self.assertEqual(link._get_document()._get_link_amount(), 100)
        self.assertFalse(link._get_document()._get_payment_problem())
        self.env.invalidate_all()
        self.assertIn("Requested", self.job.collection_request_text)

    def test_the_dispatcher_requests_a_method_for_it(self):
        dialog = self.open_dialog(self.dispatcher, "action_request_payment_method")
        dialog.action_send()
        link = self.env["paycollect.link"].search([], limit=1)
        self.assertEqual((link.purpose, link.job_id), ("method", self.job))

    def test_the_buttons_are_on_the_form_of_a_failed_job(self):
        form = self.env.ref("fieldservice.fsm_order_form")
        jobs = self.env["fsm.order"]
        for user, names in (
            (self.accountant, ("action_charge_method", "action_send_payment_link")),
            (self.dispatcher, ("action_send_payment_link",)),
            (self.technician, ()),
        ):
            arch = jobs.with_user(user).get_view(form.id, "form")["arch"]
            for name in ("action_charge_method", "action_send_payment_link"):
                self.assertEqual(f'name="{name}"' in arch, name in names, user.login)
