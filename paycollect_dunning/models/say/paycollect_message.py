# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.fields import Domain

from odoo.addons.paycollect_fsm.models.message.account_move import SWEEP_SINCE
from odoo.addons.paycollect_fsm.models.message.paycollect_message_copy import (
    NO_ADDRESS,
    NOT_WANTED,
)
from odoo.addons.paycollect_fsm.rules.messages import (
    FAILED,
    MAIL,
    QUEUED,
    SENT,
    SKIPPED,
)

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
        if self._copies_reminder():
            return self._get_copy_obstacle()
        code = super()._get_obstacle(now)
        if code or self.occasion != REMINDER:
            return code
        if not self.company_id.collection_active:
            return "inactive"
        reminder = self.sudo().dunning_message_ids[:1]
        return reminder._refresh_carried(now) if reminder else "deleted"

    # -- copies ---------------------------------------------------------------------

    def _copies_reminder(self):
        return self.copy_of_id.occasion == REMINDER

    def _get_copy_domain(self, now):
        reminders = Domain(
            [
                ("state", "=", SENT),
                ("sent_at", ">=", now - SWEEP_SINCE),
                ("occasion", "=", REMINDER),
                ("channel", "=", MAIL),
                ("is_copied", "=", False),
            ]
        )
        return super()._get_copy_domain(now) | reminders

    def _get_copied_customer(self):
        if self.occasion == REMINDER:
            return self.partner_id
        return super()._get_copied_customer()

    def _was_copied_otherwise(self):
        return self.occasion != REMINDER and super()._was_copied_otherwise()

    def _create_mail(self, address):
        if not self._copies_reminder():
            return super()._create_mail(address)
        reminder = self.copy_of_id.sudo().dunning_message_ids[:1]
        return reminder._create_copy(address, self.partner_id)

    def _get_copy_obstacle(self):
        """Return what prevents a colleague's copy of a reminder, or None."""
        original = self.copy_of_id.sudo()
        reminder = original.dunning_message_ids[:1]
        colleagues = original.partner_id._get_copied_contacts(self.company_id)
        if self.partner_id not in colleagues:
            return NOT_WANTED
        if not self._get_address():
            return NO_ADDRESS
        if not self.company_id.dunning_active:
            return "all_stopped"
        return None if reminder._asks_for_open_items() else "settled"

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
