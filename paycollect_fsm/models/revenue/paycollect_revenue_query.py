# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import SQL


class PaycollectRevenue(models.Model):
    """The parts of the query: documents, lines, jobs, deposits, and workers."""

    _inherit = "paycollect.revenue"
    _depends = {
        "account.account": ["account_type"],
        "account.move": [
            "amount_residual_signed",
            "collection_policy_id",
            "commercial_partner_id",
            "date",
            "move_type",
            "reversed_entry_id",
            "state",
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
            "payment_id",
            "product_id",
            "sale_line_ids",
            "statement_line_id",
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

    def _get_picked_query(self, day):
        """Return SQL of the documents until D: all of them, or those from the first day
        that is asked for, with the invoices that they credit, the deposits that they
        deduct, and the sales of the blocks that they draw from."""
        first = self._get_first_required_day("date")
        return SQL(
            """
            WITH asked AS NOT MATERIALIZED (
                SELECT id, move_type, reversed_entry_id, commercial_partner_id,
                       collection_policy_id
                  FROM account_move
                 WHERE move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                   AND state = 'posted' AND date <= %(day)s %(from_first)s
            )
            SELECT * FROM asked %(earlier)s
            """,
            day=day,
            from_first=SQL("AND date >= %s", first) if first else SQL(),
            earlier=self._get_earlier_sql(first) if first else SQL(),
        )

    def _get_earlier_sql(self, first):
        return SQL(
            """
         UNION ALL
            SELECT id, move_type, reversed_entry_id, commercial_partner_id,
                   collection_policy_id
              FROM account_move
             WHERE move_type IN ('out_invoice', 'out_refund', 'out_receipt')
               AND state = 'posted' AND date < %(first)s
               AND id IN (
                   SELECT reversed_entry_id FROM asked
                    UNION
                   SELECT paid.move_id
                     FROM asked
                     JOIN account_move_line line ON line.move_id = asked.id
                     JOIN sale_order_line_invoice_rel link
                       ON link.invoice_line_id = line.id
                     JOIN sale_order_line_invoice_rel other
                       ON other.order_line_id = link.order_line_id
                     JOIN account_move_line paid ON paid.id = other.invoice_line_id
                    WHERE line.is_downpayment
                    UNION
                   SELECT sale.move_id
                     FROM paycollect_hour_block block
                     JOIN account_move_line sale ON sale.id = block.line_id
             )
            """,
            first=first,
        )

    def _get_lines_query(self):
        """Return SQL of the invoice lines, and the share of their invoice that was
        collected; all of it, where nothing is owed."""
        return SQL(
            """
            SELECT line.id, line.move_id, line.date, line.company_id, line.product_id,
                   -line.balance AS net,
                   COALESCE(line.is_downpayment, FALSE) OR drawn.block_id IS NOT NULL
                       AS is_prepaid,
                   drawn.block_id, drawn.job_id,
                   picked.move_type, picked.reversed_entry_id,
                   picked.commercial_partner_id,
                   picked.collection_policy_id AS policy_id,
                   CASE WHEN COALESCE(received.total, 0) = 0 THEN 1
                        ELSE received.amount / received.total
                   END AS ratio
              FROM picked
              JOIN account_move_line line ON line.move_id = picked.id
         LEFT JOIN received ON received.move_id = line.move_id
         LEFT JOIN paycollect_hour_block_use drawn
                ON drawn.line_id = line.id AND drawn.kind = 'job'
             WHERE line.parent_state = 'posted' AND line.display_type = 'product'
            """
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
