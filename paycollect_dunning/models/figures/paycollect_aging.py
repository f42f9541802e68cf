# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.paycollect_fsm.models.company.moments import format_day
from odoo.addons.paycollect_fsm.models.revenue.paycollect_revenue import AS_OF

from ...rules import figures
from .paycollect_ledger import LEDGER_FIELDS


class PaycollectAging(models.Model):
    """What was open at the end of a day D, by days past due; one row an item.

    D is the day in the context, or the company's today. The rows add up to the
    receivable accounts at D.
    """

    _name = "paycollect.aging"
    _inherit = "paycollect.kept.mixin"
    _description = "Aging"
    _auto = False
    _order = "date_maturity, id"
    _rec_name = "move_id"
    _depends = LEDGER_FIELDS

    move_id = fields.Many2one("account.move", string="Document", readonly=True)
    line_id = fields.Many2one("account.move.line", string="Item", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    as_of = fields.Date(
        readonly=True,
        help="What was matched or posted after this day doesn't count.",
    )
    date = fields.Date(readonly=True)
    date_maturity = fields.Date(string="Due Date", readonly=True)
    days_past_due = fields.Integer(readonly=True, aggregator="max")
    bucket = fields.Selection(
        [
            (figures.NOT_DUE, "Not due"),
            (figures.DAYS_30, "1–30 days"),
            (figures.DAYS_60, "31–60 days"),
            (figures.DAYS_90, "61–90 days"),
            (figures.OLDER, "Over 90 days"),
            (figures.NO_DUE_DATE, "No due date"),
            (figures.CREDIT, "Unapplied credit"),
        ],
        string="Past Due",
        readonly=True,
    )
    residual = fields.Monetary(
        string="Open Amount", readonly=True, help="In the company's currency."
    )

    def action_open_document(self):
        """Button: open the invoice, payment or entry."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }

    @api.model
    def _show(self, day):
        """Return the action that shows the aging at the end of a day."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_dunning.action_paycollect_aging"
        )
        name = self.env._("Aging on %(day)s", day=format_day(self.env, day))
        return action | {
            "name": name,
            "display_name": name,
            "context": {AS_OF: fields.Date.to_string(day)},
        }

    @api.model
    def _read_group_orderby(self, order, groupby_terms, query):
        """Show the buckets by age, not by the alphabet."""
        bucket = groupby_terms.get("bucket")
        if bucket is None:
            return super()._read_group_orderby(order, groupby_terms, query)
        groupby_terms["bucket"] = SQL(
            "ARRAY_POSITION(%s::varchar[], %s::varchar)", list(figures.BUCKETS), bucket
        )
        ordered = super()._read_group_orderby(order, groupby_terms, query)
        groupby_terms["bucket"] = bucket
        return ordered

    @api.model
    def _get_rows_query(self, now):
        return self._get_aging_query(self.env["paycollect.ledger"]._get_days(now))

    @api.model
    def _get_aging_query(self, days):
        """:param days: ``{company: D}``"""
        ledger = self.env["paycollect.ledger"]
        return SQL(
            """
            SELECT item.id, item.id AS line_id, item.move_id, item.account_id,
                   partner.commercial_partner_id AS partner_id, item.company_id,
                   company.currency_id, item.day AS as_of, item.date,
                   item.date_maturity, item.residual,
                   GREATEST(item.day - item.date_maturity, 0) AS days_past_due,
                   CASE WHEN item.residual < 0 THEN %(credit)s
                        WHEN item.date_maturity IS NULL THEN %(no_due_date)s
                        %(buckets)s
                        ELSE %(older)s
                   END AS bucket
              FROM (%(items)s) item
              JOIN res_company company ON company.id = item.company_id
         LEFT JOIN res_partner partner ON partner.id = item.partner_id
            """,
            items=ledger._get_open_query(ledger._get_day_table(days.items())),
            credit=figures.CREDIT,
            no_due_date=figures.NO_DUE_DATE,
            older=figures.OLDER,
            buckets=SQL(" ").join(
                SQL("WHEN item.day - item.date_maturity <= %s THEN %s", last, bucket)
                for bucket, last in figures.LIMITS
            ),
        )
