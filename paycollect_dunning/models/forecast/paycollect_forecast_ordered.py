# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import numpy

from odoo import models
from odoo.tools import SQL

from ...rules.forecast_trial import Ordered
from .paycollect_forecast_books import ORDINAL


class PaycollectForecast(models.Model):
    """What had been ordered before it was invoiced, for the back-test."""

    _inherit = "paycollect.forecast"

    def _read_ordered(self, books):
        """Return :class:`rules.forecast_trial.Ordered` of the items of the books.

        An order is known once it is confirmed, and is planned to be invoiced when its
        work is done: on the day that was last scheduled for the jobs of the invoice, or
        else of the order; without jobs on the delivery date, or at once.
        """
        since, planned = numpy.array(books.book.issued), numpy.array(books.book.issued)
        for move, first, day in self._read_orders_of(list(books.positions)):
            for item in books.positions[move]:
                since[item] = min(first, since[item])
                planned[item] = day
        return Ordered(since, planned)

    def _read_orders_of(self, move_ids):
        """Return (invoice, day of its first order, day it was planned for)."""
        return self.env.execute_query(
            SQL(
                """
                SELECT item.move_id,
                       MIN(sale.date_order::date) - (%(ordinal)s),
                       COALESCE(
                           MAX(own.scheduled_date_end::date),
                           MAX(job.scheduled_date_end::date),
                           MAX(sale.commitment_date::date),
                           MAX(sale.date_order::date)
                       ) - (%(ordinal)s)
                  FROM account_move_line item
                  JOIN sale_order_line_invoice_rel rel
                    ON rel.invoice_line_id = item.id
                  JOIN sale_order_line line ON line.id = rel.order_line_id
                  JOIN sale_order sale ON sale.id = line.order_id
             LEFT JOIN fsm_order_account_move_line_rel link
                    ON link.account_move_line_id = item.id
             LEFT JOIN fsm_order own ON own.id = link.fsm_order_id
             LEFT JOIN fsm_order job ON job.sale_id = sale.id
                 WHERE item.move_id = ANY(%(moves)s)
                   AND line.is_downpayment IS NOT TRUE
                   AND sale.date_order IS NOT NULL
              GROUP BY item.move_id
                """,
                ordinal=ORDINAL,
                moves=move_ids,
            )
        )
