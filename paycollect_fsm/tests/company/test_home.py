# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestHome(CollectionCommon):
    """A copied database that was not neutralized sends no charges or messages."""

    def set_scene(self):
        super().set_scene()
        self.parameter = self.env["ir.config_parameter"]
        self.administrator = self.get_user("an_administrator")
        with trap_jobs():
            job = self.make_job()
            job.action_complete()
        self.move = job.invoice_lines.move_id
        self.attempt = self.move.collection_attempt_ids

    def copy_database(self):
        self.parameter.set_param("database.uuid", "a-copy")

    def change_address(self):
        self.parameter.set_param("web.base.url", "https://staging.example.com")

    def send(self):
        with self.with_jobs():
            self.attempt._send()

    def answer(self, method):
        with self.with_jobs():
            getattr(self.env["res.company"].with_user(self.administrator), method)()

    def assertAnswered(self, kind):
        entry = self.env["paycollect.log"].search([("kind", "=", kind)])
        self.assertEqual(entry.user_id, self.administrator)

    def assertHeld(self):
        self.assertEqual(self.attempt.state, "planned")
        self.assertEqual(self.attempt.parked_code, "moved")
        self.assertFalse(self.move.transaction_ids)
        self.assertFalse(self.mails_to(self.move))

    def test_where_it_was_switched_on_it_charges(self):
        self.send()
        self.assertEqual(self.attempt.state, "paid")

    def test_a_copy_holds_everything(self):
        self.copy_database()
        self.send()
        self.assertHeld()
        with self.with_jobs():
            self.env["paycollect.attempt"]._cron_send_due(self.now())
        self.assertHeld()

    def test_another_address_holds_everything(self):
        self.change_address()
        self.send()
        self.assertHeld()

    def test_the_original_that_moved_goes_on(self):
        self.change_address()
        self.send()
        self.answer("action_confirm_original")
        self.assertEqual(self.attempt.state, "paid")
        self.assertFalse(self.env["res.company"]._has_moved())
        self.assertAnswered("original")

    def test_an_address_that_was_confirmed_once_holds_nothing_again(self):
        self.change_address()
        self.answer("action_confirm_original")
        for url in ("https://first.example.com", "https://staging.example.com/"):
            self.parameter.set_param("web.base.url", url)
            self.answer("action_confirm_original")
        self.change_address()
        self.assertFalse(self.env["res.company"]._has_moved())

    def test_the_original_in_a_new_database_forgets_the_old_addresses(self):
        old = self.parameter.get_param("web.base.url")
        self.copy_database()
        self.change_address()
        self.answer("action_confirm_original")
        self.assertFalse(self.env["res.company"]._has_moved())
        self.parameter.set_param("web.base.url", old)
        self.assertTrue(self.env["res.company"]._has_moved())

    def test_a_copy_stays_neutral(self):
        self.copy_database()
        self.answer("action_confirm_copy")
        self.assertFalse(self.env["res.company"].get_charging_status()["moved"])
        self.assertFalse(self.company.collection_active)
        self.assertEqual(self.attempt.state, "canceled")
        self.assertAnswered("copy")
        checks = self.env["paycollect.activation"].create({}).check_ids
        self.assertIn("It stays off here", checks[0].text)
        with self.assertRaisesRegex(ValidationError, "held back"):
            self.company.collection_active = True

    def test_a_copy_writes_to_nobody(self):
        self.copy_database()
        with self.with_jobs():
            self.move._notify_customer("due")
        self.assertFalse(self.mails_to(self.move))

    def test_only_an_administrator_answers(self):
        self.copy_database()
        for method in ("action_confirm_original", "action_confirm_copy"):
            with self.assertRaises(AccessError):
                getattr(self.env["res.company"].with_user(self.manager), method)()

    def test_the_list_and_the_check_list_say_so(self):
        self.assertFalse(self.env["res.company"].get_charging_status()["moved"])
        self.copy_database()
        status = self.env["res.company"].get_charging_status()
        self.assertIn("a copy", status["moved"])
        checks = self.company._get_activation_checks()
        self.assertIn("a copy", checks[0].text)

    def test_a_claimed_charge_is_not_sent_from_a_copy(self):
        self.assertTrue(self.attempt._as_system()._claim(self.now()))
        self.copy_database()
        with trap_jobs():
            self.attempt._charge()
        self.assertEqual(self.attempt.state, "planned")
