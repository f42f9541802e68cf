# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import SQL

from ...rules.statement import Item, Match

ITEM_FIELDS = (
    "account_id",
    "amount_currency",
    "company_id",
    "currency_id",
    "date",
    "date_maturity",
    "matching_number",
    "move_id",
    "parent_state",
    "partner_id",
)


class AccountMoveLine(models.Model):
    """What a statement of account is made of."""

    _inherit = "account.move.line"

    def _read_statement_facts(self, customers, company):
        """Return the customers' receivable items and their matches, of any date.

        Two queries, regardless of the number of customers and documents.

        :param customers: commercial partners; their contacts' items are included
        :return: lists of ``rules.statement`` ``Item`` and ``Match``; blocks are
            (id of the customer, id of the currency)
        """
        self.flush_model(ITEM_FIELDS)
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.env["account.partial.reconcile"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, partner.commercial_partner_id, line.currency_id,
                       line.move_id, line.date, line.date_maturity,
                       line.amount_currency, line.matching_number
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE partner.commercial_partner_id IN %s
                   AND line.company_id = %s
                   AND account.account_type = 'asset_receivable'
                   AND line.parent_state = 'posted'
                   AND line.amount_currency <> 0
                """,
                tuple(customers.ids) or (None,),
                company.id,
            )
        )
        items = [
            Item(line_id, (customer_id, currency_id), *facts)
            for line_id, customer_id, currency_id, *facts in rows
        ]
        return items, self._read_statement_matches([item.id for item in items])

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
