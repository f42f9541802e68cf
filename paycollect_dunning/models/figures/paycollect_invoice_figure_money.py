# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import SQL


class PaycollectInvoiceFigure(models.Model):
    """The jobs of the ``picked`` invoices, and what their items were matched with."""

    _inherit = "paycollect.invoice.figure"

    def _get_jobs_query(self):
        return SQL(
            """
            SELECT line.move_id AS id, MAX(job.completed_on) AS completed_on,
                   MAX((job.completed_on AT TIME ZONE 'UTC'
                        AT TIME ZONE picked.zone)::date) AS completed_day,
                   MIN(job.type) AS order_type_id
              FROM picked
              JOIN account_move_line line ON line.move_id = picked.id
              JOIN fsm_order_account_move_line_rel link
                ON link.account_move_line_id = line.id
              JOIN fsm_order job ON job.id = link.fsm_order_id
          GROUP BY line.move_id
            """
        )

    def _get_money_query(self, day):
        """Return SQL of what was matched with the invoice until D. Its total is what
        credit notes left of it.

        ``by_system`` and ``by_hand``: payments, by who registered them. A charge that
        an employee started counts as a step of its own, not here.
        """
        return SQL(
            """
            WITH item AS (
                SELECT line.id, line.move_id, line.balance, line.date_maturity,
                       picked.invoice_date
                  FROM picked
                  JOIN account_move_line line ON line.move_id = picked.id
                 WHERE line.account_id = ANY(%(accounts)s)
                   AND line.parent_state = 'posted'
            ), part AS (
                SELECT move_id, balance AS total, 0 AS matched, 0 AS collected,
                       0 AS within_30, 0 AS late, 0 AS written_off,
                       NULL::date AS paid_on, 0 AS by_system, 0 AS by_hand
                  FROM item
             UNION ALL
                SELECT item.move_id,
                       CASE WHEN hit.is_credit THEN -hit.amount ELSE 0 END,
                       CASE WHEN hit.is_credit THEN 0 ELSE hit.amount END, hit.money,
                       CASE WHEN hit.day <= item.invoice_date + 30
                            THEN hit.money ELSE 0 END,
                       CASE WHEN hit.day > item.date_maturity
                            THEN hit.money ELSE 0 END,
                       CASE WHEN hit.is_written_off THEN hit.amount ELSE 0 END,
                       CASE WHEN hit.is_money THEN hit.day END,
                       CASE WHEN hit.is_online THEN 1 ELSE 0 END,
                       CASE WHEN hit.is_money AND NOT hit.is_online
                            THEN 1 ELSE 0 END
                  FROM item
                  JOIN (%(hits)s) hit ON hit.line_id = item.id
            )
            SELECT move_id AS id, SUM(total) AS total,
                   SUM(total) - SUM(matched) AS residual,
                   ROUND(SUM(total) - SUM(matched), 6) = 0 AS is_settled,
                   SUM(collected) AS collected, SUM(within_30) AS within_30,
                   SUM(late) AS late,
                   SUM(written_off) AS written_off, MAX(paid_on) AS paid_on,
                   SUM(by_system) AS by_system, SUM(by_hand) AS by_hand
              FROM part
          GROUP BY move_id
            """,
            accounts=self._get_receivable_ids(),
            hits=self._get_hits_query(day),
        )

    def _get_soon_query(self, day):
        """Return SQL of the money that came within 7 days of the job's completion."""
        return SQL(
            """
            SELECT line.move_id AS id, SUM(hit.money) AS amount
              FROM (%(jobs)s) job
              JOIN account_move_line line ON line.move_id = job.id
              JOIN (%(hits)s) hit ON hit.line_id = line.id
             WHERE line.account_id = ANY(%(accounts)s)
               AND line.parent_state = 'posted'
               AND hit.day <= job.completed_day + 7
          GROUP BY line.move_id
            """,
            accounts=self._get_receivable_ids(),
            jobs=self._get_jobs_query(),
            hits=self._get_hits_query(day),
        )

    def _get_hits_query(self, day):
        """Return SQL of what an item was matched with. Money is a payment or a line of
        a bank statement; its day is that of the payment, at least the invoice's."""
        return SQL(
            """
            SELECT partial.debit_move_id AS line_id, partial.amount,
                   partial.max_date AS day, kind.is_money,
                   CASE WHEN kind.is_money THEN partial.amount ELSE 0 END AS money,
                   payment.payment_transaction_id IS NOT NULL AS is_online,
                   NOT kind.is_money AND EXISTS (
                       SELECT FROM account_move note
                        WHERE note.id = line.move_id AND note.move_type = 'out_refund'
                   ) AS is_credit,
                   NOT kind.is_money AND EXISTS (
                       SELECT FROM account_move entry
                         JOIN res_company company ON company.id = partial.company_id
                         JOIN account_move_line other ON other.move_id = entry.id
                         JOIN account_account account ON account.id = other.account_id
                        WHERE entry.id = line.move_id
                          AND entry.move_type = 'entry'
                          AND account.account_type LIKE 'expense%%'
                          AND entry.journal_id IS DISTINCT FROM
                              company.currency_exchange_journal_id
                   ) AS is_written_off
              FROM account_partial_reconcile partial
              JOIN account_move_line line ON line.id = partial.credit_move_id
         LEFT JOIN account_payment payment ON payment.id = line.payment_id
        CROSS JOIN LATERAL (
                       SELECT line.payment_id IS NOT NULL
                           OR line.statement_line_id IS NOT NULL AS is_money
                   ) kind
             WHERE partial.max_date <= %s
            """,
            day,
        )
