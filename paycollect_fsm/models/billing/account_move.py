# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models

from ...rules.const import OCCASION_PAID
from .fsm_order_history import HISTORY


class AccountMove(models.Model):
    _inherit = "account.move"

    collection_job_count = fields.Integer(
        string="Jobs",
        compute="_compute_collection_job_count",
        compute_sudo=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    @api.depends("invoice_line_ids")
    def _compute_collection_job_count(self):
        for move in self:
            move.collection_job_count = len(move._get_collection_jobs())

    def _get_policy_reason(self):
        basis = self.collection_policy_basis
        if basis and basis["code"] == HISTORY:
            return self.env["fsm.order"]._get_history_text(basis)
        return super()._get_policy_reason()

    def action_view_collection_jobs(self):
        """Button: open the jobs that the invoice bills."""
        self.ensure_one()
        self.env["paycollect.access"]._check_groups(
            self,
            "base.group_user",
            self.env._("Only employees can open the jobs of an invoice."),
        )
        jobs = self.sudo()._get_collection_jobs().sudo(False)
        jobs.check_access("read")
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Jobs"),
            "res_model": jobs._name,
            "view_mode": "list,form",
            "domain": [("id", "in", jobs.ids)],
        }
        if len(jobs) == 1:
            action |= {"view_mode": "form", "res_id": jobs.id}
        return action

    def _push_outcome(self):
        """Push the outcome to the screens that show the jobs of these invoices."""
        self.sudo()._get_collection_jobs()._push_outcome()

    def _invoice_paid_hook(self):
        """Push payments, however they were made."""
        result = super()._invoice_paid_hook()
        self.sudo().filtered("collection_policy_id")._push_outcome()
        return result

    def _notify_customer(self, occasion, now=None):
        """Push partial payments, too."""
        if occasion == OCCASION_PAID:
            self._push_outcome()
        return super()._notify_customer(occasion, now)

    def _tell_about_deposit(self, job):
        """Create an activity if a deposit exceeded the work."""
        for move in self:
            if move.move_type == "out_refund" and any(
                move.invoice_line_ids.mapped("is_downpayment")
            ):
                move.company_id._schedule_collection_activity(
                    move,
                    self.env._("Settle the deposit for job %(job)s", job=job.name),
                    self.env._(
                        "The deposit exceeded the work by %(amount)s. Refund the "
                        "difference or keep it as customer credit.",
                        amount=move.currency_id._format_amount(move.amount_total),
                    ),
                    code="deposit_rest",
                )

    def _report_given_away(self, job):
        """Create an activity if nothing is left to charge after a large discount.

        With a charge, accounting would be asked to approve it.
        """
        review = self._get_review()
        limit = review.discount_maximum
        if self._is_owed() or not limit or review.discount <= limit:
            return
        self.company_id._schedule_collection_activity(
            self,
            self.env._("Check the discount of job %(job)s", job=job.name),
            self.env._(
                "%(discount).3g%% of the price of the extras was given away, more than "
                "the policy's limit of %(limit)g%%. Nothing is left to charge.",
                discount=review.discount,
                limit=limit,
            ),
            code="discount",
        )

    def _get_accounting_date(self, invoice_date, has_tax, lock_dates=None):
        """Return the first open date, even if today is locked."""
        date = super()._get_accounting_date(invoice_date, has_tax, lock_dates)
        if not self.env.context.get("collection_billing"):
            return date
        if locks := self._get_violated_lock_dates(date, has_tax):
            return locks[-1][0] + timedelta(days=1)
        return date
