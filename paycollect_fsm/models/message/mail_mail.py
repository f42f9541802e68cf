# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from psycopg2.errors import SerializationFailure

from odoo import fields, models


class MailMail(models.Model):
    _inherit = "mail.mail"

    collection_message_ids = fields.One2many(
        "paycollect.message",
        "mail_id",
        string="Messages to Customers",
        readonly=True,
        groups="base.group_system",
    )

    def _send(self, *args, **kwargs):
        """Send each of our emails only while it is locked.

        Odoo's mail queue doesn't lock what it sends. Whoever else is sending the email
        at this moment, or has sent it since the queue was read, keeps it.
        """
        is_locked = self.env.context.get("collection_mail_locked")
        ours = self.browse() if is_locked else self._filter_collections()
        if not ours:
            return super()._send(*args, **kwargs)
        for mail in self:
            if mail not in ours or mail._lock_to_send():
                super(MailMail, mail)._send(*args, **kwargs)
        return True

    def _filter_collections(self):
        """Return the emails that carry a message to a customer."""
        messages = self.env["paycollect.message"].sudo()
        return messages.search([("mail_id", "in", self.ids)]).mail_id & self

    def _lock_to_send(self):
        """Lock the email until it is sent; return whether that succeeded."""
        try:
            with self.env.cr.savepoint(flush=False):
                return bool(self.try_lock_for_update(allow_referencing=True))
        except SerializationFailure:
            return False  # sent or deleted meanwhile

    def _prepare_outgoing_body(self):
        """Put working links into our messages as they leave."""
        body = super()._prepare_outgoing_body()
        return self.env["paycollect.message"]._unseal("mail_id", self, body)

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Record the outcome of our messages, whichever way they were sent.

        Runs before ``super()``, which deletes emails that are not kept.
        """
        self.env["paycollect.message"]._note_mails(
            self, failure_reason, failure_type, fields.Datetime.now()
        )
        return super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )
