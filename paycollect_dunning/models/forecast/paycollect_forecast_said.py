# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from odoo.addons.paycollect_fsm.rules.const import OPEN_STATES, PLANNED
from odoo.addons.paycollect_portal.rules.disputes import OPEN

from ...rules import forecast as rules
from ...rules.forecast_trial import BACK
from ...rules.promise import KEPT, NOT_KEPT

# Days until a bank debit that is on its way has arrived
SETTLING_DAYS = 5


class PaycollectForecast(models.Model):
    """What was said about open items: today, and what was known in the weeks before."""

    _inherit = "paycollect.forecast"

    def _read_said(self, books):
        """Return list of :class:`rules.forecast.Said`, in bulk."""
        found = [
            *self._get_charges(),
            *self._get_disputes(),
            *self._get_scheduled(),
            *self._get_checks(),
            *self._get_plans(),
            *self._get_promises(),
        ]
        said = []
        for source, moves, amount, day, since, until in found:
            items = sorted(
                item for move in moves.ids for item in books.positions.get(move, ())
            )
            if items:
                said.append(
                    rules.Said(
                        source=source,
                        items=tuple(items),
                        day=_get_ordinal(day),
                        amount=amount,
                        since=_get_ordinal(since),
                        until=_get_ordinal(until),
                    )
                )
        return said

    def _search_own(self, model, *domain):
        return self.env[model].search(
            [("company_id", "=", self.company_id.id), *domain]
        )

    def _get_first(self):
        """Return the first day of the back-test; what ended before doesn't count."""
        return self.day - timedelta(weeks=BACK)

    def _get_recent_promises(self):
        return self._search_own(
            "paycollect.promise", ("until", ">=", self._get_first())
        )

    def _get_payments(self):
        return self._search_own(
            "paycollect.scheduled.payment", ("date", ">=", self._get_first())
        )

    def _get_notices(self):
        return self._search_own(
            "paycollect.check.notice", ("expected_until", ">=", self._get_first())
        )

    def _get_day(self, moment):
        """Return the company's day of a naive UTC datetime, or None."""
        return self.company_id._get_today(moment) if moment else None

    def _get_charges(self):
        """Charges that are planned, and money that is on its way."""
        for attempt in self._find_slow_charges():
            sent = self._get_day(attempt.sent_at)
            done = self._get_day(attempt.done_at)
            if done is None and attempt.state not in OPEN_STATES:
                continue
            amount = self._to_company_currency(attempt.amount, attempt.currency_id)
            day = sent + timedelta(days=SETTLING_DAYS)
            yield rules.ON_ITS_WAY, attempt.move_id, amount, day, sent, done
        for attempt in self._search_own("paycollect.attempt", ("state", "=", PLANNED)):
            amount = self._to_company_currency(attempt.amount, attempt.currency_id)
            day, since = map(self._get_day, (attempt.planned_at, attempt.create_date))
            yield rules.SCHEDULED, attempt.move_id, amount, day, since, None

    def _find_slow_charges(self):
        """Return the charges whose outcome wasn't known on the same day."""
        self.env["paycollect.attempt"].flush_model(["done_at", "sent_at"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM paycollect_attempt
                 WHERE company_id = %s
                   AND sent_at >= %s
                   AND (done_at IS NULL OR done_at::date > sent_at::date)
                """,
                self.company_id.id,
                self._get_first(),
            )
        )
        return self.env["paycollect.attempt"].browse(row[0] for row in rows)

    def _get_disputes(self):
        for dispute in self._search_own(
            "paycollect.dispute",
            "|",
            ("state", "=", OPEN),
            ("answered_at", ">=", self._get_first()),
        ):
            until = self._get_day(dispute.answered_at)
            if until is None and dispute.state != OPEN:
                continue
            amount = dispute.amount or dispute.move_id.amount_total
            amount = self._to_company_currency(amount, dispute.move_id.currency_id)
            since = self._get_day(dispute.create_date)
            yield rules.DISPUTED, dispute.move_id, amount, None, since, until

    def _get_scheduled(self):
        for payment in self._get_payments():
            until = self._get_day(payment.started_at or payment.canceled_at)
            yield (
                rules.SCHEDULED,
                payment.move_ids,
                self._to_company_currency(payment.amount, payment.currency_id),
                payment.date,
                self._get_day(payment.planned_at),
                until,
            )

    def _get_checks(self):
        for notice in self._get_notices():
            ends = [notice.received_on, notice.expired_on, notice.canceled_on]
            yield (
                rules.CHECK,
                notice.move_ids,
                self._to_company_currency(notice.amount, notice.currency_id),
                notice.expected_until,
                notice.announced_on,
                min(filter(None, ends), default=None),
            )

    def _get_plans(self):
        """Parts of payment plans; a part that is late comes nobody knows when."""
        for plan in self._search_own(
            "paycollect.installment.plan",
            ("move_id", "!=", False),
            ("part_ids.date", ">=", self._get_first()),
            ("accepted_at", "!=", False),
        ):
            since, canceled = map(self._get_day, (plan.accepted_at, plan.canceled_at))
            for part in plan.part_ids.filtered("date"):
                until = part.date + timedelta(days=1)
                yield (
                    rules.PLAN,
                    plan.move_id,
                    self._to_company_currency(part.amount, plan.currency_id),
                    part.date,
                    since,
                    min(until, canceled) if canceled else until,
                )

    def _get_promises(self):
        for promise in self._get_recent_promises():
            until = promise.until + timedelta(days=1)
            canceled = self._get_day(promise.canceled_at)
            yield (
                rules.PROMISE,
                promise.move_ids,
                self._to_company_currency(
                    promise.amount - promise.paid, promise.currency_id
                ),
                promise.date,
                promise.promised_on,
                min(until, canceled) if canceled else until,
            )

    def _read_chances(self):
        """Return ``{source: how sure it is that money comes as said}``."""
        counts = {}
        states = self._get_recent_promises()._get_states(self.day)
        counts[rules.PROMISE] = (
            sum(state == KEPT for state in states.values()),
            sum(state in NOT_KEPT for state in states.values()),
        )
        payments = self._get_payments()
        done = payments.mapped("state")
        counts[rules.SCHEDULED] = (done.count("paid"), done.count("failed"))
        notices = self._get_notices()
        arrived = notices.filtered(lambda notice: notice.payment_id)
        expired = notices.filtered(lambda n: n.expired_on and not n.payment_id)
        counts[rules.CHECK] = (len(arrived), len(expired))
        return {
            source: rules.get_chance(source, *counts.get(source, (0, 0)))
            for source in rules.EVIDENCE
        }


def _get_ordinal(day):
    return None if not day else day.toordinal()
