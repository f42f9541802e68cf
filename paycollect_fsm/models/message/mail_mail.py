# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class MailMail(models.Model):
    _inherit = "mail.mail"

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
