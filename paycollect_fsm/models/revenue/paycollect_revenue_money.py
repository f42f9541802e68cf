# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import SQL


class PaycollectRevenue(models.Model):
    """What was received for the ``picked`` documents."""

    _inherit = "paycollect.revenue"

    def _get_received_query(self, day):
        """Return SQL of ``move_id, total, amount``: the whole invoice with taxes, and
        the money matched with it. Credit notes are negative, money paid back, too.

        A payment without a journal entry is booked with the bank statement. Until then
        it counts up to the open amount.
        """
        return SQL(
            """
            WITH item AS (
                SELECT line.id, line.move_id, line.balance
                  FROM picked
                  JOIN account_move_line line ON line.move_id = picked.id
                 WHERE line.account_id = ANY(%(accounts)s)
                   AND line.parent_state = 'posted'
            ), part AS (
                SELECT move_id, balance AS total, 0 AS amount FROM item
             UNION ALL
                SELECT item.move_id, 0, paid.amount
                  FROM item JOIN (%(paid)s) paid ON paid.id = item.id
             UNION ALL
                SELECT item.move_id, 0, -repaid.amount
                  FROM item JOIN (%(repaid)s) repaid ON repaid.id = item.id
             UNION ALL
                SELECT unbooked.id, 0, unbooked.amount FROM (%(unbooked)s) unbooked
            )
            SELECT move_id, SUM(total) AS total, SUM(amount) AS amount
              FROM part
          GROUP BY move_id
            """,
            accounts=self._get_receivable_ids(),
            paid=self._get_money_query("debit_move_id", "credit_move_id", day),
            repaid=self._get_money_query("credit_move_id", "debit_move_id", day),
            unbooked=SQL(
                """
                SELECT link.invoice_id AS id,
                       LEAST(
                           SUM(payment.amount_company_currency_signed),
                           MAX(GREATEST(invoice.amount_residual_signed, 0))
                       ) AS amount
                  FROM account_move__account_payment link
                  JOIN account_payment payment ON payment.id = link.payment_id
                  JOIN account_move invoice ON invoice.id = link.invoice_id
                  JOIN picked ON picked.id = link.invoice_id
                 WHERE payment.move_id IS NULL AND payment.date <= %s
                   AND payment.state IN ('in_process', 'paid')
                   AND invoice.move_type <> 'out_refund'
              GROUP BY link.invoice_id
                """,
                day,
            ),
        )

    def _get_money_query(self, side, other, day):
        return SQL(
            """
            SELECT partial.%(side)s AS id, partial.amount
              FROM account_partial_reconcile partial
              JOIN account_move_line counterpart
                ON counterpart.id = partial.%(other)s
             WHERE partial.max_date <= %(day)s
               AND (counterpart.payment_id IS NOT NULL
                    OR counterpart.statement_line_id IS NOT NULL)
            """,
            side=SQL.identifier(side),
            other=SQL.identifier(other),
            day=day,
        )
