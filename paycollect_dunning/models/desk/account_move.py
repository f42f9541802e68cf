# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.paycollect_fsm.models.company.moments import format_day
from odoo.addons.paycollect_portal.rules import open_items

from ...rules.const import CLOSED, SENT

READERS = "account.group_account_invoice,account.group_account_readonly"
ASKABLE = ("out_invoice", "out_receipt")


class AccountMove(models.Model):
    """Where collecting an invoice stands, on the invoice and in lists."""

    _inherit = "account.move"

    dunning_status = fields.Char(
        string="Collection Status",
        compute="_compute_dunning_status",
        compute_sudo=True,
        groups=READERS,
        help="Whether the customer is asked for it, why not, what was said last and "
        "what comes next.",
    )

    @api.depends("payment_state", "state", "amount_residual")
    @api.depends_context("lang")
    def _compute_dunning_status(self):
        asked = self.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type in ASKABLE
                and move.company_id.collection_active
                and not move.currency_id.is_zero(move.amount_residual)
            )
        )
        (self - asked).dunning_status = False
        for company, moves in asked.grouped("company_id").items():
            moves._set_dunning_status(company._get_today())

    def _set_dunning_status(self, today):
        """Set the status of one company's open invoices, in bulk.

        :param today: the company's day
        """
        told, steps = self._read_told(), self._read_next_steps()
        lines = self.line_ids.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                and not line.reconciled
            )
        )
        lines = lines.sorted(lambda line: line.date_maturity or line.date)
        items = {move: [] for move in self}
        for line, rows in lines._prepare_open_items(today).items():
            items[line.move_id] += rows
        for move, rows in items.items():
            texts = [move._get_item_status(item, today) for item in rows[:1]]
            if rows and rows[0].state != open_items.DISPUTED:
                texts += move._get_disputed_status(rows)
            texts.append(told.get(move.id))
            if any(item.is_due for item in rows):
                texts.append(steps.get(move._get_step_key()))
            move.dunning_status = " · ".join(text for text in texts if text)

    def _get_step_key(self):
        return (
            self.commercial_partner_id.id,
            self.company_id.id,
            self.currency_id.id,
        )

    def _get_disputed_status(self, items):
        """Return what is in dispute beside what is asked for, in a list."""
        disputed = [item for item in items if item.state == open_items.DISPUTED]
        amount = sum(item.residual for item in disputed)
        if not amount:
            return []
        show = self.currency_id._format_amount
        return [self.env._("%(amount)s in dispute", amount=show(amount))]

    def _get_item_status(self, item, today):
        """Return the state of the oldest open part, for staff."""
        _ = self.env._
        state, due, until = item.state, item.due_date, item.until
        day = format_day(self.env, until) if until else ""
        match state:
            case open_items.OPEN:
                return _("Due %(day)s", day=format_day(self.env, due))
            case open_items.DUE:
                return _("Due today")
            case open_items.OVERDUE if today - due == timedelta(days=1):
                return _("1 day overdue")
            case open_items.OVERDUE:
                return _("%(days)s days overdue", days=(today - due).days)
            case open_items.PROMISED:
                return _("Promised: we wait until %(day)s", day=day)
            case open_items.CHECK if until:
                return _("Check on the way: we wait until %(day)s", day=day)
            case open_items.SCHEDULED if until:
                return _("Will be charged on %(day)s", day=day)
            case open_items.IN_RETRY if until:
                return _("Will be charged again on %(day)s", day=day)
        return {
            open_items.ON_ITS_WAY: _("Payment on its way"),
            open_items.DISPUTED: _("In dispute"),
            open_items.CHECK: _("A worker has the check"),
            open_items.IN_PLAN: _("In a payment plan"),
            open_items.EXCLUDED: _("Left out of reminders"),
        }.get(state, "")

    def _read_told(self):
        """Return ``{invoice's ID: what was said last}``, in one query."""
        self.env["paycollect.dunning.message"].flush_model()
        self.env["paycollect.dunning.message.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (told.move_id)
                       told.move_id, told.level_id, message.date
                  FROM paycollect_dunning_message_line told
                  JOIN paycollect_dunning_message message
                    ON message.id = told.message_id
                 WHERE told.move_id = ANY(%s) AND message.state = %s
                 ORDER BY told.move_id, message.date DESC, message.id DESC
                """,
                self.ids,
                SENT,
            )
        )
        levels = self.env["paycollect.dunning.level"].browse(
            level_id for _move, level_id, _date in rows if level_id
        )
        names = {level.id: level.name for level in levels}
        return {
            move_id: self.env._(
                "%(level)s sent %(day)s",
                level=names.get(level_id, self.env._("Reminder")),
                day=format_day(self.env, date.date()),
            )
            for move_id, level_id, date in rows
        }

    def _read_next_steps(self):
        """Return ``{(customer's, company's, currency's ID): what comes next}``."""
        cases = self.env["paycollect.dunning.case"].search(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("state", "!=", CLOSED),
            ]
        )
        labels = dict(cases._fields["state"]._description_selection(self.env))
        result = {}
        for case in cases:
            key = (case.partner_id.id, case.company_id.id, case.currency_id.id)
            if case.state != "open":
                result[key] = labels[case.state]
            elif case.next_date:
                result[key] = self.env._(
                    "next step %(day)s", day=format_day(self.env, case.next_date)
                )
        return result
