# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import Command, models

from ...rules.const import DELAYED, EXCEPTION, QUEUED, SKIPPED
from ...rules.decision import CAUGHT_UP, SEND, SKIP
from ...rules.levels import get_pay_by

NO_CHANNEL = "no_channel"
UNREACHABLE = "unreachable"


class PaycollectDunningCase(models.Model):
    """Write the messages of cases: the facts are read again under the lock."""

    _inherit = "paycollect.dunning.case"

    def _send_batch(self, company, now):
        """Tell these customers, in one transaction; if that fails, each in its own."""
        with self._separately("writing reminders") as step:
            self._send(company, now)
        if not step.done and len(self) > 1:
            for case in self:
                case._send_batch(company, now)

    def _send(self, company, now):
        """Write messages for those of these cases that are still due.

        :return: the messages
        """
        cases = self.try_lock_for_update()
        outcomes = cases._decide(
            company, now, customer_ids=cases.partner_id.ids, exact=True
        )
        due = {
            one.case_id: one
            for one in outcomes.values()
            if one.case_id in cases._ids and one.decision.action in (SEND, SKIP)
        }
        messages = self.env["paycollect.dunning.message"]
        for level_id in {one.level_id for one in due.values()}:
            group = {
                case_id: one for case_id, one in due.items() if one.level_id == level_id
            }
            messages |= cases.browse(group)._write_messages(group, company, now)
        return messages

    def _write_messages(self, outcomes, company, now):
        """Write the rows of one level, and hand them to their carriers.

        :param outcomes: ``{case ID: rules.outcome.Outcome}``
        """
        level = self.env["paycollect.dunning.level"].browse(
            next(iter(outcomes.values())).level_id
        )
        sent = self.filtered(lambda case: outcomes[case.id].decision.action == SEND)
        contacts = {}
        if level._has_channel() and sent:
            contacts = sent._choose_contacts(level, now)
        values = []
        for case in self:
            outcome = outcomes[case.id]
            rows = case._prepare_messages(
                outcome, level, contacts.get(case, []), company, now
            )
            if not rows:
                case.write(
                    {
                        "state": EXCEPTION,
                        "reason_code": UNREACHABLE,
                        "reason_values": False,
                        "next_date": False,
                    }
                )
                continue
            values += case._prepare_skipped(outcome, company, now)
            values += rows
        messages = self.env["paycollect.dunning.message"].create(values)
        messages._note_on_cases(now)
        now_due = messages.filtered(lambda row: row.state == QUEUED)
        now_due._queue_carriers(now)
        self._after_messages(messages, now)
        return messages

    def _prepare_messages(self, outcome, level, contacts, company, now):
        """Return the values of the rows: one a contact, or one that says why not."""
        decision = outcome.decision
        common = self._prepare_message(outcome, level, company, now)
        if decision.action == SKIP:
            reason = {"reason_code": decision.code, "reason_values": decision.values}
            return [common | reason | {"state": SKIPPED}]
        if not level._has_channel():
            return [common | {"state": SKIPPED, "reason_code": NO_CHANNEL}]
        return [
            common
            | {
                "partner_id": contact.partner.id,
                "channel": contact.channel,
                "address": contact.address,
                "send_at": contact.send_at,
                "state": DELAYED if contact.send_at > now else QUEUED,
                "reason_code": contact.reason_code or False,
                "reason_values": contact.reason_values or False,
                "pay_by": _get_pay_by(outcome, level, company, contact.send_at),
            }
            for contact in contacts
        ]

    def _prepare_message(self, outcome, level, company, now):
        entries = outcome.decision.entries
        levels = outcome.levels
        return {
            "case_id": self.id,
            "partner_id": self.partner_id.id,
            "company_id": company.id,
            "currency_id": self.currency_id.id,
            "level_id": level.id,
            "text_level_id": outcome.text_level_id,
            "amount": outcome.decision.amount,
            "date": now,
            "sent_by_id": outcome.user_id or False,
            "batch_key": (
                now if outcome.user_id else company._get_today(now)
            ).isoformat(),
            "move_ids": [
                Command.set(list(dict.fromkeys(e.item.move_id for e in entries)))
            ],
            "line_ids": [
                Command.create(
                    {
                        "company_id": company.id,
                        "line_id": entry.item.line_id,
                        "move_id": entry.item.move_id,
                        "due_date": entry.item.due,
                        "currency_id": self.currency_id.id,
                        "residual": entry.item.residual,
                        "credit": entry.used,
                        "amount": entry.amount,
                        "level_id": levels[entry.index].id,
                        "delay_days": levels[entry.index].delay,
                    }
                )
                for entry in entries
            ],
        }

    def _prepare_skipped(self, outcome, company, now):
        """Return the values of a row for each level that was passed over."""
        return [
            {
                "case_id": self.id,
                "company_id": company.id,
                "currency_id": self.currency_id.id,
                "level_id": outcome.levels[index].id,
                "state": SKIPPED,
                "reason_code": CAUGHT_UP,
                "reason_values": {"level": outcome.level_id},
                "date": now,
                "move_ids": [Command.set(list(dict.fromkeys(move_ids)))],
            }
            for index, move_ids in outcome.decision.skipped
        ]


def _get_pay_by(outcome, level, company, send_at):
    day = company._get_today(send_at)
    latest = max(entry.item.due for entry in outcome.decision.entries)
    return get_pay_by(day, level.pay_days, latest, outcome.holidays)
