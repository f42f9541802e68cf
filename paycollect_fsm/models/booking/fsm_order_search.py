# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict
from dataclasses import replace

from odoo import models
from odoo.tools import SQL


class FsmOrder(models.Model):
    """Facts for thousands of jobs in a few queries, from their sales orders."""

    _inherit = "fsm.order"

    def _read_booking_facts(self, today):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT job.id, COALESCE(line.order_id, job.sale_id),
                       job.scheduled_date_start,
                       TRIM(COALESCE(job.collection_po_number, '')) != ''
                  FROM fsm_order job
                  LEFT JOIN sale_order_line line ON line.id = job.sale_line_id
                 WHERE job.id = ANY(%s::int[])
                   AND COALESCE(line.order_id, job.sale_id) IS NOT NULL
                """,
                self._get_id_array(),
            )
        )
        orders = self.env["sale.order"].browse({order_id for _, order_id, _, _ in rows})
        known = {
            order_id: (earliest, latest)
            for order_ids, earliest, latest in orders._read_booking_facts(today)
            for order_id in order_ids
        }
        alike = defaultdict(list)
        for job_id, order_id, start, po_given in rows:
            if order_id in known:
                day = self._get_local_day(start) if start else None
                alike[known[order_id], day, po_given].append(job_id)
        for (days, day, po_given), job_ids in alike.items():
            yield job_ids, *(self._replace_job(facts, day, po_given) for facts in days)

    def _replace_job(self, facts, day, po_given):
        """Return the order's facts adapted to its job."""
        return replace(
            facts, job_date=day or facts.job_date, po_given=facts.po_given or po_given
        )
