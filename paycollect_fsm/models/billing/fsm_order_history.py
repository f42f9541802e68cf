# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models

from ..company.moments import format_day

HISTORY = "history"


class FSMOrder(models.Model):
    """Past jobs: imported ones, or ones completed long ago."""

    _inherit = "fsm.order"

    def _get_completion_date(self, now, created):
        """Return when the work was done: now, or the job's own earlier end date.

        The end date of a job that was completed before is its first completion, so
        completing it again counts as now.

        :param now: naive UTC datetime
        :param created: the job was created as complete, e.g. by an import
        """
        self.ensure_one()
        named = self.date_end
        if created:
            named = (
                named
                or self.date_start
                or self.scheduled_date_end
                or self.scheduled_date_start
            )
        if not named or self.completed_on:
            return now
        return min(named, now)

    def _is_import(self, now):
        """Return whether the job is being imported, so it is not billed or charged.

        Set by the company's import mode or the context key ``paycollect_import``.

        :param now: naive UTC datetime
        :raise AccessError: for the key, unless the user is a collections manager
        """
        self.ensure_one()
        if not self.company_id.collection_active:
            return False
        if self.env.context.get("paycollect_import"):
            self.env["paycollect.access"]._check_manager(self)
            return True
        until = self.company_id.sudo().collection_import_until
        return bool(until) and until > now

    def _is_history(self, now):
        """Return whether the job was completed too long ago to charge automatically."""
        self.ensure_one()
        days = self.company_id.collection_history_days
        if not days or not self.completed_on:
            return False
        return self.completed_on < now - timedelta(days=days)

    def _leave_to_accounting(self, moves_of, lines):
        """Neither charge nor send the jobs' invoices; note why on both.

        They get no policy, so that a new payment method does not charge them later.
        """
        for job in self:
            why = {
                "code": HISTORY,
                "date": fields.Date.to_string(
                    job.company_id._get_today(job.completed_on)
                ),
                "days": job.company_id.collection_history_days,
            }
            moves = moves_of[job]
            for move in moves:
                move._add_orderers(job._get_orderers() | move._find_orderers())
                move.collection_policy_basis = why
            note = job._get_billing_note(moves, lines[job])
            job._set_billed([note, why] if moves else [note])

    @api.model
    def _get_history_text(self, values):
        return self.env._(
            "Not charged: the job was completed on %(date)s, more than %(days)s days "
            "ago. If it is still owed, charge or send the invoice manually.",
            date=format_day(self.env, values["date"]),
            days=values["days"],
        )
