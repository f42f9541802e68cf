# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.tests.common import trap_jobs

from .common_delivery import DeliveryCommon


@tagged("post_install", "-at_install")
class TestSaidOnce(DeliveryCommon):
    """Nobody is told the same thing twice, whatever is repeated or runs at once."""

    def add_method(self, move, **values):
        """Add a better method; its charge is planned, but not sent yet."""
        token = self.make_token(move.partner_id, **values)
        token._set_primary()
        with trap_jobs():
            move.partner_id._collection_method_added(token)
        return move.collection_attempt_ids.filtered(lambda a: a.state == "planned")

    def get_notices(self, move):
        return move.collection_message_ids.filtered(
            lambda message: message.occasion == "declined"
        )

    def test_an_interrupted_job_that_runs_again_does_not_repeat_a_decline(self):
        move = self.complete(self.make_job(token="error"))
        first = self.get_notices(move)
        declined = move.collection_attempt_ids
        self.assertEqual(first.attempt_id, declined)
        planned = self.add_method(move, answer="error")
        self.assertFalse(move.decline_message_at, "the next decline is announced")
        move._send_invoice_message()
        planned._set_canceled("superseded")
        move._send_invoice_message()
        self.assertEqual(self.get_notices(move), first)
        self.assertEqual(len(self.mails_to(move)), 1)

    def test_while_another_charge_is_on_its_way_no_decline_is_announced(self):
        job = self.make_job(token="error")
        with trap_jobs():
            job.action_complete()
        move = job.invoice_lines.move_id
        with trap_jobs():
            move.collection_attempt_ids._send()
        planned = self.add_method(move)
        move._send_invoice_message()
        self.assertFalse(self.get_notices(move))
        with self.with_jobs():
            planned._send()
        self.assertEqual(move.collection_message_ids.mapped("occasion"), ["paid"])

    def test_each_new_decline_is_announced_once(self):
        move = self.complete(self.make_job(token="error"))
        planned = self.add_method(move, answer="error")
        with self.with_jobs():
            planned._send()
        move._send_invoice_message()
        notices = self.get_notices(move)
        self.assertEqual(notices.attempt_id, move.collection_attempt_ids)
        self.assertEqual(len(notices), 2)
        self.assertEqual(len(self.mails_to(move)), 2)

    def test_a_rejected_notice_gives_way_to_that_of_a_later_decline(self):
        with self.refusing_mails():
            move = self.complete(self.make_job(token="error"))
        [first] = self.get_notices(move)
        planned = self.add_method(move, answer="error")
        with self.with_jobs():
            planned._send()
        self.later(minutes=6)
        self.assertEqual(
            (first.state, first.reason_code), ("skipped", "declined_again")
        )
        self.assertIn("a later decline", first.text)
        self.assertEqual(len(self.get_notices(move)), 2)

    def test_the_mail_queue_leaves_what_somebody_else_is_sending(self):
        with self.refusing_mails():
            move = self.complete(self.make_job(mode="net"))
        mail = move.collection_message_ids.mail_id
        other = mail.create(
            {"subject": "Another mail", "email_to": "x@example.com", "body_html": "x"}
        )
        mail.state = "outgoing"
        with self.mock_mail_gateway(), self.busy("mail.mail"):
            self.env["mail.mail"].process_email_queue((mail | other).ids)
            self.assertEqual(
                [sent["subject"] for sent in self._mails], ["Another mail"]
            )
        self.assertEqual(mail.state, "outgoing")


@tagged("post_install", "-at_install")
class TestTwoSenders(DeliveryCommon):
    """Odoo's mail queue and our job, each on a connection of its own."""

    def connect(self):
        cr = db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(cr.close)
        return api.Environment(cr, SUPERUSER_ID, {})

    def remove(self, mail):
        mail.env.cr.rollback()
        mail.env.invalidate_all()
        mail.unlink()
        mail.env.cr.commit()

    @mute_logger("odoo.sql_db")
    def test_only_one_of_them_may_send_an_email(self):
        seed = self.connect()
        mail = seed["mail.mail"].create({"subject": "Once", "state": "outgoing"})
        seed.cr.commit()
        self.addCleanup(self.remove, mail)
        job, queue = self.connect(), self.connect()
        of_job, of_queue = mail.with_env(job), mail.with_env(queue)
        self.assertEqual(of_queue.state, "outgoing", "the queue was read")
        self.assertTrue(of_job._lock_to_send())
        self.assertFalse(of_queue._lock_to_send())
        of_job.state = "sent"
        job.cr.commit()
        self.assertFalse(of_queue._lock_to_send(), "sent since it was read")
        queue.cr.execute("SELECT 1")  # the transaction goes on
        queue.cr.rollback()
        queue.invalidate_all()
        self.assertTrue(of_queue._lock_to_send())
        self.assertEqual(of_queue.state, "sent")
