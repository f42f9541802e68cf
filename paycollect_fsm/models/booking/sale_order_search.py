# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from ...rules.readiness import BookingFacts

MARGIN = timedelta(days=1)  # time zones
FACTS = (
    "expiries",
    "hold_reason",
    "rounding",
    "paid",
    "amount",
    "po_given",
    "mode",
    "requirement",
    "deposit_percent",
    "po_required",
)


class SaleOrder(models.Model):
    """Facts for thousands of orders in a few queries."""

    _inherit = "sale.order"

    def _read_booking_facts(self, today):
        alike = defaultdict(list)
        for order_id, days, *values in self._read_facts_rows(today):
            alike[days, *values].append(order_id)
        for ((first, last), *values), order_ids in alike.items():
            facts = BookingFacts(
                job_date=first, **dict(zip(FACTS, values, strict=True))
            )
            latest = facts if first == last else replace(facts, job_date=last)
            yield order_ids, facts, latest

    def _read_facts_rows(self, today):
        """Yield (id, (first day, last day), values of ``FACTS``)."""
        paid = self._read_collected_amounts()
        planned = self._read_planned_days(today)
        held, expiries = {}, {}
        for company, customers in self._read_customers():
            holds = customers._get_hold_reasons(company, today)
            held[company.id] = {
                customer.id: " ".join(reasons.values())
                for customer, reasons in holds.items()
            }
            expiries[company.id] = self.env["payment.token"]._read_expiries(company)
        currencies = self.env["res.currency"].with_context(active_test=False).search([])
        rounding = {currency.id: currency.rounding or 0.01 for currency in currencies}
        for row in self.env.execute_query(self._get_facts_query()):
            order_id, company_id, customer_id, archived, *values = row
            currency_id, commitment, *values = values
            hold = held[company_id][customer_id] or ("archived" if archived else "")
            collected = paid.get(order_id, 0.0)
            if collected is None:
                continue
            if commitment:
                days = (self._get_local_day(commitment),) * 2
            else:
                days = planned.get(order_id, (today, today))
            yield (
                order_id,
                days,
                expiries[company_id].get(customer_id, ()),
                hold,
                rounding[currency_id],
                collected,
                *values,
            )

    def _read_customers(self):
        """Yield each company of these orders with its commercial customers."""
        for company_id, customer_ids in self.env.execute_query(
            SQL(
                """
                SELECT sale.company_id, ARRAY_AGG(DISTINCT payer.commercial_partner_id)
                  FROM sale_order sale
                  JOIN res_partner payer
                    ON payer.id = COALESCE(sale.partner_invoice_id, sale.partner_id)
                 WHERE sale.id = ANY(%s::int[])
                 GROUP BY sale.company_id
                """,
                self._get_id_array(),
            )
        ):
            company = self.env["res.company"].browse(company_id)
            customers = self.env["res.partner"].browse(customer_ids)
            # without this, all fields of each customer are read
            customers.with_company(company).fetch(
                ["active", "commercial_partner_id", "collection_hold_reason"]
            )
            yield company, customers

    def _get_facts_query(self):
        return SQL(
            """
            SELECT sale.id, sale.company_id, payer.commercial_partner_id,
                   payer.active IS NOT TRUE,
                   sale.currency_id, sale.commitment_date, sale.amount_total,
                   TRIM(COALESCE(sale.client_order_ref, '')) != '',
                   COALESCE(policy.collection_mode, ''),
                   COALESCE(policy.method_requirement, 'none'),
                   COALESCE(sale.collection_deposit_percent, 0),
                   COALESCE(policy.require_po, FALSE)
                       OR COALESCE(payer.collection_require_po, FALSE)
                       OR COALESCE(customer.collection_require_po, FALSE)
              FROM sale_order sale
              JOIN res_partner payer
                ON payer.id = COALESCE(sale.partner_invoice_id, sale.partner_id)
              JOIN res_partner customer ON customer.id = payer.commercial_partner_id
              LEFT JOIN paycollect_policy policy
                ON policy.id = sale.collection_policy_id
             WHERE sale.id = ANY(%s::int[])
            """,
            self._get_id_array(),
        )

    def _read_planned_days(self, today):
        """Return the first and last promised day of goods, ``{id: (day, day)}``.

        Odoo picks one of the lines' dates, by rules that other modules may change.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.order_id,
                       CASE WHEN sale.state = 'sale' THEN sale.date_order END,
                       MIN(COALESCE(line.customer_lead, 0)),
                       MAX(COALESCE(line.customer_lead, 0))
                  FROM sale_order_line line
                  JOIN sale_order sale ON sale.id = line.order_id
                  JOIN product_product product ON product.id = line.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                 WHERE template.type = 'consu' AND line.display_type IS NULL
                   AND sale.commitment_date IS NULL AND sale.id = ANY(%s::int[])
                 GROUP BY line.order_id, sale.state, sale.date_order
                """,
                self._get_id_array(),
            )
        )
        return {
            order_id: (
                (date.date() if date else today) + timedelta(days=shortest) - MARGIN,
                (date.date() if date else today) + timedelta(days=longest) + MARGIN,
            )
            for order_id, date, shortest, longest in rows
        }

    def _read_collected_amounts(self):
        """Return what :meth:`_get_collected_amount` does, as ``{id: amount}``.

        None if online payments and invoices must be compared one by one.
        """
        online = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT link.sale_order_id, SUM(payment.amount)
                      FROM sale_order_transaction_rel link
                      JOIN payment_transaction payment
                        ON payment.id = link.transaction_id
                     WHERE payment.state IN ('authorized', 'done')
                       AND link.sale_order_id = ANY(%s::int[])
                     GROUP BY link.sale_order_id
                    """,
                    self._get_id_array(),
                )
            )
        )
        online = {order_id: float(amount) for order_id, amount in online.items()}
        collected = defaultdict(float)
        currencies = {}
        for (
            order_id,
            currency_id,
            kind,
            total,
            residual,
            own,
            lines,
        ) in self.env.execute_query(self._get_invoiced_query()):
            part = float(total - residual)
            if lines:
                part *= float(own or 0) / float(lines)
            collected[order_id] += part if kind == "out_invoice" else -part
            currencies[order_id] = self.env["res.currency"].browse(currency_id)
        for order_id, currency in currencies.items():
            collected[order_id] = currency.round(collected[order_id])
            if collected[order_id] and online.get(order_id):
                collected[order_id] = None
        return {**online, **{key: paid for key, paid in collected.items() if paid != 0}}

    def _get_invoiced_query(self):
        return SQL(
            """
            WITH line AS (
                SELECT DISTINCT ordered.order_id, line.id, line.move_id,
                       line.price_total
                  FROM sale_order_line ordered
                  JOIN sale_order_line_invoice_rel link
                    ON link.order_line_id = ordered.id
                  JOIN account_move_line line ON line.id = link.invoice_line_id
                 WHERE ordered.order_id = ANY(%s::int[])
            ), own AS (
                SELECT order_id, move_id, SUM(price_total) AS price_total
                  FROM line GROUP BY order_id, move_id
            )
            SELECT own.order_id, sale.currency_id, move.move_type, move.amount_total,
                   move.amount_residual, own.price_total, (
                       SELECT SUM(price_total) FROM account_move_line
                        WHERE move_id = move.id AND display_type IN %s
                   )
              FROM own
              JOIN sale_order sale ON sale.id = own.order_id
              JOIN account_move move ON move.id = own.move_id
             WHERE move.state = 'posted' AND move.amount_total != 0
            """,
            self._get_id_array(),
            ("product", "line_section", "line_subsection", "line_note"),
        )
