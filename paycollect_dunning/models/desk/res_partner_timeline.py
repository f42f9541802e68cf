# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, models

from ...rules.timeline import MOST, Entry, merge

SINCE = timedelta(days=730)
REMINDER = "reminder"


class ResPartner(models.Model):
    """What was said to a customer and by them, and what they paid."""

    _inherit = "res.partner"

    @api.depends_context("company", "lang", "uid")
    def _compute_dunning_timeline(self):
        company = self.env.company
        today = company._get_today()
        for partner in self:
            customer = partner.commercial_partner_id._origin
            if not customer:
                partner.dunning_timeline = False
                continue
            entries = merge(customer._get_timeline_parts(company, today))
            partner.dunning_timeline = self.env["ir.qweb"]._render(
                "paycollect_dunning.timeline", {"entries": entries}
            )

    def _get_timeline_parts(self, company, today):
        """Hook: return lists of :class:`rules.timeline.Entry`, one query a kind.

        :param today: the company's day
        """
        self.ensure_one()
        return [
            self._get_reminder_entries(company),
            self._get_message_entries(company),
            self._get_payment_entries(company, today),
            self._get_promise_entries(company),
            self._get_dispute_entries(company),
            self._get_check_entries(company),
        ]

    def _search_newest(self, model, company, *domain, order="id desc"):
        """Return the customer's newest rows of a model."""
        return self.env[model].search(
            [("company_id", "=", company.id), *domain], order=order, limit=MOST
        )

    def _get_reminder_entries(self, company):
        found = self._search_newest(
            "paycollect.dunning.message", company, ("customer_id", "child_of", self.ids)
        )
        return [
            Entry(
                day=company._get_today(row.date),
                order=row.id,
                icon="fa-bullhorn",
                title=row.level_id.name or self.env._("Reminder"),
                text=self._join(self._get_label(row, "channel"), row.reason),
                amount=row.currency_id._format_amount(row.amount),
                state=self._get_label(row, "state"),
                record=row.case_id,
            )
            for row in found
        ]

    def _get_message_entries(self, company):
        found = self._search_newest(
            "paycollect.message",
            company,
            ("partner_id", "child_of", self.ids),
            ("occasion", "!=", REMINDER),
        )
        return [
            Entry(
                day=company._get_today(row.sent_at or row.queued_at),
                order=row.id,
                icon="fa-envelope-o" if row.channel == "mail" else "fa-mobile",
                title=self._get_label(row, "occasion"),
                text=self._join(row.move_id.name, row.address),
                state=self._get_label(row, "state"),
                record=row.move_id or None,
            )
            for row in found
        ]

    def _get_payment_entries(self, company, today):
        lines = self.env["account.move.line"]
        found = lines._search_payments(self, company, today - SINCE)[:MOST]
        return [
            Entry(
                day=line.date,
                order=line.id,
                icon="fa-money",
                title=self.env._("Payment"),
                text=line.move_id.name or "",
                amount=line.currency_id._format_amount(-line.amount_currency),
                record=line.payment_id or line.move_id,
            )
            for line in found
        ]

    def _get_promise_entries(self, company):
        found = self._search_newest(
            "paycollect.promise", company, ("partner_id", "child_of", self.ids)
        )
        return [
            Entry(
                day=row.promised_on,
                order=row.id,
                icon="fa-calendar-check-o",
                title=self.env._("Promise to pay"),
                text=row._get_title(),
                amount=row.currency_id._format_amount(row.amount),
                state=row._get_state_label(),
                record=row,
            )
            for row in found
        ]

    def _get_dispute_entries(self, company):
        found = self._search_newest(
            "paycollect.dispute",
            company,
            ("move_id.commercial_partner_id", "=", self.id),
        )
        return [
            Entry(
                day=company._get_today(row.create_date),
                order=row.id,
                icon="fa-gavel",
                title=self.env._("Dispute"),
                text=self._join(row.move_id.name, row._get_reason_label()),
                amount=row.currency_id._format_amount(row.amount),
                state=row._get_state_label(),
                record=row,
            )
            for row in found
        ]

    def _get_check_entries(self, company):
        found = self._search_newest(
            "paycollect.check.notice", company, ("partner_id", "child_of", self.ids)
        )
        return [
            Entry(
                day=row.announced_on,
                order=row.id,
                icon="fa-pencil-square-o",
                title=self.env._("Check %(number)s", number=row.number),
                text=row._get_invoice_names() if row.move_ids else "",
                amount=row.currency_id._format_amount(row.amount),
                state=row._get_state_label(),
                record=row,
            )
            for row in found
        ]

    def _get_label(self, row, name):
        labels = dict(row._fields[name]._description_selection(self.env))
        return labels.get(row[name], "")

    def _join(self, *texts):
        return " · ".join(text for text in texts if text)
