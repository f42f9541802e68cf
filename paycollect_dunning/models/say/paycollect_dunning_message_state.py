# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.const import CALL, MAIL, SMS
from ...rules.credit import cover_oldest
from ...rules.frequency import HOURS

# A person decided meanwhile that nothing is said.
HOLDING_STATES = ("paused", "exception", "handed_over")
STATES_TO_SEND = ("queued", "delayed")


class PaycollectDunningMessage(models.Model):
    """From written down to sent; what it says stays true until it leaves."""

    _inherit = "paycollect.dunning.message"

    # -- before it leaves --------------------------------------------------------------

    def _take_due(self, now):
        """Return the messages whose hour has come, with what is owed at this moment.

        A message that waited for its hour is read again: what was paid, disputed or
        promised meanwhile is taken out, and if nothing is left, nothing is said.
        """
        due = self.filtered(
            lambda row: (
                row.state in STATES_TO_SEND
                and row.channel
                and not row.delivery_id
                and (not row.send_at or row.send_at <= now)
            )
        )
        waited = due.filtered(lambda row: row.state == "delayed" or row.date < now)
        late = waited._wait_again(now)
        left = due - late - (waited - late)._stop_waiting(now)
        left.filtered(lambda row: row.state != "queued").state = "queued"
        return left

    def _wait_again(self, now):
        """Delay what comes too late, after an outage, for the hours of today.

        :return: these messages
        """
        again = self.browse()
        for row in self:
            hour = row.case_id._find_hour(row.channel, row.partner_id, row.address, now)
            if hour and hour > now:
                values = {"at": str(hour)}
                row.write(
                    {
                        "state": "delayed",
                        "send_at": hour,
                        "reason_code": HOURS,
                        "reason_values": values,
                    }
                )
                again |= row
        return again

    def _stop_waiting(self, now):
        """Skip what may not be said anymore; return these messages."""
        changes = self._refresh(now)
        stopped = self.browse()
        for row, code in changes.items():
            if code:
                row._set_skipped(code)
                stopped |= row
        return stopped

    def _refresh(self, now):
        """Read again what is owed on these messages, and correct their lines.

        In bulk, one look at the open items of all customers of a company.

        :return: ``{message: code of what prevents it, or None}``
        """
        changes = {}
        for company, rows in self.grouped("company_id").items():
            today = company._get_today(now)
            owed = rows.customer_id._get_open_items(company, today)
            replied = self.env["paycollect.dunning.reply"]._search_waiting(
                rows.customer_id, company
            )
            for row in rows:
                changes[row] = row._get_stop(company, replied) or row._correct(
                    owed[row.customer_id]
                )
        return changes

    def _get_stop(self, company, replied):
        """Return the code of what stops a message that waited, or None."""
        if not company.dunning_active:
            return "all_stopped"
        if self.customer_id in replied.partner_id:
            return "replied"
        return "on_hold" if self.case_id.state in HOLDING_STATES else None

    def _correct(self, items):
        """Correct the lines; return ``settled`` if nothing at the level is left."""
        own = [item for item in items if item.currency == self.currency_id]
        covered = cover_oldest(own, self.currency_id.decimal_places)
        left = {item.line.id: item for item in own if item.is_asked}
        gone = self.line_ids.filtered(
            lambda row: (
                row.line_id.id not in left
                or self.currency_id.is_zero(
                    left[row.line_id.id].residual - covered[row.line_id.id]
                )
            )
        )
        lines = self.line_ids - gone
        if not any(row.level_id == self.level_id for row in lines):
            return "settled"
        gone.sudo().unlink()
        for row in lines:
            row._correct(left[row.line_id.id].residual, covered[row.line_id.id])
        total = self.currency_id.round(sum(lines.mapped("amount")))
        if self.currency_id.compare_amounts(total, self.amount):
            self.amount = total
        if gone:
            self.move_ids = lines.move_id
        return None

    def _refresh_carried(self, now):
        """Correct a message whose email or text waits for another delivery.

        :return: code of what prevents it, or None
        """
        self.ensure_one()
        before = self.line_ids.mapped("amount")
        code = self._refresh(now)[self]
        if not code and self.line_ids.mapped("amount") != before:
            self._write_again()
        return code

    def _write_again(self):
        """Put the corrected amounts into the email or text."""
        row = self.with_context(lang=self._get_lang())
        delivery = self.delivery_id.sudo()
        if self.channel == SMS:
            delivery.sms_id.body = row._get_text()
        elif self.channel == MAIL:
            content = row._render_mails()[self.id]
            delivery.mail_id.write(
                {key: content[key] for key in ("subject", "body_html")}
            )

    # -- transitions -------------------------------------------------------------------

    def _set_skipped(self, code, values=None):
        self.write(
            {"state": "skipped", "reason_code": code, "reason_values": values or {}}
        )

    def _set_sent(self, now):
        self.write({"state": "sent", "sent_at": now})

    def _set_failed(self, code, values=None):
        self.write(
            {"state": "failed", "reason_code": code, "reason_values": values or {}}
        )

    def _note_delivery(self, state, delivery):
        """Take over the outcome of the email or text (``paycollect.message``)."""
        for row in self:
            if state == "sent":
                row._set_sent(delivery.sent_at)
            elif state == "failed":
                row._set_failed("undelivered", {"delivery": delivery.reason_code})
            elif state == "skipped":
                row._set_skipped(delivery.reason_code)
            else:
                row.write({"state": "queued"})

    def _get_hour(self, at):
        """Return when a text may be tried again."""
        self.ensure_one()
        if self.channel not in (SMS, CALL):
            return at
        slot = self.case_id._find_hour(self.channel, self.partner_id, self.address, at)
        return slot or at


class PaycollectDunningMessageLine(models.Model):
    _inherit = "paycollect.dunning.message.line"

    def _correct(self, residual, credit):
        """Set what is open and what credit covers, if it changed."""
        self.ensure_one()
        amount = self.currency_id.round(residual - credit)
        values = {"residual": residual, "credit": credit, "amount": amount}
        changed = {
            name: value
            for name, value in values.items()
            if self.currency_id.compare_amounts(self[name], value)
        }
        if changed:
            self.write(changed)
