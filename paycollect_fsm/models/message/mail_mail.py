# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Note on the invoice that its receipt left, by whichever way."""
        if not failure_type and not failure_reason:
            messages = self.filtered(lambda mail: mail.model == "account.move")
            if messages:
                self.env["account.move"].sudo().search(
                    [("receipt_message_id", "in", messages.mail_message_id.ids)]
                ).receipt_sent_at = fields.Datetime.now()
        return super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )
