# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...rules.charge import MOVED, STOPPED
from ...rules.const import PLANNED
from ..company.moments import format_moment

LIMIT_CODES = (
    "count_brake",
    "amount_brake",
    "customer_count_brake",
    "customer_amount_brake",
)


class ResCompany(models.Model):
    """The switch that stops all charging for a company at once.

    Completed jobs are still billed and their charges planned, but held back until a
    manager resumes charging. Charges that were already sent are not recalled.
    """

    _inherit = "res.company"

    collection_stopped_at = fields.Datetime(
        string="Charging Stopped On",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="When all charging was stopped. Empty while it isn't.",
    )
    collection_stopped_by_id = fields.Many2one(
        "res.users",
        string="Charging Stopped By",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    collection_stop_reason = fields.Char(
        string="Charging Stop Reason",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )

    def _on_collection_active(self):
        super()._on_collection_active()
        if self:
            self.env["payment.provider"]._make_journal_lines_of(self)

    # -- buttons ---------------------------------------------------------------

    def action_stop_collection(self):
        """Button: open the dialog that stops or resumes all charging."""
        self.env["paycollect.access"]._check_user(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_fsm.action_paycollect_switch"
        )
        company = (self or self.env.company)[:1]
        if company.sudo().collection_stopped_at:
            action["name"] = self.env._("Resume Charging")
        else:
            action["name"] = self.env._("Stop All Charging")
        action["context"] = {"default_company_id": company.id}
        return action

    def action_resume_collection(self):
        """Button: open the same dialog, which shows what resuming would send.

        :raise AccessError: unless the user is a Collections manager
        """
        self.env["paycollect.access"]._check_manager(self)
        return self.action_stop_collection()

    # -- the switch ------------------------------------------------------------

    def _is_collection_stopped(self):
        """Whether charging is stopped for the company or one of its parents.

        Read as of the start of the transaction.
        """
        self.ensure_one()
        return any(self.sudo().parent_ids.mapped("collection_stopped_at"))

    def _stop_collection(self, reason, now=None):
        """Stop all charging for the company, including queued charges.

        :param reason: why; shown to the manager who resumes charging
        :param now: naive UTC datetime
        :raise UserError: if charging is already stopped, or without a reason
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        company = self.sudo()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(
                self.env._(
                    "Enter a reason. It is shown to the manager who resumes charging."
                )
            )
        if company.collection_stopped_at:
            raise UserError(self.env._("Charging is already stopped."))
        stop = self.env["paycollect.stop"].sudo()._start(self, reason, now)
        company.write(
            {
                "collection_stopped_at": stop.stopped_at,
                "collection_stopped_by_id": stop.stopped_by_id.id,
                "collection_stop_reason": stop.reason,
            }
        )

    def _resume_collection(self, with_limited=False, now=None):
        """Resume charging, starting with held charges; each one is decided anew.

        :param with_limited: also retry charges that a daily limit held back
        :param now: naive UTC datetime
        :raise AccessError: unless the user is a Collections manager
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_manager(self)
        company = self.sudo()
        if not company.collection_stopped_at:
            raise UserError(self.env._("Charging is not stopped."))
        self.env["paycollect.stop"].sudo()._end(self, now)
        company.write(
            {
                "collection_stopped_at": False,
                "collection_stopped_by_id": False,
                "collection_stop_reason": False,
            }
        )
        codes = (STOPPED, *LIMIT_CODES) if with_limited else (STOPPED,)
        company._search_held_back(codes)._set_unparked()

    def _resume_after_move(self):
        self.env["paycollect.attempt"].sudo()._unpark(MOVED)
        return super()._resume_after_move()

    # -- held charges ------------------------------------------------------------

    def _search_held_back(self, codes):
        """Return the parked attempts (sudo) of the company and its branches."""
        return (
            self.env["paycollect.attempt"]
            .sudo()
            .search(self._get_planned_domain() & Domain("parked_code", "in", codes))
        )

    def _get_planned_domain(self):
        return Domain("state", "=", PLANNED) & Domain("company_id", "child_of", self.id)

    def _sum_held_back(self, limited=False, now=None):
        """Return the number of held charges and their total in company currency.

        :param limited: count charges held back by a daily limit, instead of those held
            back by the stop, which include charges that are due and still queued
        :param now: naive UTC datetime
        """
        self.ensure_one()
        now = now or fields.Datetime.now()
        today = self._get_today(now)
        if limited:
            waits = Domain("parked_code", "in", LIMIT_CODES)
        else:
            queued = Domain("parked_code", "=", False)
            queued &= Domain("planned_at", "<=", now)
            waits = Domain("parked_code", "=", STOPPED) | queued
        count, total = 0, 0.0
        for currency, number, amount in (
            self.env["paycollect.attempt"]
            .sudo()
            ._read_group(
                self._get_planned_domain() & waits,
                ["currency_id"],
                ["__count", "amount:sum"],
            )
        ):
            count += number
            total += currency._convert(amount, self.currency_id, self, today)
        return count, total

    # -- texts -------------------------------------------------------------------

    @api.readonly
    @api.model
    def get_charging_status(self):
        """Return the banners above the list of attempts, for the user's companies.

        :return: dict with ``may_stop``, ``may_resume``; ``moved``: a text until an
            administrator confirms whether this is the original database, and
            ``may_answer``; ``stops``: dicts with ``company_id``, ``text`` and
            ``waiting``, one per company where charging is stopped; ``engines``: dicts
            with ``provider_id`` and ``text``, one per provider with external retries
        """
        user = self.env.user
        if not user.has_group("paycollect_fsm.group_user"):
            return {
                "may_stop": False,
                "may_resume": False,
                "moved": "",
                "may_answer": False,
                "stops": [],
                "engines": [],
            }
        stopped = self.env.companies.sudo().filtered("collection_stopped_at")
        return {
            "may_stop": self.env.company not in stopped,
            "may_resume": user.has_group("paycollect_fsm.group_manager"),
            "moved": self._get_held_text(),
            "may_answer": user.has_group("base.group_system"),
            "stops": [
                {
                    "company_id": company.id,
                    "text": company._get_stop_text(),
                    "waiting": company._get_waiting_text(),
                }
                for company in stopped
            ],
            "engines": self._get_foreign_engines(),
        }

    @api.model
    def _get_foreign_engines(self):
        """Hook: return the providers with external retries, for the status above."""
        return []

    def _get_collection_status_lines(self):
        lines = super()._get_collection_status_lines()
        if self.collection_stopped_at:
            lines += [self._get_stop_text(), self._get_waiting_text()]
        return lines

    @api.model
    def _get_held_text(self):
        """Return why all charges wait for an administrator, or an empty string; always
        empty if no company collects."""
        active = self.env.companies.sudo().filtered("collection_active")
        return self._get_move_text() if active else ""

    def _get_stop_text(self):
        """Return who stopped charging, when and why; empty if it isn't stopped."""
        self.ensure_one()
        if not self.collection_stopped_at:
            return ""
        return self.env._(
            "All charging for %(company)s was stopped on %(date)s by %(user)s: "
            "%(reason)s",
            company=self.name,
            date=format_moment(self.env, self.collection_stopped_at),
            user=self.collection_stopped_by_id.name,
            reason=self.collection_stop_reason,
        )

    def _get_waiting_text(self, limited=False):
        """Return the number and total of held charges as a sentence.

        :param limited: those held back by a daily limit; empty if there are none
        """
        count, total = self._sum_held_back(limited=limited)
        amount = self.currency_id._format_amount(total)
        if not count:
            return "" if limited else self.env._("No charges are waiting.")
        if limited:
            return self.env._(
                "Held back by daily limits: %(count)s (%(amount)s in total).",
                count=count,
                amount=amount,
            )
        return self.env._(
            "Charges waiting: %(count)s (%(amount)s in total).",
            count=count,
            amount=amount,
        )
