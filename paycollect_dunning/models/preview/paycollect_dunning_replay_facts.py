# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict
from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from ...rules.const import BUSINESS
from ...rules.replay import Item
from ...rules.replay_calendar import Calendar

WARM_UP = timedelta(days=90)
# What is older was told long before the period.
LOOK_BACK = timedelta(days=365)
SUNDAY = 6
LEDGER_FIELDS = {
    "account.move.line": [
        "account_id",
        "amount_currency",
        "company_id",
        "currency_id",
        "date",
        "date_maturity",
        "no_followup",
        "parent_state",
        "partner_id",
        "reconciled",
    ],
    "account.move": ["invoice_date", "move_type"],
    "account.partial.reconcile": [
        "credit_amount_currency",
        "debit_amount_currency",
        "max_date",
    ],
    "paycollect.dispute": ["answered_at", "move_id"],
    "paycollect.promise": ["promised_on", "until", "move_ids", "canceled_at"],
    "res.partner": ["commercial_partner_id", "country_id"],
}


class PaycollectDunningReplay(models.Model):
    """The history of the ledger: four queries, however many invoices there are."""

    _inherit = "paycollect.dunning.replay"

    def _read_items(self, customers):
        """Return the ``rules.replay.Item`` list of these customers in the period."""
        for model, names in LEDGER_FIELDS.items():
            self.env[model].flush_model(names)
        rows = self._read_lines(customers)
        events = self._read_events([row[0] for row in rows])
        holds = self._read_holds({row[1] for row in rows})
        rates = self._get_rates({row[3] for row in rows})
        home = self.company_id.country_id.id
        return [
            Item(
                customer=customer,
                currency=currency,
                issued=issued,
                due=due,
                amount=float(amount),
                events=tuple(sorted(events[line])),
                holds=tuple(holds[move]),
                country=country or home,
                rate=rates[currency],
            )
            for line, move, customer, currency, issued, due, amount, country in rows
        ]

    def _read_lines(self, customers):
        """Return (line, move, customer, currency, issued, due, amount, country)."""
        return self.env.execute_query(
            SQL(
                """
                SELECT line.id, line.move_id, partner.commercial_partner_id,
                       line.currency_id, COALESCE(move.invoice_date, line.date),
                       CASE WHEN line.amount_currency < 0 THEN line.date
                            ELSE COALESCE(line.date_maturity, line.date) END,
                       line.amount_currency, customer.country_id
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                  JOIN account_move move ON move.id = line.move_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                  JOIN res_partner customer
                    ON customer.id = partner.commercial_partner_id
                 WHERE partner.commercial_partner_id = ANY(%(customers)s)
                   AND line.company_id = %(company)s
                   AND account.account_type = 'asset_receivable'
                   AND line.parent_state = 'posted'
                   AND line.no_followup IS NOT TRUE
                   AND line.amount_currency <> 0
                   AND (line.amount_currency < 0
                        OR move.move_type IN ('out_invoice', 'out_receipt'))
                   AND line.date <= %(end)s
                   AND (line.reconciled IS NOT TRUE
                        OR COALESCE(line.date_maturity, line.date) >= %(first)s)
                """,
                customers=customers.ids,
                company=self.company_id.id,
                end=self.date_to,
                first=self.date_from - WARM_UP - LOOK_BACK,
            )
        )

    def _read_events(self, line_ids):
        """Return ``{line: [(day, what was applied)]}``, positive amounts."""
        events = defaultdict(list)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT debit_move_id, max_date, debit_amount_currency
                  FROM account_partial_reconcile WHERE debit_move_id = ANY(%(ids)s)
                 UNION ALL
                SELECT credit_move_id, max_date, credit_amount_currency
                  FROM account_partial_reconcile WHERE credit_move_id = ANY(%(ids)s)
                """,
                ids=line_ids,
            )
        )
        for line, day, amount in rows:
            events[line].append((day, float(amount)))
        return events

    def _read_holds(self, move_ids):
        """Return ``{invoice: [(first day, day it ends or None)]}``."""
        holds = defaultdict(list)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT move_id, create_date::date, answered_at::date
                  FROM paycollect_dispute WHERE move_id = ANY(%(ids)s)
                 UNION ALL
                SELECT link.%(move)s, promise.promised_on, promise.until
                  FROM %(table)s link
                  JOIN paycollect_promise promise
                    ON promise.id = link.%(promise)s
                 WHERE link.%(move)s = ANY(%(ids)s) AND promise.canceled_at IS NULL
                """,
                ids=list(move_ids),
                **self._get_promise_link(),
            )
        )
        for move, first, last in rows:
            holds[move].append((first, last))
        return holds

    def _get_promise_link(self):
        """Return the table and columns that join promises and invoices."""
        field = self.env["paycollect.promise"]._fields["move_ids"]
        return {
            "table": SQL.identifier(field.relation),
            "promise": SQL.identifier(field.column1),
            "move": SQL.identifier(field.column2),
        }

    def _get_rates(self, currency_ids):
        """Return ``{currency: units of the company's currency}`` at the end."""
        company = self.company_id
        return {
            currency.id: self.env["res.currency"]._get_conversion_rate(
                currency, company.currency_id, company, self.date_to
            )
            for currency in self.env["res.currency"].browse(currency_ids)
        }

    def _get_calendar(self, plan):
        """Return the days on which nobody writes, by country, and those on which the
        company is closed."""
        holidays = self._read_holidays()
        first = self.date_from - WARM_UP - LOOK_BACK
        closed = self.company_id._get_days_off(first, self.date_to)
        everywhere = holidays[False] | closed

        def is_rest(country, day):
            return (
                day.weekday() == SUNDAY or day in everywhere or day in holidays[country]
            )

        return Calendar(is_rest, business=plan.day_count == BUSINESS)

    def _read_holidays(self):
        """Return ``{country ID, or False: days}`` of the recorded public holidays."""
        lines = self.env["calendar.public.holiday.line"].search(
            [
                ("date", ">=", self.date_from - WARM_UP - LOOK_BACK),
                ("date", "<=", self.date_to),
                ("state_ids", "=", False),
            ]
        )
        holidays = defaultdict(set)
        for line in lines:
            holidays[line.public_holiday_id.country_id.id].add(line.date)
        return holidays

    def _get_customers(self, plans):
        """Return the billed customers to whom one of the plans applies."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT partner.commercial_partner_id
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE line.company_id = %s AND line.parent_state = 'posted'
                   AND account.account_type = 'asset_receivable'
                """,
                self.company_id.id,
            )
        )
        ids = [row[0] for row in rows]
        found = plans._find_plan_ids(ids, self.company_id)
        chosen = [one for one in ids if found.get(one) in plans._ids]
        return self.env["res.partner"].browse(chosen)
