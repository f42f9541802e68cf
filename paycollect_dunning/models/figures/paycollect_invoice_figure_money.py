# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import SQL


class PaycollectInvoiceFigure(models.Model):
    """The jobs of an invoice, and what its items were matched with."""

    _inherit = "paycollect.invoice.figure"

    def _get_jobs_query(self):
        return SQL(
            """
            SELECT line.move_id AS id, MAX(job.completed_on) AS completed_on,
                   MAX((job.completed_on AT TIME ZONE 'UTC'
                        AT TIME ZONE company.collection_zone)::date) AS completed_day,
                   MIN(job.type) AS order_type_id
              FROM fsm_order_account_move_line_rel link
              JOIN account_move_line line ON line.id = link.account_move_line_id
              JOIN fsm_order job ON job.id = link.fsm_order_id
              JOIN res_company company ON company.id = line.company_id
          GROUP BY line.move_id
            """
        )

    def _get_money_query(self, day):
        """Return SQL of what was matched with the invoice until D.

        ``by_system`` and ``by_hand``: payments, by who registered them. A charge that
        an employee started counts as a step of its own, not here.
        """
        return SQL(
            """
            SELECT item.move_id AS id, SUM(item.total) AS total,
                   SUM(item.total) - SUM(item.matched) AS residual,
                   ROUND(SUM(item.total) - SUM(item.matched), 6) = 0 AS is_settled,
                   SUM(item.collected) AS collected, SUM(item.within_30) AS within_30,
                   SUM(item.within_7) AS within_7, SUM(item.late) AS late,
                   SUM(item.written_off) AS written_off, MAX(item.paid_on) AS paid_on,
                   SUM(item.by_system) AS by_system, SUM(item.by_hand) AS by_hand
              FROM (
                    SELECT line.move_id, line.id, line.balance AS total,
                           COALESCE(SUM(hit.amount), 0) AS matched,
                           COALESCE(SUM(hit.amount) FILTER (WHERE hit.is_money), 0)
                               AS collected,
                           COALESCE(SUM(hit.amount) FILTER (
                               WHERE hit.is_money
                                 AND hit.day <= invoice.invoice_date + 30
                           ), 0) AS within_30,
                           COALESCE(SUM(hit.amount) FILTER (
                               WHERE hit.is_money AND hit.day <= job.completed_day + 7
                           ), 0) AS within_7,
                           COALESCE(SUM(hit.amount) FILTER (
                               WHERE hit.is_money AND hit.day > line.date_maturity
                           ), 0) AS late,
                           COALESCE(SUM(hit.amount) FILTER (
                               WHERE hit.is_written_off
                           ), 0) AS written_off,
                           MAX(hit.day) FILTER (WHERE hit.is_money) AS paid_on,
                           COUNT(DISTINCT hit.payment_id) FILTER (WHERE hit.is_online)
                               AS by_system,
                           COUNT(DISTINCT COALESCE(hit.payment_id, -hit.entry_id))
                               FILTER (WHERE hit.is_money AND NOT hit.is_online)
                               AS by_hand
                      FROM account_move_line line
                      JOIN account_account account ON account.id = line.account_id
                      JOIN account_move invoice ON invoice.id = line.move_id
                 LEFT JOIN (%(jobs)s) job ON job.id = line.move_id
                 LEFT JOIN (%(hits)s) hit ON hit.line_id = line.id
                     WHERE account.account_type = 'asset_receivable'
                       AND invoice.move_type = 'out_invoice'
                       AND line.parent_state = 'posted'
                  GROUP BY line.move_id, line.id
                   ) item
          GROUP BY item.move_id
            """,
            jobs=self._get_jobs_query(),
            hits=self._get_hits_query(day),
        )

    def _get_hits_query(self, day):
        """Return SQL of what an item was matched with. Money is a payment or a line of
        a bank statement; its day is that of the payment, at least the invoice's."""
        return SQL(
            """
            SELECT partial.debit_move_id AS line_id, partial.amount,
                   partial.max_date AS day, entry.id AS entry_id,
                   payment.id AS payment_id,
                   payment.id IS NOT NULL OR entry.statement_line_id IS NOT NULL
                       AS is_money,
                   payment.payment_transaction_id IS NOT NULL AS is_online,
                   payment.id IS NULL AND entry.statement_line_id IS NULL
                       AND entry.move_type = 'entry'
                       AND EXISTS (
                           SELECT FROM account_move_line other
                             JOIN account_account account
                               ON account.id = other.account_id
                            WHERE other.move_id = entry.id
                              AND account.account_type LIKE 'expense%%'
                              AND entry.journal_id IS DISTINCT FROM
                                  company.currency_exchange_journal_id
                       ) AS is_written_off
              FROM account_partial_reconcile partial
              JOIN account_move_line line ON line.id = partial.credit_move_id
              JOIN account_move entry ON entry.id = line.move_id
              JOIN res_company company ON company.id = partial.company_id
         LEFT JOIN account_payment payment ON payment.id = entry.origin_payment_id
             WHERE partial.max_date <= %s
            """,
            day,
        )
