# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import SQL


class PaycollectRevenue(models.Model):
    """The parts of the query: money, lines, jobs, deposits, and workers."""

    _inherit = "paycollect.revenue"
    _depends = {
        "account.account": ["account_type"],
        "account.move": [
            "amount_residual_signed",
            "collection_policy_id",
            "commercial_partner_id",
            "move_type",
            "origin_payment_id",
            "reversed_entry_id",
            "state",
            "statement_line_id",
        ],
        "account.move.line": [
            "account_id",
            "balance",
            "company_id",
            "date",
            "display_type",
            "fsm_order_ids",
            "is_downpayment",
            "move_id",
            "parent_state",
            "product_id",
            "sale_line_ids",
        ],
        "account.partial.reconcile": [
            "amount",
            "credit_move_id",
            "debit_move_id",
            "max_date",
        ],
        "account.payment": [
            "amount_company_currency_signed",
            "date",
            "invoice_ids",
            "move_id",
            "state",
        ],
        "fsm.order": ["person_id", "person_ids", "type"],
        "paycollect.hour.block": ["line_id"],
        "paycollect.hour.block.use": ["block_id", "job_id", "kind", "line_id"],
        "paycollect.revenue.share": ["order_id", "percent", "person_id"],
        "res.partner": ["industry_id"],
        "sale.order.line": ["fsm_order_id"],
    }

    def _get_received_query(self, day):
        """Return SQL of ``move_id, total, amount``: the whole invoice with taxes, and
        the money matched with it. Credit notes are negative, money paid back, too.

        A payment without a journal entry is booked with the bank statement. Until then
        it counts up to the open amount.
        """
        return SQL(
            """
            SELECT item.move_id, SUM(item.balance) AS total,
                   SUM(COALESCE(paid.amount, 0) - COALESCE(repaid.amount, 0))
                       + MAX(COALESCE(unbooked.amount, 0)) AS amount
              FROM account_move_line item
              JOIN account_account account ON account.id = item.account_id
              JOIN account_move invoice ON invoice.id = item.move_id
         LEFT JOIN (%(paid)s) paid ON paid.id = item.id
         LEFT JOIN (%(repaid)s) repaid ON repaid.id = item.id
         LEFT JOIN (%(unbooked)s) unbooked ON unbooked.id = item.move_id
             WHERE account.account_type = 'asset_receivable'
               AND item.parent_state = 'posted'
               AND invoice.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
          GROUP BY item.move_id
            """,
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
            SELECT partial.%(side)s AS id, SUM(partial.amount) AS amount
              FROM account_partial_reconcile partial
              JOIN account_move_line counterpart
                ON counterpart.id = partial.%(other)s
              JOIN account_move entry ON entry.id = counterpart.move_id
             WHERE partial.max_date <= %(day)s
               AND (entry.origin_payment_id IS NOT NULL
                    OR entry.statement_line_id IS NOT NULL)
          GROUP BY partial.%(side)s
            """,
            side=SQL.identifier(side),
            other=SQL.identifier(other),
            day=day,
        )

    def _get_lines_query(self, day):
        """Return SQL of the invoice lines, and the share of their invoice that was
        collected; all of it, where nothing is owed."""
        return SQL(
            """
            SELECT line.id, line.move_id, line.date, line.company_id, line.product_id,
                   -line.balance AS net,
                   COALESCE(line.is_downpayment, FALSE) OR drawn.block_id IS NOT NULL
                       AS is_prepaid,
                   drawn.block_id, drawn.job_id,
                   invoice.move_type, invoice.reversed_entry_id,
                   invoice.commercial_partner_id,
                   invoice.collection_policy_id AS policy_id,
                   CASE WHEN COALESCE(received.total, 0) = 0 THEN 1
                        ELSE received.amount / received.total
                   END AS ratio
              FROM account_move_line line
              JOIN account_move invoice ON invoice.id = line.move_id
         LEFT JOIN received ON received.move_id = line.move_id
         LEFT JOIN paycollect_hour_block_use drawn
                ON drawn.line_id = line.id AND drawn.kind = 'job'
             WHERE invoice.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
               AND line.parent_state = 'posted'
               AND line.display_type = 'product'
               AND line.date <= %s
            """,
            day,
        )

    def _get_bills_query(self):
        """Return SQL of ``line_id, order_id, weight``: the jobs that a line bills.

        The job on the line, or else that of its order line. A line of a credit note
        without either credits the jobs of its invoice, by their amounts.
        """
        return SQL(
            """
            WITH own AS (
                SELECT DISTINCT line.id AS line_id,
                       COALESCE(direct.fsm_order_id, sold.fsm_order_id, line.job_id)
                           AS order_id
                  FROM line
             LEFT JOIN %(jobs)s direct ON direct.account_move_line_id = line.id
             LEFT JOIN sale_order_line_invoice_rel link
                       ON link.invoice_line_id = line.id
                      AND direct.fsm_order_id IS NULL
             LEFT JOIN sale_order_line sold ON sold.id = link.order_line_id
                 WHERE COALESCE(direct.fsm_order_id, sold.fsm_order_id, line.job_id)
                       IS NOT NULL
            ), billed AS (
                SELECT line.move_id, own.order_id, SUM(line.net) AS net,
                       SUM(SUM(line.net)) OVER (PARTITION BY line.move_id) AS total
                  FROM own
                  JOIN line ON line.id = own.line_id
                 WHERE NOT line.is_prepaid
              GROUP BY line.move_id, own.order_id
            )
            SELECT line_id, order_id,
                   1.0 / COUNT(*) OVER (PARTITION BY line_id) AS weight
              FROM own
         UNION ALL
            SELECT line.id, billed.order_id, billed.net / billed.total
              FROM line
              JOIN billed ON billed.move_id = line.reversed_entry_id
             WHERE line.move_type = 'out_refund' AND billed.total <> 0
               AND NOT EXISTS (SELECT FROM own WHERE own.line_id = line.id)
            """,
            jobs=SQL.identifier("fsm_order_account_move_line_rel"),
        )

    def _get_deposits_query(self):
        """Return SQL of ``line_id, ratio``: what share was collected of the deposit, or
        of the block, that a line deducts."""
        return SQL(
            """
            SELECT deducted.id AS line_id,
                   SUM(paid.net * paid.ratio) / NULLIF(SUM(paid.net), 0) AS ratio
              FROM line deducted
              JOIN sale_order_line_invoice_rel link
                ON link.invoice_line_id = deducted.id
              JOIN sale_order_line_invoice_rel other
                ON other.order_line_id = link.order_line_id
              JOIN line paid ON paid.id = other.invoice_line_id
             WHERE deducted.is_prepaid AND paid.is_prepaid
               AND deducted.block_id IS NULL
               AND NOT EXISTS (SELECT FROM bill WHERE bill.line_id = paid.id)
               AND EXISTS (SELECT FROM bill WHERE bill.line_id = deducted.id)
          GROUP BY deducted.id
         UNION ALL
            SELECT deducted.id, sale.ratio
              FROM line deducted
              JOIN paycollect_hour_block block ON block.id = deducted.block_id
              JOIN line sale ON sale.id = block.line_id
            """
        )

    def _get_workers_query(self):
        """Return SQL of ``order_id, person_id, share``; a job's add up to 1."""
        field = self.env["fsm.order"]._fields["person_ids"]
        return SQL(
            """
            SELECT order_id, person_id,
                   percent::numeric
                       / SUM(percent::numeric) OVER (PARTITION BY order_id) AS share
              FROM paycollect_revenue_share
         UNION ALL
            SELECT order_id, person_id,
                   1.0 / COUNT(*) OVER (PARTITION BY order_id) AS share
              FROM (
                    SELECT id AS order_id, person_id
                      FROM fsm_order
                     WHERE person_id IS NOT NULL
                     UNION
                    SELECT %(order)s, %(person)s FROM %(table)s
                   ) present
             WHERE NOT EXISTS (
                   SELECT FROM paycollect_revenue_share share
                    WHERE share.order_id = present.order_id
             )
            """,
            table=SQL.identifier(field.relation),
            order=SQL.identifier(field.column1),
            person=SQL.identifier(field.column2),
        )
