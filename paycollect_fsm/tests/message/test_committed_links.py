# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import suppress
from unittest.mock import patch

from odoo.tests import tagged

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestCommittedLinks(CollectionCommon):
    """A link is mailed once it exists for everybody, and not a moment before.

    Whoever opens it at once finds it, and no rollback leaves a mailed link that
    doesn't exist.
    """

    def setUp(self):
        super().setUp()
        self.committed, self.handed_over = set(), []
        Message = type(self.env["paycollect.message"])
        Mail = type(self.env["mail.mail"])
        commit, send = Message._commit, Mail.send

        def note_commit(messages):
            commit(messages)
            self.committed = self.find_keys()
            self.after_commit(messages)

        def note_send(mails, *args, **kwargs):
            ours = self.env["paycollect.message"].search([("move_id", "!=", False)])
            self.handed_over += [
                (mail, self.committed) for mail in mails & ours.mail_id
            ]
            return send(mails, *args, **kwargs)

        self.startPatcher(patch.object(Message, "_commit", note_commit))
        self.startPatcher(patch.object(Mail, "send", note_send))

    def after_commit(self, _messages):
        """What happens elsewhere at that moment."""

    def find_keys(self):
        """Return what opens a page: our links and Odoo's access tokens."""
        moves = self.env["account.move"].search([("access_token", "!=", False)])
        links = self.env["paycollect.link"].search([])
        return {*moves.mapped("access_token"), *links.ids}

    def decline(self):
        """Complete a job whose charge is declined; the customer is asked to act."""
        return self.complete(self.make_job(token="error"))

    def test_a_link_of_ours_is_committed_before_it_is_mailed(self):
        self.decline()
        [(mail, committed)] = self.handed_over
        link = self.env["paycollect.link"]._find_sealed(mail.body_html)
        self.assertEqual(len(link), 1)
        self.assertIn(link.id, committed)

    def test_the_token_of_an_invoice_is_committed_before_it_is_mailed(self):
        move = self.complete(self.make_job(mode="net"))
        [(mail, committed)] = self.handed_over
        self.assertIn(move.access_token, str(mail.body_html))
        self.assertIn(move.access_token, committed)

    def test_a_mail_that_the_queue_took_in_between_is_not_sent_again(self):
        def take(messages):
            messages.mail_id.filtered(lambda m: m.state == "outgoing").state = "sent"

        self.after_commit = take
        self.decline()
        self.assertFalse(self.handed_over)

    def test_a_mail_that_the_queue_is_sending_is_left_to_it(self):
        def lock(messages):
            if messages.mail_id:
                self.startPatcher(
                    patch.object(
                        type(self.env["mail.mail"]),
                        "try_lock_for_update",
                        lambda mails, **_options: mails.browse(),
                    )
                )

        self.after_commit = lock
        move = self.decline()
        self.assertFalse(self.handed_over)
        self.assertEqual(set(move.collection_message_ids.mapped("state")), {"queued"})

    def test_an_interrupted_mail_is_sent_by_the_queue_and_then_called_sent(self):
        def stop(messages):
            if messages.mail_id:
                raise InterruptedError

        self.after_commit = stop
        with suppress(InterruptedError):
            self.decline()
        self.after_commit = lambda _messages: None
        mail = self.env["paycollect.message"].search([("move_id", "!=", False)]).mail_id
        with self.mock_mail_gateway():
            self.env["mail.mail"].process_email_queue(mail.ids)
        message = self.env["paycollect.message"].search([("mail_id", "=", mail.id)])
        self.assertEqual(message.state, "sent")
