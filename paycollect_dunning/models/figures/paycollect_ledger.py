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
        "balance",
        "company_id",
        "date",
        "date_maturity",
        "display_type",
        "move_id",
        "parent_state",
        "partner_id",
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
    after D is still open at D: residuals are computed from the matches, not taken from
    the fields that hold what is open now.
    """

    _name = "paycollect.ledger"
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
            SELECT line.id, line.company_id, line.move_id, line.partner_id,
                   line.account_id, line.date, line.date_maturity, day.day,
                   line.balance - COALESCE(debit.amount, 0)
                       + COALESCE(credit.amount, 0) AS residual
              FROM account_move_line line
              JOIN (%(days)s) day ON day.company_id = line.company_id
              JOIN account_account account ON account.id = line.account_id
         LEFT JOIN (%(debit)s) debit ON debit.id = line.id
         LEFT JOIN (%(credit)s) credit ON credit.id = line.id
             WHERE account.account_type = 'asset_receivable'
               AND line.parent_state = 'posted'
               AND line.date <= day.day
               AND line.balance - COALESCE(debit.amount, 0)
                   + COALESCE(credit.amount, 0) <> 0
            """,
            days=days,
            debit=self._get_matched_query(days, "debit_move_id"),
            credit=self._get_matched_query(days, "credit_move_id"),
        )

    def _get_matched_query(self, days, side):
        return SQL(
            """
            SELECT partial.%(side)s AS id, SUM(partial.amount) AS amount
              FROM account_partial_reconcile partial
              JOIN (%(days)s) day ON day.company_id = partial.company_id
             WHERE partial.max_date <= day.day
          GROUP BY partial.%(side)s
            """,
            side=SQL.identifier(side),
            days=days,
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
                daily[company.id], day, not_due.get((company.id, day), 0.0)
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
                  JOIN account_account account ON account.id = line.account_id
                  JOIN account_move move ON move.id = line.move_id
                 WHERE account.account_type = 'asset_receivable'
                   AND line.parent_state = 'posted'
                   AND line.company_id = ANY(%(companies)s)
              GROUP BY line.company_id, line.date
              ORDER BY line.company_id, line.date
                """,
                sales=SALES,
                companies=companies.ids,
            )
        )
        for company_id, *row in rows:
            day, booked, sold = row
            found[company_id].append((day, float(booked), float(sold)))
        return {one.id: figures.Daily(found[one.id]) for one in companies}

    def _read_not_due(self, pairs):
        """Return ``{(company ID, day): what was open and not yet due}``.

        Few items are not yet due on a day, so the matches of each are looked up.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.company_id, day.day,
                       SUM(line.balance - debit.amount + credit.amount)
                  FROM (%(days)s) day
                  JOIN account_move_line line
                    ON line.company_id = day.company_id
                   AND line.date <= day.day AND line.date_maturity >= day.day
                  JOIN account_account account ON account.id = line.account_id
            CROSS JOIN LATERAL (%(debit)s) debit
            CROSS JOIN LATERAL (%(credit)s) credit
                 WHERE account.account_type = 'asset_receivable'
                   AND line.parent_state = 'posted'
                   AND line.balance - debit.amount + credit.amount > 0
              GROUP BY line.company_id, day.day
                """,
                days=self._get_day_table(pairs),
                debit=self._get_matched_lookup("debit_move_id"),
                credit=self._get_matched_lookup("credit_move_id"),
            )
        )
        return {(company, day): float(amount) for company, day, amount in rows}

    def _get_matched_lookup(self, side):
        return SQL(
            """
            SELECT COALESCE(SUM(partial.amount), 0) AS amount
              FROM account_partial_reconcile partial
             WHERE partial.%s = line.id AND partial.max_date <= day.day
            """,
            SQL.identifier(side),
        )
