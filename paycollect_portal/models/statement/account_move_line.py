# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import SQL

from ...rules.statement import Item, Match

ITEM_FIELDS = (
    "account_id",
    "amount_currency",
    "amount_residual_currency",
    "company_id",
    "currency_id",
    "date",
    "date_maturity",
    "full_reconcile_id",
    "matching_number",
    "move_id",
    "parent_state",
    "partner_id",
)


class AccountMoveLine(models.Model):
    """What a statement of account is made of."""

    _inherit = "account.move.line"

    def _read_statement_facts(self, customers, company, date_from):
        """Return what the customers' statements from a day on are made of.

        Two queries, regardless of the number of customers and documents. Years of
        history cost little: items before that day are summed up, see
        ``_get_statement_query``.

        :param customers: commercial partners; their contacts' items are included
        :param date_from: first day of the statements
        :return: lists of ``rules.statement`` ``Item`` and ``Match``; blocks are
            (id of the customer, id of the currency)
        """
        self.flush_model(ITEM_FIELDS)
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.env["account.partial.reconcile"].flush_model()
        rows = self.env.execute_query(
            self._get_statement_query(customers, company, date_from)
        )
        items = [
            Item(line_id, (customer_id, currency_id), *facts)
            for line_id, customer_id, currency_id, *facts in rows
        ]
        matched = [item.id for item in items if item.matching]
        return items, self._read_statement_matches(matched)

    def _get_statement_query(self, customers, company, date_from):
        """Return the SQL of the items' facts.

        Two kinds of items can't change any more what a statement says from that day on,
        except for its opening balance and aging: they are summed up to one item a
        customer, currency, due date, and sign.

        - Items before that day without any match.
        - Items that were fully matched among each other, within one customer and
          currency, before that day: nothing is left of them. Each is looked up by its
          index; to join them, PostgreSQL, which expects a few, compares all with all.
        """
        return SQL(
            """
            WITH line AS (
                SELECT line.id, partner.commercial_partner_id AS customer_id,
                       line.currency_id, line.move_id, line.date, line.date_maturity,
                       line.amount_currency, line.amount_residual_currency,
                       line.matching_number, line.full_reconcile_id
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE partner.commercial_partner_id IN %(customers)s
                   AND line.company_id = %(company)s
                   AND account.account_type = 'asset_receivable'
                   AND line.parent_state = 'posted'
                   AND line.amount_currency <> 0
            ), own AS (
                SELECT full_reconcile_id, COUNT(*) AS items
                  FROM line
                 WHERE full_reconcile_id IS NOT NULL
              GROUP BY full_reconcile_id, customer_id, currency_id
                HAVING MAX(date) < %(date_from)s
                   AND SUM(amount_currency) = 0
                   AND BOOL_AND(amount_residual_currency = 0)
            ), settled AS (
                SELECT full_reconcile_id
                  FROM own
                 WHERE (
                       SELECT MAX(part.date) < %(date_from)s
                              AND COUNT(*) FILTER (WHERE part.amount_currency <> 0)
                                  = own.items
                         FROM account_move_line part
                        WHERE part.full_reconcile_id = own.full_reconcile_id
                 )
            )
            SELECT id, customer_id, currency_id, move_id, date, date_maturity,
                   amount_currency, matching_number
              FROM line
             WHERE (matching_number IS NOT NULL OR date >= %(date_from)s)
               AND (
                   full_reconcile_id IS NULL
                   OR full_reconcile_id NOT IN (SELECT full_reconcile_id FROM settled)
               )
         UNION ALL
            SELECT MIN(id), customer_id, currency_id, MIN(move_id), MAX(date),
                   date_maturity, SUM(amount_currency), NULL
              FROM line
             WHERE matching_number IS NULL AND date < %(date_from)s
          GROUP BY customer_id, currency_id, date_maturity, amount_currency < 0
            """,
            customers=tuple(customers.ids) or (None,),
            company=company.id,
            date_from=date_from,
        )

    def _read_statement_matches(self, line_ids):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT debit_move_id, credit_move_id, debit_amount_currency,
                       credit_amount_currency, max_date, create_date
                  FROM account_partial_reconcile
                 WHERE debit_move_id = ANY(%(ids)s) OR credit_move_id = ANY(%(ids)s)
                """,
                ids=line_ids,
            )
        )
        return list(map(Match._make, rows))
