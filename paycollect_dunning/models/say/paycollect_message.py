# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from odoo.addons.paycollect_fsm.rules.messages import FAILED, QUEUED, SENT, SKIPPED

REMINDER = "reminder"


class PaycollectMessage(models.Model):
    """Reminders among the messages to customers: delivery, retries, outcome."""

    _inherit = "paycollect.message"

    occasion = fields.Selection(
        selection_add=[(REMINDER, "Reminder")], ondelete={REMINDER: "cascade"}
    )
    dunning_message_ids = fields.One2many(
        "paycollect.dunning.message",
        "delivery_id",
        string="Reminders",
        readonly=True,
        groups="paycollect_fsm.group_user",
    )

    def write(self, vals):
        """What becomes of the email or the text becomes of the reminder."""
        result = super().write(vals)
        if vals.get("state") in (SENT, FAILED, SKIPPED, QUEUED):
            self._tell_reminders(vals["state"])
        return result

    def _tell_reminders(self, state):
        said = self.filtered(lambda row: row.occasion == REMINDER)
        reminders = said.sudo().dunning_message_ids
        for reminder in reminders:
            reminder._note_delivery(state, reminder.delivery_id)

    def _get_obstacle(self, now):
        """Never ask again for what was paid, disputed or promised meanwhile."""
        code = super()._get_obstacle(now)
        if code or self.occasion != REMINDER:
            return code
        if not self.company_id.collection_active:
            return "inactive"
        reminder = self.sudo().dunning_message_ids[:1]
        return reminder._refresh_carried(now) if reminder else "deleted"

    def _get_hour(self, at):
        reminder = self.sudo().dunning_message_ids[:1]
        if self.occasion != REMINDER or not reminder:
            return super()._get_hour(at)
        return reminder._get_hour(at)

    def _get_failure_record(self):
        """The case shows what wasn't delivered."""
        reminder = self.sudo().dunning_message_ids[:1]
        return reminder.case_id or super()._get_failure_record()

    # -- texts --------------------------------------------------------------------

    def _get_sent_texts(self):
        text = self.env._("A reminder was sent to %(address)s on %(date)s.")
        return {**super()._get_sent_texts(), REMINDER: text}

    def _get_queued_texts(self):
        text = self.env._(
            "The reminder to %(address)s is queued and has not been sent yet."
        )
        return {**super()._get_queued_texts(), REMINDER: text}

    def _get_refused_texts(self):
        text = self.env._(
            "The reminder to %(address)s has not been sent yet: %(why)s It will be "
            "retried on %(date)s."
        )
        return {**super()._get_refused_texts(), REMINDER: text}

    def _get_failed_texts(self):
        text = self.env._("The reminder could not be delivered to %(address)s: %(why)s")
        return {**super()._get_failed_texts(), REMINDER: text}

    def _get_skipped_texts(self):
        text = self.env._("The reminder was not sent: %(why)s")
        return {**super()._get_skipped_texts(), REMINDER: text}

    def _get_reason_texts(self):
        return super()._get_reason_texts() | {
            "on_hold": self.env._("reminders of this customer are on hold."),
            "opted_out": self.env._("the number opted out of text messages."),
            "replied": self.env._("the customer replied meanwhile."),
            "all_stopped": self.env._("reminders were stopped meanwhile."),
        }
