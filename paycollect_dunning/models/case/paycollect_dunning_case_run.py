# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...rules.const import CLOSED, EXCEPTION, HANDED_OVER, OPEN, PAUSED
from ...rules.decision import ASK, CLOSE, PAUSE, SEND, SKIP, WAIT

BATCH = 200
MAX_PER_DAY = "max_per_day"
STATES = {
    SEND: OPEN,
    SKIP: OPEN,
    WAIT: OPEN,
    PAUSE: PAUSED,
    ASK: EXCEPTION,
    CLOSE: CLOSED,
    HANDED_OVER: HANDED_OVER,
}


class PaycollectDunningCase(models.Model):
    """The run: decide for everybody in bulk, then write and send in batches."""

    _inherit = "paycollect.dunning.case"

    @api.model
    def _cron_run(self, now=None):
        """Decide all cases and write the messages that are due, each once.

        Repeated at any time, also after a crash: what was said is read from the
        messages. A customer's messages and what carries them are one transaction.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        companies = self.env["res.company"].sudo()
        if companies._has_moved():
            return
        for company in companies.search([("collection_active", "=", True)]):
            if company.dunning_active:
                self.sudo()._run_company(company, now)

    def _run_company(self, company, now):
        """Run one company; see :meth:`_cron_run`."""
        cases = self.with_company(company)
        with cases._separately(f"reminders of {company}") as step:
            cases._prepare_run(company, now)
            cases.env["paycollect.dunning.message"]._send_due(company, now)
            outcomes = cases._decide(company, now)
            due = cases._write_states(outcomes, company, now)
        if not step.done:
            return
        for start in range(0, len(due), BATCH):
            if not company._is_dunning_on():
                return
            cases.browse(due[start : start + BATCH])._send_batch(company, now)

    # -- what the cases say ---------------------------------------------------------

    def _write_states(self, outcomes, company, now):
        """Write what each case says now; return the IDs of the cases to be told, the
        most urgent first."""
        outcomes = self._limit_per_day(outcomes, company, now)
        changed = [one for one in outcomes.values() if self._is_changed(one)]
        self._update_cases([one for one in changed if one.case_id], now)
        made = self._insert_cases([one for one in changed if not one.case_id], now)
        closed = [one.case_id for one in changed if one.decision.action == CLOSE]
        self.invalidate_model()
        if closed:
            self.browse(closed)._after_close(now)
        due = [one for one in outcomes.values() if _is_written(one)]
        due.sort(key=_get_urgency)
        return [case_id for one in due if (case_id := one.case_id or made.get(one.key))]

    def _limit_per_day(self, outcomes, company, now):
        """Let those over the plan's limit wait until tomorrow."""
        told = self._count_told(company, now)
        plans = self.env["paycollect.dunning.plan"].sudo()
        due = [one for one in outcomes.values() if _is_written(one)]
        rest = {}
        for outcome in sorted(due, key=_get_urgency):
            plan_id = outcome.plan_id
            if plan_id not in rest:
                limit = plans.browse(plan_id).max_per_day
                rest[plan_id] = limit - told.get(plan_id, 0) if limit else None
            if rest[plan_id] is None:
                continue
            if rest[plan_id] <= 0:
                tomorrow = company._get_today(now) + timedelta(days=1)
                values = {"date": tomorrow.isoformat()}
                waiting = replace(
                    outcome.decision,
                    action=WAIT,
                    code=MAX_PER_DAY,
                    values=values,
                    next_date=tomorrow,
                )
                outcomes[outcome.key] = outcome._replace(decision=waiting)
            rest[plan_id] -= 1
        return outcomes

    def _count_told(self, company, now):
        """Return ``{plan ID: cases that were told something on this day}``."""
        self.env["paycollect.dunning.message"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT one.plan_id, COUNT(DISTINCT one.id)
                  FROM paycollect_dunning_message message
                  JOIN paycollect_dunning_case one ON one.id = message.case_id
                 WHERE message.company_id = %s AND message.channel IS NOT NULL
                   AND message.sent_by_id IS NULL
                   AND message.date >= %s AND message.date < %s
                 GROUP BY one.plan_id
                """,
                company.id,
                *company._get_day_bounds(now),
            )
        )
        return dict(rows)

    def _is_changed(self, outcome):
        if not outcome.before:
            return outcome.decision.action != CLOSE
        before = outcome.before
        return self._get_saying(outcome) != (
            before.plan_id,
            before.level_id,
            before.state,
            before.code,
            before.values or None,
            before.amount,
            before.next_date,
        )

    def _get_saying(self, outcome):
        decision = outcome.decision
        return (
            outcome.plan_id,
            outcome.told_id,
            STATES[decision.action],
            decision.code or None,
            decision.values or None,
            float(decision.amount),
            decision.next_date,
        )

    def _prepare_row(self, outcome):
        *saying, values, amount, next_date = self._get_saying(outcome)
        return (*saying, json.dumps(values) if values else None, amount, next_date)

    def _update_cases(self, outcomes, now):
        if not outcomes:
            return
        self.env.cr.execute_values(
            """
            UPDATE paycollect_dunning_case AS one
               SET plan_id = new.plan_id::integer, level_id = new.level_id::integer,
                   state = new.state, reason_code = new.code,
                   reason_values = new.vals::jsonb, amount = new.amount::numeric,
                   next_date = new.next_date::date, checked_at = new.now::timestamp,
                   closed_at = CASE WHEN new.state = 'closed' THEN new.now::timestamp
                                    END
              FROM (VALUES %s) AS new (id, now, plan_id, level_id, state, code, vals,
                                       amount, next_date)
             WHERE one.id = new.id AND one.state <> 'closed'
            """,
            [(one.case_id, now, *self._prepare_row(one)) for one in outcomes],
            page_size=1000,
        )

    def _insert_cases(self, outcomes, now):
        """Open cases; return ``{key: ID}``. A case that another run opened stays."""
        if not outcomes:
            return {}
        company, user = self.env.company.id, self.env.uid
        rows = self.env.cr.execute_values(
            """
            INSERT INTO paycollect_dunning_case
                   (partner_id, company_id, currency_id, opened_at, checked_at,
                    create_uid, create_date, plan_id, level_id, state, reason_code,
                    reason_values, amount, next_date)
            VALUES %s ON CONFLICT DO NOTHING
            RETURNING partner_id, currency_id, id
            """,
            [
                (
                    one.partner_id,
                    company,
                    one.currency_id,
                    now,
                    now,
                    user,
                    now,
                    *self._prepare_row(one),
                )
                for one in outcomes
            ],
            page_size=1000,
            fetch=True,
        )
        return {(partner_id, currency_id): id_ for partner_id, currency_id, id_ in rows}


def _is_written(outcome):
    return outcome.decision.action in (SEND, SKIP)


def _get_urgency(outcome):
    """The highest level first, then the oldest item, then the most at stake."""
    decision = outcome.decision
    oldest = min(entry.item.due for entry in decision.entries)
    return (-decision.level, oldest, -decision.amount * outcome.rate)
