# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.paycollect_fsm.models.revenue.paycollect_revenue import AS_OF

AVERAGE = {"readonly": True, "aggregator": "avg", "digits": (16, 1)}


class PaycollectInvoiceFigure(models.Model):
    """How each invoice was collected, one row an invoice; as of a day D.

    Money is what was matched until D, in the company's currency. Shares and times of a
    group are computed from its invoices, not from the means of groups.
    """

    _name = "paycollect.invoice.figure"
    _inherit = ["paycollect.measure.mixin", "paycollect.kept.mixin"]
    _description = "Collection of Invoices"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "move_id"

    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    date = fields.Date(string="Invoice Date", readonly=True)
    as_of = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    policy_id = fields.Many2one(
        "paycollect.policy", string="Collection Policy", readonly=True
    )
    order_type_id = fields.Many2one(
        "fsm.order.type", string="Kind of Job", readonly=True
    )
    completed_on = fields.Datetime(string="Job Completed On", readonly=True)
    completed_day = fields.Date(string="Completion Date", readonly=True)
    paid_on = fields.Date(
        readonly=True, help="When nothing was open any more, and money was received."
    )
    is_paid = fields.Boolean(string="Paid", readonly=True)
    amount = fields.Monetary(
        string="Invoiced", readonly=True, help="Less what credit notes took from it."
    )
    amount_jobs = fields.Monetary(string="Invoiced for Jobs", readonly=True)
    amount_collected = fields.Monetary(string="Collected", readonly=True)
    amount_7 = fields.Monetary(
        string="Collected in 7 Days",
        readonly=True,
        help="Within 7 days of the job's completion.",
    )
    amount_30 = fields.Monetary(
        string="Collected in 30 Days",
        readonly=True,
        help="Within 30 days of the invoice date.",
    )
    amount_late = fields.Monetary(
        string="Collected Late", readonly=True, help="After the due date."
    )
    amount_lost = fields.Monetary(
        string="Bad Debt",
        readonly=True,
        help="Written off, or still open and handed over to an agency.",
    )
    collection_rate = fields.Float(
        string="Collected in 30 Days (%)",
        **AVERAGE,
        help="Collected within 30 days of the invoice date ÷ invoiced × 100. Months "
        "that ended less than 30 days ago aren't final.",
    )
    paid_7_rate = fields.Float(
        string="Paid within 7 Days (%)",
        **AVERAGE,
        help="Collected within 7 days of completion ÷ invoiced for jobs × 100. Group "
        "it by the week of completion.",
    )
    lost_rate = fields.Float(
        string="Bad Debt (%)",
        **AVERAGE,
        help="Written off or handed over ÷ invoiced × 100. Group it by the quarter of "
        "the invoice.",
    )
    first_attempt = fields.Selection(
        [
            ("paid", "Paid"),
            ("declined", "Declined"),
            ("unknown", "Unknown"),
            ("open", "On its way"),
        ],
        string="First Automatic Charge",
        readonly=True,
    )
    method_kind = fields.Selection(
        [("card", "Card"), ("bank", "Bank account"), ("wallet", "Wallet")],
        string="Payment Method Type",
        readonly=True,
        help="Of the first automatic charge.",
    )
    brand = fields.Char(readonly=True, help="Of the first automatic charge.")
    first_known = fields.Integer(
        string="Charged Automatically",
        readonly=True,
        help="Invoices whose first automatic charge was paid or declined, or ended "
        "unknown. One that is on its way, as a bank debit of these days, doesn't count "
        "yet.",
    )
    first_paid = fields.Integer(
        string="Paid at First Attempt",
        readonly=True,
        help="Invoices whose first automatic charge was paid.",
    )
    first_rate = fields.Float(
        string="First-Attempt Success (%)",
        **AVERAGE,
        help="Paid at the first automatic charge ÷ charged automatically × 100.",
    )
    attempts = fields.Integer(string="Charges", readonly=True)
    attempts_unknown = fields.Integer(string="Unknown Charges", readonly=True)
    error_rate = fields.Float(
        string="Payment Errors (%)",
        **AVERAGE,
        help="Charges whose outcome nobody knows ÷ charges sent × 100.",
    )
    receipt_median = fields.Float(
        string="Receipt after (min, median)",
        **AVERAGE,
        help="From the job's completion until the receipt was sent.",
    )
    receipt_p95 = fields.Float(
        string="Receipt after (min, 95%)",
        **AVERAGE,
        help="95 of 100 receipts were sent faster.",
    )
    cash_days = fields.Float(
        string="Time to Cash (days, median)",
        **AVERAGE,
        help="From the job's completion until the invoice was paid.",
    )
    paid_count = fields.Integer(string="Paid Invoices", readonly=True)
    hands_off_count = fields.Integer(
        string="Paid Hands-Off",
        readonly=True,
        help="Paid with no action by an employee.",
    )
    hands_off_rate = fields.Float(
        string="Hands-Off (%)",
        **AVERAGE,
        help="Paid with no action by an employee ÷ paid × 100.",
    )
    reminder_count = fields.Float(
        string="Reminders",
        readonly=True,
        help="Reminders of all channels that were sent; of one about several invoices, "
        "each has its part.",
    )
    reminder_rate = fields.Float(
        string="Reminders per 1,000",
        **AVERAGE,
        help="Reminders ÷ amount collected after its due date × 1,000.",
    )
    rated_count = fields.Integer(string="Ratings", readonly=True)
    happy_count = fields.Integer(string="Happy Ratings", readonly=True)
    satisfaction = fields.Float(
        string="Satisfaction (%)",
        **AVERAGE,
        help="Customers who rated the work as good, with one tap in the receipt ÷ all "
        "who rated it × 100.",
    )
    steps_manual = fields.Integer(
        string="Steps by Hand",
        readonly=True,
        help="Bill, send, remind, register payment and match: each counts once an "
        "employee did it.",
    )
    steps_saved = fields.Integer(
        readonly=True,
        help="The same steps, where the system did them.",
    )
    hours_saved = fields.Float(
        readonly=True,
        digits=(16, 1),
        help="Steps saved × the minutes that one takes by hand (Settings ▸ "
        "Collections) ÷ 60.",
    )

    @api.model
    def _get_ratios(self):
        return super()._get_ratios() | {
            "collection_rate": ("amount_30", "amount", 100),
            "paid_7_rate": ("amount_7", "amount_jobs", 100),
            "lost_rate": ("amount_lost", "amount", 100),
            "first_rate": ("first_paid", "first_known", 100),
            "error_rate": ("attempts_unknown", "attempts", 100),
            "hands_off_rate": ("hands_off_count", "paid_count", 100),
            "satisfaction": ("happy_count", "rated_count", 100),
            "reminder_rate": ("reminder_count", "amount_late", 1000),
        }

    @api.model
    def _get_percentiles(self):
        return super()._get_percentiles() | {
            "receipt_median": 0.5,
            "receipt_p95": 0.95,
            "cash_days": 0.5,
        }

    def action_open_invoice(self):
        """Button: open the invoice."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }

    @api.model
    def _get_rows_query(self, now):
        today = self.env.company._get_today(now)
        day = fields.Date.to_date(self.env.context.get(AS_OF)) or today
        return self._get_invoice_query(day)

    @api.model
    def _get_invoice_query(self, day):
        """:param day: D"""
        ratios = [
            SQL(
                "%s * %s::numeric / NULLIF(%s, 0) AS %s",
                SQL.identifier(above),
                factor,
                SQL.identifier(below),
                SQL.identifier(name),
            )
            for name, (above, below, factor) in self._get_ratios().items()
        ]
        return SQL(
            "SELECT fact.*, fact.steps_saved * fact.minutes / 60.0 AS hours_saved, "
            "%s FROM (%s) fact",
            SQL(", ").join(ratios),
            self._get_facts_query(day),
        )
