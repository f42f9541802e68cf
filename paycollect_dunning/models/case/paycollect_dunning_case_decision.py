# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import contextlib
import gc
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ...rules.const import ACTIVE, CLOSED, HANDED_OVER, SAID
from ...rules.decision import CLOSE, HELD, PAUSE, SEND, Facts, Obstacle, decide
from ...rules.outcome import Before, Outcome
from ...rules.scale import Scale

NO_HOLIDAYS = frozenset()
BROKEN_BEFORE = timedelta(days=90)  # the first message: promises that still count


@contextlib.contextmanager
def _uncollected():
    """Make many small values without searching them for cycles: there are none, and the
    search would take a quarter of the time. They count as old from then on, unless the
    server froze what is old for good."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            gc.freeze()
            gc.unfreeze()
        if was_on:
            gc.enable()


class PaycollectDunningCase(models.Model):
    """Facts of many customers, then the pure rule; nothing is written."""

    _inherit = "paycollect.dunning.case"

    @api.model
    @_uncollected()
    def _decide(self, company, now, plans=None, customer_ids=None, exact=False):
        """Return what each customer's case does now, see ``rules/decision.py``.

        :param now: naive UTC datetime
        :param plans: those that send; default: the company's active ones. The preview
            of a plan passes it. Customers of other plans are left out, but their open
            cases close when they're paid
        :param customer_ids: commercial partners; default: all
        :param exact: read what is owed by ``_get_open_items``, not in bulk
        :return: ``{(customer ID, currency ID): rules.outcome.Outcome}``
        """
        today = company._get_today(now)
        plans = self._get_sending_plans(company) if plans is None else plans.sudo()
        running = self._read_running(company, customer_ids)
        plan_ids = [before.plan_id for before in running.values() if before.plan_id]
        known = plans | plans.browse(dict.fromkeys(plan_ids))
        read = self._read_exact_items if exact else self._read_items
        items = read(company, today, known, customer_ids)
        keys = items.keys() | running.keys()
        context = self._read_context(company, today, keys, items, known, customer_ids)
        outcomes = {}
        for key in keys:
            outcome = self._decide_one(
                key, items.get(key, ([], 0.0)), running.get(key), context, plans
            )
            if outcome:
                outcomes[key] = outcome
        return self._apply_obstacles(outcomes, now)

    def _get_sending_plans(self, company):
        plans = self.env["paycollect.dunning.plan"].sudo()
        return plans.search([("company_id", "=", company.id), ("state", "=", ACTIVE)])

    def _read_running(self, company, customer_ids=None):
        """Return ``{(customer ID, currency ID): Before}`` of the cases not closed."""
        self.flush_model()
        self.env["paycollect.dunning.message"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT one.id, one.partner_id, one.currency_id, one.plan_id,
                       one.level_id, one.state, one.reason_code, one.reason_values,
                       one.amount::float8, one.next_date, one.held_until,
                       one.held_reason, one.old_approved_at IS NOT NULL,
                       said.day
                  FROM paycollect_dunning_case one
                  LEFT JOIN (
                      SELECT customer_id, MAX(date AT TIME ZONE 'UTC'
                                              AT TIME ZONE %(zone)s)::date AS day
                        FROM paycollect_dunning_message
                       WHERE company_id = %(company)s AND state IN %(said)s
                         AND (%(ids)s IS NULL OR customer_id = ANY(%(ids)s))
                       GROUP BY customer_id
                  ) said ON said.customer_id = one.partner_id
                 WHERE one.company_id = %(company)s AND one.state <> %(closed)s
                   AND (%(ids)s IS NULL OR one.partner_id = ANY(%(ids)s))
                """,
                company=company.id,
                said=SAID,
                zone=company._get_zone().key,
                closed=CLOSED,
                ids=customer_ids,
            )
        )
        return {row[1:3]: Before(*row) for row in rows}

    def _read_context(self, company, today, keys, items, plans, customer_ids):
        """Return what is known of the customers and plans, a :class:`Context`.

        :param customer_ids: None: all, which the database needn't be told one by one
        """
        ids = list({key[0] for key in keys})
        currencies = self.env["res.currency"].browse({key[1] for key in items})
        return Context(
            company_id=company.id,
            today=today,
            grace=company.dunning_grace_days,
            holds=self._find_holds(company),
            riders=self._find_riders(company),
            plans={plan.id: PlanFacts(plan, today) for plan in plans},
            plan_ids=plans._find_plan_ids(ids, company),
            places=self._read_places(ids, company, today),
            promises=self._read_promises(customer_ids, company, today),
            on_time=self._read_on_time(items, company, today, plans),
            minimums=plans._read_property("dunning_minimum_balance", company),
            currencies={
                currency.id: (
                    currency.decimal_places,
                    self.env["res.currency"]._get_conversion_rate(
                        currency, company.currency_id, company, today
                    ),
                )
                for currency in currencies
            },
        )

    def _decide_one(self, key, owed, before, context, plans):
        customer_id, currency_id = key
        plan_id = context.plan_ids.get(customer_id)
        sends = plan_id in plans._ids
        if not sends:
            plan_id = before and before.plan_id
        if plan_id not in context.plans:
            return None
        plan = context.plans[plan_id]
        items, credit = owed
        riders = ()
        if context.riders:
            items, riders = self._split_riders(items, context.riders)
        digits, rate = context.currencies.get(currency_id, (2, 1.0))
        count = context.on_time.get(customer_id, 0)
        is_good = bool(plan.good_count) and count >= plan.good_count
        promise = context.promises.get(customer_id)
        since = before and before.last_day or context.today - BROKEN_BEFORE
        minimum = float(context.minimums.get(customer_id) or 0) or plan.minimum
        holidays = context.places.get(customer_id, NO_HOLIDAYS)
        scale = plan.get_scale(
            holidays,
            is_good,
            bool(promise) and promise.is_broken_since(since),
            bool(before and before.approved),
        )
        hold = before and (
            self._get_hold(before, context.today) or context.holds.get(customer_id)
        )
        decision = decide(
            Facts(items, scale, credit, minimum, rate, digits, hold, context.grace)
        )
        if riders:
            decision = decision.ride(riders, digits)
        if not sends and decision.action != CLOSE or not before and _is_empty(decision):
            return None
        case_id = before.id if before else 0
        return Outcome(
            customer_id,
            currency_id,
            case_id,
            plan_id,
            decision,
            plan.levels,
            is_good,
            rate,
            before,
            context.company_id,
            holidays,
        )

    @api.model
    def _split_riders(self, items, found):
        """Return the items, and those that only go with one of them.

        :param found: see :meth:`_find_riders`
        """
        riders = [(i, found[i.move_id]) for i in items if i.move_id in found]
        return [item for item in items if item.move_id not in found], riders

    def _get_hold(self, before, today):
        """Return the case's own obstacle: handed over, or held by someone."""
        if before.state == HANDED_OVER:
            known = before.values if before.code == HANDED_OVER else None
            return Obstacle(HANDED_OVER, HANDED_OVER, values=known or {})
        if not before.held_reason or (before.held_until and before.held_until <= today):
            return None
        values = {"reason": before.held_reason}
        if before.held_until:
            values["date"] = before.held_until.isoformat()
        return Obstacle(HELD, PAUSE, before.held_until, values)

    def _apply_obstacles(self, outcomes, now):
        due = [one for one in outcomes.values() if one.decision.action == SEND]
        obstacles = self._get_obstacles(due, now) if due else {}
        for outcome in due if obstacles else ():
            if found := obstacles.get(outcome.key):
                stopped = outcome.decision.stop(found)
                outcomes[outcome.key] = outcome._replace(decision=stopped)
        return outcomes


def _is_empty(decision):
    return decision.action == CLOSE


class PlanFacts:
    """A plan as the rules see it, with its scales."""

    def __init__(self, plan, today):
        self.plan, self.today = plan, today
        self.levels = plan._get_rule_levels()
        self.good_count = plan.good_count
        self.minimum = plan.minimum_balance
        days = plan.cutoff_days
        self._cutoff = today - timedelta(days=days) if days else None
        self._scales = {}

    def get_scale(self, *kind):
        """Return the :class:`rules.scale.Scale` of customers of one kind.

        :param kind: public holidays, good payer, broken promise, old items approved
        """
        if kind not in self._scales:
            self._scales[kind] = self._make_scale(*kind)
        return self._scales[kind]

    def _make_scale(self, holidays, is_good, broken, approved):
        ladder = self.plan._get_ladder(self.today, holidays, is_good)
        cutoff = None if approved else self._cutoff
        return Scale(self.levels, ladder, broken, cutoff, self.plan.wait_days)


class Context:
    """What is known of the customers of a run; see ``_read_context``."""

    def __init__(self, **values):
        vars(self).update(values)
