# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

# The day D in the context, YYYY-MM-DD: what was booked or matched later doesn't count
AS_OF = "collection_as_of"


class PaycollectRevenue(models.Model):
    """What jobs earned, by technician: invoiced and collected, side by side.

    One row for each invoice line, the job that it bills, and a worker of the job. In
    the company's currency, before taxes, credit notes negative.

    Collected is the money matched with the invoice at D, spread over its lines by
    amount. A deposit counts once: its own invoice bills no job, and the line that
    deducts it from a job's invoice adds nothing invoiced, but the money of the deposit
    instead of the money of that part of the invoice. So does a prepaid block.
    """

    _name = "paycollect.revenue"
    _inherit = "paycollect.report.mixin"
    _description = "Revenue by Job"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "move_id"

    date = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    order_id = fields.Many2one("fsm.order", string="Job", readonly=True)
    order_type_id = fields.Many2one(
        "fsm.order.type", string="Service Type", readonly=True
    )
    person_id = fields.Many2one("fsm.person", string="Technician", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    industry_id = fields.Many2one(
        "res.partner.industry", string="Customer Segment", readonly=True
    )
    policy_id = fields.Many2one(
        "paycollect.policy", string="Collection Policy", readonly=True
    )
    share_percent = fields.Float(
        string="Share (%)", readonly=True, aggregator=None, help="Of the line."
    )
    amount_invoiced = fields.Monetary(
        string="Invoiced",
        readonly=True,
        help="Before taxes, net of credit notes and deposits.",
    )
    amount_collected = fields.Monetary(
        string="Collected",
        readonly=True,
        help="The part of it that money was matched with: the same share as of the "
        "whole invoice.",
    )

    def action_open_invoice(self):
        """Button: open the invoice."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }

    @property
    def _table_query(self):
        today = self.env.company._get_today()
        day = fields.Date.to_date(self.env.context.get(AS_OF)) or today
        return self._get_revenue_query(day)

    @api.model
    def _get_revenue_query(self, day):
        """:param day: D; a line counts on its invoice's accounting date"""
        return SQL(
            """
            WITH picked AS NOT MATERIALIZED (%(picked)s),
            received AS (%(received)s),
            line AS (%(lines)s),
            bill AS (%(bills)s),
            deposit AS (%(deposits)s),
            worker AS (%(workers)s),
            earned AS (
                SELECT line.id, line.is_prepaid,
                       CASE WHEN line.is_prepaid THEN 0 ELSE line.net END AS invoiced,
                       CASE WHEN line.is_prepaid
                            THEN line.net * (line.ratio - COALESCE(deposit.ratio, 0))
                            ELSE line.net * line.ratio
                       END AS collected
                  FROM line
             LEFT JOIN deposit ON deposit.line_id = line.id
            )
            SELECT (bill.line_id::bigint * 1000 + ROW_NUMBER() OVER (
                       PARTITION BY bill.line_id
                           ORDER BY bill.order_id, worker.person_id
                   )) AS id,
                   line.date, line.company_id, company.currency_id, line.move_id,
                   bill.order_id, job.type AS order_type_id, worker.person_id,
                   line.product_id, line.commercial_partner_id AS partner_id,
                   customer.industry_id, line.policy_id,
                   bill.weight * COALESCE(worker.share, 1) * 100 AS share_percent,
                   earned.invoiced * bill.weight * COALESCE(worker.share, 1)
                       AS amount_invoiced,
                   earned.collected * bill.weight * COALESCE(worker.share, 1)
                       AS amount_collected
              FROM bill
              JOIN line ON line.id = bill.line_id
              JOIN earned ON earned.id = bill.line_id
              JOIN fsm_order job ON job.id = bill.order_id
              JOIN res_company company ON company.id = line.company_id
         LEFT JOIN res_partner customer ON customer.id = line.commercial_partner_id
         LEFT JOIN worker ON worker.order_id = bill.order_id
             WHERE NOT earned.is_prepaid OR ROUND(earned.collected, 6) <> 0
            """,
            picked=self._get_picked_query(day),
            received=self._get_received_query(day),
            lines=self._get_lines_query(),
            bills=self._get_bills_query(),
            deposits=self._get_deposits_query(),
            workers=self._get_workers_query(),
        )
