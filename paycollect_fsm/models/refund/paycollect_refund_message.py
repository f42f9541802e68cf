# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import format_list

from ...rules.refund import CHECK, CREDIT

TEMPLATE = "paycollect_fsm.mail_template_refund"


class PaycollectRefund(models.Model):
    """What the customer is told about a refund."""

    _inherit = "paycollect.refund"

    def _get_way_text(self):
        """Return how the money goes back, for the customer."""
        _ = self.env._
        if self.way == CREDIT:
            return _("credit on your account")
        if self.way == CHECK:
            return _("check")
        return format_list(
            self.env, list(dict.fromkeys(self.part_ids.mapped("method")))
        )

    def _get_recipient(self):
        """Return the contact who gets the email."""
        self.ensure_one()
        if self.move_id:
            return self.move_id._get_message_partner()
        return self.partner_id

    def _notify_done(self):
        """Hook: tell the customer that it is done, once."""
        if not self._get_recipient()._get_collection_email():
            self._message_log(
                body=self.env._(
                    "%(customer)s has no usable email address and wasn't told about "
                    "the refund.",
                    customer=self.partner_id.display_name,
                )
            )
            return
        self.env.ref(TEMPLATE).send_mail(self.id, force_send=False)
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
