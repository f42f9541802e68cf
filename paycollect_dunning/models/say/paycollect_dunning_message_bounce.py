# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, models

from odoo.addons.paycollect_fsm.rules.contact import find_emails

from ...rules.const import DELAYED, MAIL, QUEUED, SENT

BOUNCED = "bounced"
COPIED = (
    "company_id",
    "line_id",
    "move_id",
    "due_date",
    "currency_id",
    "residual",
    "credit",
    "amount",
    "level_id",
    "delay_days",
)


class PaycollectDunningMessage(models.Model):
    """Emails that came back after they were sent: the next channel carries them."""

    _inherit = "paycollect.dunning.message"

    def _note_bounce(self, email, now):
        """The last email of these to this address came back.

        :param now: naive UTC datetime
        :return: what is sent instead
        """
        sent = self.filtered(
            lambda row: (
                row.channel == MAIL
                and row.state == SENT
                and email in find_emails(row.address)
            )
        )
        last = sent.sorted(lambda row: (row.sent_at, row.id))[-1:]
        if not last:
            return last
        last._set_failed(BOUNCED)
        last.flush_recordset()
        return last._say_otherwise(now)

    def _say_otherwise(self, now):
        """Write the same message for the next channel, unless another one carried it.

        What is owed is read again before it leaves.
        """
        batch = self.case_id.message_row_ids.filtered(
            lambda row: row.batch_key == self.batch_key and row.channel
        )
        if batch.filtered(lambda row: row.state in (QUEUED, DELAYED, SENT)):
            return self.browse()
        used = set(batch.mapped("channel"))
        level = self.level_id
        contacts = self.case_id._choose_contacts(level, now)[self.case_id]
        values = [
            self._prepare_again(contact, now)
            for contact in contacts
            if contact.channel not in used
        ]
        rows = self.create(values)
        rows.filtered(lambda row: row.state == QUEUED)._queue_carriers(now)
        return rows

    def _prepare_again(self, contact, now):
        lines = self.line_ids.read(COPIED, load=False)
        return {
            "case_id": self.case_id.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "level_id": self.level_id.id,
            "text_level_id": self.text_level_id.id,
            "partner_id": contact.partner.id,
            "channel": contact.channel,
            "address": contact.address,
            "send_at": contact.send_at,
            "state": DELAYED if contact.send_at > now else QUEUED,
            "reason_code": contact.reason_code or False,
            "reason_values": contact.reason_values or False,
            "amount": self.amount,
            "date": now,
            "pay_by": self.pay_by,
            "batch_key": self.batch_key,
            "sent_by_id": self.sent_by_id.id,
            "move_ids": [Command.set(self.move_ids.ids)],
            "line_ids": [
                Command.create({name: line[name] for name in COPIED}) for line in lines
            ],
        }
