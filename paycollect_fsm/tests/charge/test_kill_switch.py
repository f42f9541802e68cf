# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestKillSwitch(CollectionCommon):
    """One button stops all charging by a company, including queued jobs."""

    def stop(self, reason="Wrong prices were imported"):
        self.company.with_user(self.accountant)._stop_collection(reason)

    def resume(self, **options):
        """Resume charging and run the jobs it queued."""
        with self.with_jobs():
            self.company.with_user(self.manager)._resume_collection(**options)

    def planned_attempt(self, **values):
        job = self.make_job(**values)
        with trap_jobs():
            job.action_complete()
        return job.invoice_lines.move_id.collection_attempt_ids

    def send(self, attempt):
        with self.with_jobs():
            attempt._send()

    def test_a_queued_charge_does_not_leave_after_the_stop(self):
        attempt = self.planned_attempt()
        self.stop()
        with patch.object(
            type(self.env["payment.transaction"]), "_charge_with_token"
        ) as charge:
            self.send(attempt)
        charge.assert_not_called()
        self.assertEqual((attempt.state, attempt.parked_code), ("planned", "stopped"))
        self.assertIn("all charging is stopped", attempt.parked_reason)

    def test_jobs_are_billed_while_stopped_and_their_charges_wait(self):
        self.stop()
        with trap_jobs() as trap:
            job = self.make_job()
            job.action_complete()
        move = job.invoice_lines.move_id
        self.assertEqual(move.state, "posted")
        self.assertEqual(move.collection_attempt_ids.parked_code, "stopped")
        trap.assert_jobs_count(0)
        self.assertFalse(self.mails_to(move), "nothing is sent meanwhile")

    def test_resuming_sends_what_waited_without_a_person_touching_each(self):
        queued = self.planned_attempt()
        self.stop()
        self.send(queued)
        later = self.planned_attempt()
        self.resume()
        self.assertEqual((queued | later).mapped("state"), ["paid", "paid"])

    def test_what_was_paid_meanwhile_is_not_charged_on_resumption(self):
        self.stop()
        attempt = self.planned_attempt()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=attempt.move_id.ids
        ).create({})._create_payments()
        self.resume()
        self.assertEqual(attempt.state, "canceled")
        self.assertFalse(attempt.transaction_id)

    def test_a_charge_by_hand_is_stopped_as_well(self):
        job = self.make_job(mode="net")
        with trap_jobs():
            job.action_complete()
        self.stop()
        move = job.invoice_lines.move_id
        move.with_user(self.manager).action_collect_now()
        self.assertFalse(move.collection_attempt_ids)
        self.assertIn("all charging is stopped", move.collection_decision)

    def test_nothing_is_released_while_stopped(self):
        self.stop()
        attempt = self.planned_attempt()
        with self.assertRaisesRegex(UserError, "Click “Resume Charging” first"):
            attempt.with_user(self.manager).action_release()

    def test_any_collections_user_stops_and_only_a_manager_resumes(self):
        with self.assertRaises(AccessError):
            self.company.with_user(self.technician)._stop_collection("No")
        self.stop()
        with self.assertRaises(AccessError):
            self.company.with_user(self.accountant)._resume_collection()
        self.assertTrue(self.company._is_collection_stopped())
        self.resume()
        self.assertFalse(self.company._is_collection_stopped())

    def test_a_stop_needs_a_reason_and_happens_once(self):
        with self.assertRaisesRegex(UserError, "Enter a reason"):
            self.stop("  ")
        self.stop()
        with self.assertRaisesRegex(UserError, "already stopped"):
            self.stop()

    def test_the_history_says_who_why_and_who_resumed(self):
        self.stop("Double invoices")
        self.resume()
        stop = self.env["paycollect.stop"].search([], limit=1)
        self.assertEqual(
            (stop.stopped_by_id, stop.reason, stop.resumed_by_id),
            (self.accountant, "Double invoices", self.manager),
        )
        self.assertTrue(stop.stopped_at <= stop.resumed_at)
        with self.assertRaisesRegex(UserError, "can't be deleted"):
            stop.unlink()

    def test_the_stop_of_a_company_stops_its_branches_and_nobody_else(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        other = self.env["res.company"].create({"name": "Other"})
        self.stop()
        self.assertTrue(branch._is_collection_stopped())
        self.assertFalse(other._is_collection_stopped())

    def test_a_user_of_another_company_cannot_stop_this_one(self):
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaisesRegex(AccessError, "don't have access to Other"):
            other.with_user(self.accountant)._stop_collection("No")

    def test_a_charge_parked_by_a_worker_that_saw_the_old_stop_leaves_with_the_sweep(
        self,
    ):
        self.stop()
        attempt = self.planned_attempt()
        self.resume()
        late = self.planned_attempt()
        late.write({"parked_reason": "Held back", "parked_code": "stopped"})
        with self.with_jobs():
            self.env["paycollect.attempt"]._cron_send_due()
        self.assertEqual((attempt | late).mapped("state"), ["paid", "paid"])

    def test_the_sum_counts_what_leaves_on_resumption(self):
        due = self.planned_attempt()
        self.stop()
        self.planned_attempt()
        retry = self.planned_attempt()
        retry.write(
            {
                "planned_at": self.now().replace(year=2099),
                "parked_code": False,
            }
        )
        self.assertEqual(self.company._sum_held_back(), (2, 2 * due.amount))

    def test_what_a_limit_held_back_comes_along_only_when_asked(self):
        self.company.collection_customer_daily_count = 1
        partner = self.make_partner()
        first = self.planned_attempt(partner=partner)
        second = self.planned_attempt(partner=partner, token=None)
        self.send(first)
        self.send(second)
        self.assertEqual(second.parked_code, "customer_count_brake")
        self.stop()
        self.assertEqual(self.company._sum_held_back(limited=True)[0], 1)
        self.resume()
        self.assertTrue(second.parked_reason)
        self.company.collection_customer_daily_count = 10
        self.stop()
        self.resume(with_limited=True)
        self.assertEqual(second.state, "paid")

    def test_the_window_stops_and_says_what_would_leave(self):
        attempt = self.planned_attempt()
        action = self.company.with_user(self.accountant).action_stop_collection()
        window = (
            self.env["paycollect.switch"]
            .with_user(self.accountant)
            .with_context(**action["context"])
            .create({"reason": "Wrong prices"})
        )
        self.assertFalse(window.is_stopped)
        window.action_stop()
        window.invalidate_recordset()
        self.assertTrue(window.is_stopped)
        self.assertFalse(window.may_resume)
        self.assertIn("an_accountant", window.state_text)
        self.assertIn("Wrong prices", window.state_text)
        self.assertIn("1 (", window.waiting_text)
        self.assertIn(
            self.company.currency_id._format_amount(attempt.amount), window.waiting_text
        )
        with self.assertRaises(AccessError):
            window.action_resume()

    def test_the_list_of_attempts_is_told_of_the_stop(self):
        company = self.env["res.company"]
        status = company.with_user(self.accountant).get_charging_status()
        self.assertEqual(
            status,
            {
                "may_stop": True,
                "may_resume": False,
                "moved": "",
                "may_answer": False,
                "stops": [],
                "engines": [],
            },
        )
        self.stop()
        status = company.with_user(self.manager).get_charging_status()
        self.assertFalse(status["may_stop"])
        self.assertTrue(status["may_resume"])
        self.assertIn("Wrong prices", status["stops"][0]["text"])
        status = company.with_user(self.technician).get_charging_status()
        self.assertEqual(status["stops"], [], "technicians do not see stops")
