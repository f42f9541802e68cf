# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ...rules import installment as rules
from ...rules.const import OPEN_STATES

# State and what it needs, in the order of rules.get_state.
STATES = SQL(
    """
    CASE WHEN plan.cancel_reason = 'expired' THEN 'expired'
         WHEN plan.canceled_at IS NOT NULL OR move.state = 'cancel' THEN 'canceled'
         WHEN plan.declined_at IS NOT NULL THEN 'declined'
         WHEN plan.accepted_at IS NULL THEN 'offered'
         WHEN move.state = 'posted' AND move.amount_residual <= 0 THEN 'done'
         WHEN move.state = 'posted'
          AND late.amount > plan.amount - move.amount_residual
          AND NOT EXISTS (
                 SELECT 1 FROM paycollect_attempt attempt
                  WHERE attempt.move_id = plan.move_id AND attempt.state IN %s)
         THEN 'broken'
         WHEN move.state = 'posted' AND plan.amount > move.amount_residual THEN 'kept'
         ELSE 'accepted'
     END
    """,
    tuple(OPEN_STATES),
)


class PaycollectInstallmentPlan(models.Model):
    """What a plan's state follows from: for records, and for many in one query."""

    _inherit = "paycollect.installment.plan"

    def _get_facts(self, today):
        """Return the :class:`installment.Facts`.

        :param today: the company's day
        """
        self.ensure_one()
        move = self.move_id
        is_posted = move.state == "posted"
        opens, _excess = self._spread()
        last = today - timedelta(days=self.company_id.collection_installment_grace)
        rows = zip(self._get_parts_in_order(), opens, strict=True)
        late = sum(left for part, left in rows if part.date and part.date < last)
        attempts = move.collection_attempt_ids
        return rules.Facts(
            accepted=bool(self.accepted_at),
            declined=bool(self.declined_at),
            canceled=bool(self.canceled_at) or move.state == "cancel",
            expired=self.cancel_reason == rules.EXPIRED,
            owed=not is_posted or move.amount_residual > 0,
            late=self.currency_id.round(late) if is_posted else 0.0,
            paid=self.currency_id.round(self.amount - sum(opens)),
            is_busy=any(attempt.state in OPEN_STATES for attempt in attempts),
        )

    def _get_state(self, today):
        """Return the state on a day of the company."""
        return rules.get_state(self._get_facts(today))

    def _get_parts_in_order(self):
        """Return the parts by date; those without a date come last."""
        self.ensure_one()
        return self.part_ids.sorted(
            lambda part: (not part.date, part.date or False, part.sequence, part.id)
        )

    def _spread(self):
        """Return (list of what is open of each part, excess), see ``rules.spread``.

        Nothing counts as paid while there is no posted invoice.
        """
        self.ensure_one()
        move = self.move_id
        residual = move.amount_residual if move.state == "posted" else self.amount
        return rules.spread(
            self._get_parts_in_order().mapped("amount"),
            residual,
            self.currency_id.decimal_places,
        )

    def _get_open_rows(self):
        """Return list of (part, what is open of it), without those that are paid."""
        opens, _excess = self._spread()
        rows = zip(self._get_parts_in_order(), opens, strict=True)
        return [(part, left) for part, left in rows if left]

    # -- in bulk -----------------------------------------------------------------

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        query = SQL(
            "SELECT id FROM (%s) plan WHERE state IN %s",
            self._get_state_query(),
            tuple(value) or (None,),
        )
        return [("id", "in", SQL("(%s)", query))]

    @api.model
    def _get_state_query(self, now=None):
        """Return a query of the columns ``id, state``.

        :param now: naive UTC datetime
        """
        self.flush_model()
        self.env["paycollect.installment"].flush_model(["plan_id", "amount", "date"])
        self.env["paycollect.attempt"].flush_model(["move_id", "state"])
        self.env["account.move"].flush_model(["state", "amount_residual"])
        return SQL(
            """
            SELECT plan.id, %s AS state
              FROM paycollect_installment_plan plan
              LEFT JOIN account_move move ON move.id = plan.move_id
              LEFT JOIN LATERAL (
                  SELECT SUM(part.amount) AS amount
                    FROM paycollect_installment part
                    JOIN (%s) last_day ON last_day.company_id = plan.company_id
                   WHERE part.plan_id = plan.id AND part.date < last_day.day
              ) late ON TRUE
            """,
            STATES,
            self._get_last_days(now),
        )

    @api.model
    def _get_last_days(self, now=None):
        """Return SQL of a table ``company_id, day``: parts before it are late."""
        rows = []
        for company in self.env["res.company"].sudo().search([]):
            grace = timedelta(days=company.collection_installment_grace)
            day = company._get_today(now) - grace
            rows.append(SQL("(%s, %s::date)", company.id, day))
        return SQL(
            "SELECT * FROM (VALUES %s) day (company_id, day)", SQL(", ").join(rows)
        )
