# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import api, models

from ...rules.const import CHANGED, DELAYED, EXCEPTION, OPEN, QUEUED, SKIPPED

_logger = logging.getLogger(__name__)

BATCH = 200
TOLD = "told"


class PaycollectDunningMessage(models.Model):
    """What is written down and not handed over yet is looked at again before."""

    _inherit = "paycollect.dunning.message"

    @api.model
    def _send_due(self, company, now):
        """Hand over rows whose time has come; what isn't owed anymore stays unsaid.

        A row whose items were paid, disputed or paused meanwhile is skipped, and its
        customer decided anew: its items count as not told.
        """
        due = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "in", (QUEUED, DELAYED)),
                ("delivery_id", "=", False),
                ("send_at", "<=", now),
            ],
            order="send_at, id",
        )
        for start in range(0, len(due), BATCH):
            due[start : start + BATCH]._hand_over(company, now)
            self._commit()

    def _hand_over(self, company, now):
        """Hand over these rows, if every item is still owed as it stands there."""
        rows = self.try_lock_for_update()
        today = company._get_today(now)
        items = rows.customer_id._get_open_items(company, today)
        asked = {
            item.line: item.residual
            for found in items.values()
            for item in found
            if item.is_asked
        }
        owed = rows.filtered(lambda row: row._is_still_owed(asked, today))
        (rows - owed).write({"state": SKIPPED, "reason_code": CHANGED})
        owed.filtered(lambda row: row.state == DELAYED).state = QUEUED
        owed._queue_carriers(now)

    def _is_still_owed(self, asked, today):
        """Whether each item is asked for with the same amount, and the case goes on.

        :param asked: ``{due part: open amount}``
        """
        self.ensure_one()
        case = self.case_id
        held = case.held_reason and (not case.held_until or case.held_until > today)
        goes_on = not held and case.state in (OPEN, EXCEPTION)
        return goes_on and all(
            line.line_id in asked
            and not line.currency_id.compare_amounts(asked[line.line_id], line.residual)
            for line in self.line_ids
        )

    def _note_on_cases(self, now):
        """Say on the cases what was just written down."""
        for case, rows in self.filtered("line_ids").grouped("case_id").items():
            row, said = rows[:1], rows.filtered("pay_by")
            values = {"state": OPEN, "level_id": row.level_id.id, "amount": row.amount}
            if said:
                pay_by = max(said.mapped("pay_by"))
                values |= {
                    "reason_code": TOLD,
                    "reason_values": {
                        "level": row.level_id.id,
                        "pay_by": pay_by.isoformat(),
                    },
                    "last_message_at": now,
                    "pay_by": pay_by,
                }
            else:
                values |= {
                    "reason_code": row.reason_code,
                    "reason_values": row.reason_values,
                }
            case.write(values)
