# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import SQL

from ...rules.forecast import FORGOTTEN, Coming
from ...rules.payment_curve import get_segment
from .paycollect_forecast_books import ORDINAL

FLUSHED = {
    "sale.order": None,
    "sale.order.line": ["invoice_lines", "order_id"],
    "account.move": None,
    "account.move.line": ["price_total", "move_id"],
    "fsm.order": ["sale_id", "sale_line_id", "scheduled_date_end", "stage_id"],
    "fsm.stage": ["is_closed"],
    "account.payment.term.line": ["nb_days", "payment_id"],
    "res.partner": ["commercial_partner_id"],
}


class PaycollectForecast(models.Model):
    """What will be invoiced: draft invoices, orders less what is invoiced of them, and
    what technicians added to jobs."""

    _inherit = "paycollect.forecast"

    def _read_orders(self, books):
        """Return list of :class:`rules.forecast.Coming`; notes their documents."""
        for name, names in FLUSHED.items():
            self.env[name].flush_model(names)
        today = self.day.toordinal()
        said = self._get_order_plans()
        rows = [
            *self._read_drafts(),
            *self._read_sale_orders(),
            *self._get_extras(),
        ]
        orders = []
        for move, order, partner, day, term, amount in rows:
            if day < today - FORGOTTEN or amount < 0.005:
                continue
            key = len(orders)
            books.documents[key] = (move, order, partner)
            orders.append(
                Coming(
                    key=key,
                    customer=books.get_customer(partner),
                    segment=get_segment(0, term or 0),
                    day=max(day, today),
                    amount=amount,
                    said=tuple(said.pop(order, ())) if order else (),
                    term=term or 0,
                )
            )
        return orders

    def _read_drafts(self):
        """Return (invoice, no order, customer, day, days of its term, amount)."""
        return self.env.execute_query(
            SQL(
                """
                SELECT move.id, NULL::int, move.commercial_partner_id,
                       COALESCE(move.invoice_date, move.date) - (%(ordinal)s),
                       term.days, move.amount_total_signed::float8
                  FROM account_move move
             LEFT JOIN (%(terms)s) term ON term.id = move.invoice_payment_term_id
                 WHERE move.company_id = %(company)s
                   AND move.state = 'draft'
                   AND move.move_type IN ('out_invoice', 'out_receipt')
                   AND move.amount_total_signed > 0
                   AND move.commercial_partner_id IS NOT NULL
                """,
                ordinal=ORDINAL,
                terms=self._get_terms(),
                company=self.company_id.id,
            )
        )

    def _read_sale_orders(self):
        """Return (no invoice, order, customer, day, days of its term, what isn't
        invoiced yet).

        Drafts count as invoiced: they are rows of their own. The day is the last open
        job's, else the delivery date; finished work is invoiced at once, and what the
        jobs left undone isn't expected.
        """
        return self.env.execute_query(
            SQL(
                """
                SELECT NULL::int, sale.id, customer.commercial_partner_id,
                       COALESCE(
                           job.day,
                           CASE WHEN job.count > 0 THEN %(day)s END,
                           sale.commitment_date::date,
                           sale.date_order::date
                       ) - (%(ordinal)s),
                       term.days,
                       ((sale.amount_total - COALESCE(invoiced.amount, 0))
                           / COALESCE(NULLIF(sale.currency_rate, 0), 1))::float8
                  FROM sale_order sale
                  JOIN res_partner customer ON customer.id = sale.partner_invoice_id
             LEFT JOIN (%(terms)s) term ON term.id = sale.payment_term_id
             LEFT JOIN LATERAL (
                       SELECT SUM(item.price_total) AS amount
                         FROM account_move_line item
                         JOIN account_move move ON move.id = item.move_id
                        WHERE move.move_type = 'out_invoice'
                          AND move.state != 'cancel'
                          AND item.id IN (
                              SELECT rel.invoice_line_id
                                FROM sale_order_line_invoice_rel rel
                                JOIN sale_order_line line
                                  ON line.id = rel.order_line_id
                               WHERE line.order_id = sale.id)
                   ) invoiced ON TRUE
             LEFT JOIN LATERAL (
                       SELECT MAX(fsm.scheduled_date_end::date) FILTER (
                                  WHERE stage.is_closed IS NOT TRUE) AS day,
                              COUNT(*) AS count,
                              BOOL_AND(stage.is_closed IS TRUE) AS is_over
                         FROM fsm_order fsm
                         JOIN fsm_stage stage ON stage.id = fsm.stage_id
                        WHERE fsm.sale_id = sale.id
                           OR fsm.sale_line_id IN (
                              SELECT id FROM sale_order_line
                               WHERE order_id = sale.id)
                   ) job ON TRUE
                 WHERE sale.company_id = %(company)s
                   AND sale.state = 'sale'
                   AND (sale.invoice_status = 'to invoice' OR (
                       sale.invoice_status = 'no' AND job.is_over IS NOT TRUE))
                   AND sale.amount_total > COALESCE(invoiced.amount, 0)
                """,
                ordinal=ORDINAL,
                day=self.day,
                terms=self._get_terms(),
                company=self.company_id.id,
            )
        )

    def _get_terms(self):
        """Return SQL of a table ``id, days``: the last due date of payment terms."""
        return SQL(
            "SELECT payment_id AS id, MAX(nb_days) AS days "
            "FROM account_payment_term_line GROUP BY payment_id"
        )

    def _get_extras(self):
        """Return the same of what technicians added and nobody has invoiced yet."""
        lines = self.env["fsm.order.collection.line"].search(
            [
                ("order_id.company_id", "=", self.company_id.id),
                ("order_id.stage_id.is_closed", "=", False),
                ("invoice_line_id", "=", False),
                ("sale_line_id", "=", False),
            ]
        )
        rows = []
        for job, extras in lines.grouped("order_id").items():
            payer = job._get_payer()
            amount = extras.currency_id[:1]._convert(
                sum(extras.mapped("price_total")),
                self.company_id.currency_id,
                self.company_id,
                self.day,
            )
            day = (job.scheduled_date_end or job.create_date).date().toordinal()
            customer = payer.commercial_partner_id.id
            order = job._get_sale_order().id or None
            rows.append((None, order, customer, day, 0, amount))
        return rows

    def _get_order_plans(self):
        """Return ``{order ID: [(day, amount)]}`` of payment plans in force whose order
        isn't invoiced yet; parts without a date wait for the invoice."""
        plans = self.env["paycollect.installment.plan"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("order_id", "!=", False),
                ("move_id", "=", False),
                ("accepted_at", "!=", False),
                ("declined_at", "=", False),
                ("canceled_at", "=", False),
            ]
        )
        return {
            plan.order_id.id: [
                (
                    part.date.toordinal(),
                    self._to_company_currency(part.amount, plan.currency_id),
                )
                for part in plan.part_ids
                if part.date
            ]
            for plan in plans
        }

    def _to_company_currency(self, amount, currency):
        """Return an amount in the company's currency on the forecast's day."""
        company = self.company_id
        return currency._convert(amount, company.currency_id, company, self.day)
