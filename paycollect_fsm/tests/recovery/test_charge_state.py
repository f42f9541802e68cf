# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .test_retry import RetryCase


@tagged("post_install", "-at_install")
class TestChargeState(RetryCase):
    """The badge and the filters of invoices say how far their charge is."""

    def state(self, move):
        """Return the badge, once it was found again by each filter."""
        self.env.flush_all()
        self.env.invalidate_all()
        state = move.collection_charge_state
        options = move._fields["collection_charge_state"].get_values(self.env)
        for option in (*options, False):
            domain = [
                ("id", "=", move.id),
                ("collection_charge_state", "=", option),
            ]
            with self.subTest(option=option):
                found = self.env["account.move"].search(domain)
                self.assertEqual(bool(found), option == state)
        return state

    def test_an_invoice_shows_how_far_its_charge_is(self):
        self.assertEqual(self.state(self.bill("9995")), "retry")
        self.assertEqual(self.state(self.bill("0019")), "declined")
        self.assertFalse(self.state(self.bill("4242")), "it is paid")
        self.assertFalse(self.state(self.bill()), "it was never charged")

    def test_a_charge_is_planned_then_in_progress_then_unknown(self):
        partner = self.make_partner()
        self.make_card(partner, "4242")
        job = self.make_job(partner, token=None)
        with self.mock_mail_gateway(), trap_jobs():
            job.action_complete()
        move = job.invoice_lines.move_id
        attempt = self.attempts(move)
        self.assertEqual(self.state(move), "planned")
        for value in ("sent", "settling"):
            attempt.state = value
            self.assertEqual(self.state(move), "charging")
        attempt.state = "unknown"
        self.assertEqual(self.state(move), "unknown")

    def test_a_charge_that_waits_says_for_whom(self):
        self.company._stop_collection("Audit")
        move = self.bill("4242")
        self.assertEqual(self.state(move), "held")
        self.attempts(move).parked_code = "approval"
        self.assertEqual(self.state(move), "approval")

    def test_a_declined_invoice_that_was_paid_otherwise_has_no_badge(self):
        move = self.bill("0019")
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        self.assertFalse(self.state(move))

    def test_many_invoices_take_as_many_queries_as_one(self):
        moves = self.bill("0019") | self.bill("9995") | self.bill("4242")

        def count(batch):
            self.env.invalidate_all()
            batch.mapped("payment_state")
            before = self.env.cr.sql_log_count
            batch.mapped("collection_charge_state")
            return self.env.cr.sql_log_count - before

        count(moves)
        self.assertEqual(count(moves[:1]), count(moves))

    def test_a_link_to_pay_is_offered_only_where_it_can_be_paid(self):
        move = self.bill("9995")
        self.assertTrue(move.collection_can_send_link)
        move.collection_attempt_ids.sorted("id")[-1:].write(
            {"state": "unknown", "planned_at": "2020-01-01"}
        )
        move.invalidate_recordset()
        self.assertFalse(move.collection_can_send_link)

    def test_collect_now_is_offered_only_where_it_can_work(self):
        for cards, can in (((), False), (("4242",), False), (("9995",), True)):
            move = self.bill(*cards).with_user(self.accountant)
            with self.subTest(cards):
                self.assertEqual(move.collection_can_collect, can)
        self.company.collection_active = False
        move.invalidate_recordset()
        self.assertFalse(move.collection_can_collect)
