# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import SQL

from ...rules.promise import (
    BROKEN,
    BROKEN_WITHIN,
    CANCELED,
    KEPT,
    OPEN,
    PARTLY,
    Facts,
    History,
    find_covered,
)

READ_FIELDS = {
    "account.move.line": ["amount_currency", "date", "parent_state", "partner_id"],
    "account.partial.reconcile": ["debit_amount_currency"],
    "res.partner": ["commercial_partner_id"],
}


class PaycollectPromise(models.Model):
    """What arrived for promises, read from the ledger in one query."""

    _inherit = "paycollect.promise"

    def _get_facts(self, paid=0.0, owed=0.0):
        self.ensure_one()
        return Facts(
            amount=self.amount,
            until=self.until,
            paid=paid,
            owed=owed,
            canceled=bool(self.canceled_at),
        )

    def _read_facts(self):
        """Return ``{promise: rules.promise.Facts}``, in one query."""
        if not self._origin:
            return {}
        self._flush_facts()
        rows = self.env.execute_query(
            self._get_facts_query(SQL("promise.id IN %s", tuple(self._origin.ids)))
        )
        values = {row[0]: row[1:] for row in rows}
        return {
            promise: promise._get_facts(*map(float, values[promise._origin.id]))
            for promise in self
            if promise._origin.id in values
        }

    def _flush_facts(self):
        self.env["paycollect.promise"].flush_model()
        for name, fields in READ_FIELDS.items():
            self.env[name].flush_model(fields)

    @api.model
    def _get_facts_query(self, condition):
        """Return the query of ``id, paid, owed``, in each promise's currency.

        What counts is when money came in, not when it was matched. A payment that the
        bank took back isn't matched anymore.

        :param condition: SQL about ``promise``
        """
        return SQL(
            """
            SELECT promise.id,
                   GREATEST(
                       COALESCE(SUM(matched.paid), 0)
                           - COALESCE(promise.paid_before, 0),
                       0
                   ) AS paid,
                   COALESCE(SUM(line.amount_currency), 0)
                       - COALESCE(SUM(matched.settled), 0) AS owed
              FROM paycollect_promise promise
              JOIN res_partner customer ON customer.id = promise.partner_id
              LEFT JOIN paycollect_promise_move_rel rel
                ON rel.promise_id = promise.id
              LEFT JOIN (
                  account_move_line line
                  JOIN account_account account
                    ON account.id = line.account_id
                   AND account.account_type = 'asset_receivable'
                  JOIN res_partner owner ON owner.id = line.partner_id
              )
                ON line.move_id = rel.move_id
               AND line.parent_state = 'posted'
               AND line.amount_currency > 0
               AND owner.commercial_partner_id = customer.commercial_partner_id
              LEFT JOIN LATERAL (
                  SELECT SUM(part.debit_amount_currency) AS settled,
                         SUM(part.debit_amount_currency) FILTER (
                             WHERE journal.type IN ('bank', 'cash', 'credit')
                               AND credit.date >= promise.promised_on
                         ) AS paid
                    FROM account_partial_reconcile part
                    JOIN account_move_line credit ON credit.id = part.credit_move_id
                    JOIN account_journal journal ON journal.id = credit.journal_id
                   WHERE part.debit_move_id = line.id
                     AND credit.date <= promise.until
              ) matched ON TRUE
             WHERE %s
             GROUP BY promise.id
            """,
            condition,
        )

    @api.model
    def _get_state_query(self, days, condition=None):
        """Return the query of ``id, paid, owed, state``: the rule of
        :func:`rules.promise.get_state` in SQL.

        :param days: SQL of a table ``day(company_id, today)``
        :param condition: SQL about ``promise``
        """
        self._flush_facts()
        digits = SQL("currency.decimal_places")
        return SQL(
            """
            SELECT promise.id, fact.paid, fact.owed, CASE
                   WHEN promise.canceled_at IS NOT NULL THEN %(canceled)s
                   WHEN ROUND(fact.paid, %(digits)s)
                        >= ROUND(promise.amount::numeric, %(digits)s)
                        OR (ROUND(fact.paid, %(digits)s) > 0
                            AND ROUND(fact.owed, %(digits)s) <= 0) THEN %(kept)s
                   WHEN ROUND(fact.owed, %(digits)s) <= 0 THEN %(canceled)s
                   WHEN day.today <= promise.until THEN %(open)s
                   WHEN ROUND(fact.paid, %(digits)s) > 0 THEN %(partly)s
                   ELSE %(broken)s
                   END AS state
              FROM paycollect_promise promise
              JOIN res_currency currency ON currency.id = promise.currency_id
              JOIN (%(days)s) day ON day.company_id = promise.company_id
              JOIN (%(facts)s) fact ON fact.id = promise.id
             WHERE %(condition)s
            """,
            canceled=CANCELED,
            kept=KEPT,
            open=OPEN,
            partly=PARTLY,
            broken=BROKEN,
            digits=digits,
            days=days,
            facts=self._get_facts_query(condition or SQL("TRUE")),
            condition=condition or SQL("TRUE"),
        )

    @api.model
    def _get_company_days(self, companies=None, now=None):
        """Return SQL of a table ``company_id, today``.

        :param companies: default: all
        :param now: naive UTC datetime
        """
        if companies is None:
            companies = self.env["res.company"].sudo().search([])
        rows = [
            SQL("(%s, %s::date)", company.id, company._get_today(now))
            for company in companies
        ] or [SQL("(0, NULL::date)")]
        return SQL(
            "SELECT * FROM (VALUES %s) day (company_id, today)", SQL(", ").join(rows)
        )

    # -- standing ------------------------------------------------------------------

    @api.model
    def _search_standing(self, moves, today):
        """Return the open promises (sudo) about these invoices, in bulk.

        :param today: their company's day
        """
        found = self.sudo().search(
            [
                ("canceled_at", "=", False),
                ("until", ">=", today),
                ("move_ids", "in", moves.ids),
            ],
            order="until, id",
        )
        states = found._get_states(today)
        return found.filtered(lambda promise: states[promise] == OPEN)

    def _find_covered_lines(self):
        """Return ``{line ID: last day}`` of the due parts that these open promises are
        about, in bulk. The later promise of a part counts."""
        facts, covered = self._read_facts(), {}
        for promise in self:
            lines = promise.move_ids.line_ids.filtered(
                lambda line: (
                    line.account_id.account_type == "asset_receivable"
                    and not line.reconciled
                    and line.amount_residual_currency > 0
                )
            ).sorted(lambda line: (line.date_maturity or line.date, line.id))
            owed = lines._get_undisputed_amounts()
            items = [(line.id, owed[line]) for line in lines if owed[line] > 0]
            left = promise.amount - facts[promise].paid
            digits = promise.currency_id.decimal_places
            for line_id in find_covered(left, items, digits):
                covered[line_id] = promise.until
        return covered

    def _get_states(self, today):
        """Return ``{promise: state}`` on a day, in bulk."""
        if not self:
            return {}
        pairs = [
            SQL("(%s, %s::date)", company.id, today) for company in self.company_id
        ]
        days = SQL(
            "SELECT * FROM (VALUES %s) day (company_id, today)", SQL(", ").join(pairs)
        )
        query = self._get_state_query(days, SQL("promise.id IN %s", tuple(self.ids)))
        states = {row[0]: row[3] for row in self.env.execute_query(query)}
        return {promise: states[promise.id] for promise in self}

    @api.model
    def _get_history(self, partner, company, moves, today):
        """Return the customer's :class:`rules.promise.History`."""
        own = self.sudo().search(
            [("partner_id", "child_of", partner.id), ("company_id", "=", company.id)]
        )
        states = own._get_states(today)
        made = [
            len(own.filtered(lambda promise, m=move: m in promise.move_ids))
            for move in moves
        ]
        return History(
            open=sum(state == OPEN for state in states.values()),
            broken=sum(
                state in (BROKEN, PARTLY) and promise.until >= today - BROKEN_WITHIN
                for promise, state in states.items()
            ),
            moved=max(made, default=0),
        )
