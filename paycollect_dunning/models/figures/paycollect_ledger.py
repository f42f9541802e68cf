# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.paycollect_fsm.models.revenue.paycollect_revenue import AS_OF

from ...rules import figures

LEDGER_FIELDS = {
    "account.account": ["account_type"],
    "account.move": ["move_type"],
    "account.move.line": [
        "account_id",
        "amount_residual",
        "balance",
        "company_id",
        "date",
        "date_maturity",
        "display_type",
        "move_id",
        "parent_state",
        "partner_id",
        "reconciled",
    ],
    "account.partial.reconcile": [
        "amount",
        "credit_move_id",
        "debit_move_id",
        "max_date",
    ],
    "res.company": ["currency_id"],
    "res.partner": ["commercial_partner_id"],
}
SALES = ("out_invoice", "out_refund", "out_receipt")


class PaycollectLedger(models.AbstractModel):
    """The customers' accounts as they stood at the end of a day D, in bulk.

    All receivable accounts, posted entries, in the company's currency. What was matched
    after D is still open at D: what is open now, less the matches since.
    """

    _name = "paycollect.ledger"
    _inherit = "paycollect.report.mixin"
    _description = "Customer Accounts at a Date"

    @api.model
    def _get_days(self, now):
        """Return ``{company: D}`` for the companies the user is working in: the day in
        the context, or else each company's today.

        :param now: naive UTC datetime
        """
        day = fields.Date.to_date(self.env.context.get(AS_OF))
        return {
            company: day or company._get_today(now)
            for company in self.env.companies.sudo()
        }

    @api.model
    def _get_day_table(self, pairs):
        """Return SQL of a table ``company_id, day``.

        :param pairs: (company, day)
        """
        rows = [SQL("(%s, %s::date)", company.id, day) for company, day in pairs]
        return SQL(
            "SELECT * FROM (VALUES %s) day (company_id, day)",
            SQL(", ").join(rows or [SQL("(0, NULL::date)")]),
        )

    @api.model
    def _get_open_query(self, days):
        """Return SQL of the items that were open on their company's day.

        :param days: SQL of a table ``company_id, day``, a company at most once
        """
        return SQL(
            """
            WITH day AS (%(days)s), later AS MATERIALIZED (%(later)s)
            SELECT item.*
              FROM (
                    SELECT %(columns)s,
                           line.amount_residual + COALESCE(later.amount, 0) AS residual
                      FROM account_move_line line
                      JOIN day ON day.company_id = line.company_id
                 LEFT JOIN later ON later.id = line.id
                     WHERE line.reconciled IS NOT TRUE AND %(where)s
                 UNION ALL
                    SELECT %(columns)s, line.amount_residual + later.amount
                      FROM later
                      JOIN account_move_line line ON line.id = later.id
                      JOIN day ON day.company_id = line.company_id
                     WHERE line.reconciled AND %(where)s
                   ) item
             WHERE item.residual <> 0
            """,
            days=days,
            later=self._get_later_query(),
            columns=SQL(
                "line.id, line.company_id, line.move_id, line.partner_id, "
                "line.account_id, line.date, line.date_maturity, day.day"
            ),
            where=SQL(
                "line.account_id = ANY(%s) AND line.parent_state = 'posted' "
                "AND line.date <= day.day",
                self._get_receivable_ids(),
            ),
        )

    def _get_later_query(self):
        """Return SQL of what was taken from each item by matches after ``day``."""
        return SQL(
            """
            SELECT side.id, SUM(side.amount) AS amount
              FROM account_partial_reconcile partial
        CROSS JOIN LATERAL (VALUES
                       (partial.debit_move_id, partial.amount),
                       (partial.credit_move_id, -partial.amount)
                   ) side (id, amount)
              JOIN account_move_line line ON line.id = side.id
              JOIN day ON day.company_id = line.company_id
             WHERE partial.max_date > day.day
               AND partial.max_date > (SELECT MIN(day.day) FROM day)
          GROUP BY side.id
            """
        )

    @api.model
    def _read_ledgers(self, pairs):
        """Return ``{(company, day): rules.figures.Ledger}``, in two queries.

        Days before a company's first entry are left out.

        :param pairs: (company, day)
        """
        self._flush_ledger()
        companies = self.env["res.company"].union(*(company for company, _d in pairs))
        daily = self._read_daily(companies)
        not_due = self._read_not_due(pairs)
        return {
            (company, day): figures.make_ledger(
                daily[company.id], day, round(not_due[company.id, day], 6)
            )
            for company, day in pairs
            if daily[company.id].has_begun(day)
        }

    def _flush_ledger(self):
        for model, names in LEDGER_FIELDS.items():
            self.env[model].flush_model(names)

    def _read_daily(self, companies):
        """Return ``{company ID: rules.figures.Daily}``."""
        found = defaultdict(list)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.company_id, line.date, SUM(line.balance),
                       COALESCE(SUM(line.balance) FILTER (
                           WHERE move.move_type IN %(sales)s
                       ), 0)
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                 WHERE line.account_id = ANY(%(accounts)s)
                   AND line.parent_state = 'posted'
                   AND line.company_id = ANY(%(companies)s)
              GROUP BY line.company_id, line.date
              ORDER BY line.company_id, line.date
                """,
                sales=SALES,
                accounts=self._get_receivable_ids(),
                companies=companies.ids,
            )
        )
        for company_id, *row in rows:
            day, booked, sold = row
            found[company_id].append((day, float(booked), float(sold)))
        return {one.id: figures.Daily(found[one.id]) for one in companies}

    def _read_not_due(self, pairs):
        """Return what was open and not yet due, by (company ID, day).

        An item counts on the days from its own to its due date, a match from its day,
        or the item's, on. Both are added up by their first and last of these days.
        """
        days = defaultdict(list)
        for company, day in sorted(pairs, key=lambda pair: pair[1]):
            days[company.id].append(day)
        found = defaultdict(float)
        rows = self.env.execute_query(self._get_not_due_query(days)) if days else ()
        for company_id, first, after, amount in rows:
            for day in days[company_id][first:after]:
                found[company_id, day] += amount
        return found

    def _get_not_due_query(self, days):
        """Return SQL of ``company_id, first, after, amount``: positions in ``days``.

        :param days: ``{company ID: its days, in order}``
        """
        return SQL(
            """
            WITH item AS MATERIALIZED (
                SELECT line.id, line.company_id, line.balance, line.date, day.days,
                       WIDTH_BUCKET(line.date_maturity, day.days) AS after
                  FROM account_move_line line
                  JOIN (VALUES %(days)s) day (company_id, days)
                    ON day.company_id = line.company_id
                 WHERE line.account_id = ANY(%(accounts)s)
                   AND line.parent_state = 'posted'
                   AND line.balance > 0
                   AND line.date_maturity >= day.days[1]
                   AND line.date <= day.days[ARRAY_UPPER(day.days, 1)]
            ), part AS (
                SELECT company_id, days, date, after, balance AS amount
                  FROM item
             UNION ALL
                SELECT item.company_id, item.days,
                       GREATEST(item.date, partial.max_date), item.after,
                       -partial.amount
                  FROM item
                  JOIN account_partial_reconcile partial
                    ON partial.debit_move_id = item.id
             UNION ALL
                SELECT item.company_id, item.days,
                       GREATEST(item.date, partial.max_date), item.after,
                       partial.amount
                  FROM item
                  JOIN account_partial_reconcile partial
                    ON partial.credit_move_id = item.id
            )
            SELECT company_id, first, after, SUM(amount)
              FROM (
                    SELECT company_id, after, amount,
                           WIDTH_BUCKET(date - 1, days) AS first
                      FROM part
                   ) placed
             WHERE first < after
          GROUP BY company_id, first, after
            """,
            days=SQL(", ").join(
                SQL("(%s, %s::date[])", company_id, dates)
                for company_id, dates in days.items()
            ),
            accounts=self._get_receivable_ids(),
        )
