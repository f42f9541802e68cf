# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...rules.const import WORK_BLOCK, WORK_NONE, WORK_PREPAID

MAX_DAYS = 365


class PaycollectDunningLevel(models.Model):
    """One step of a plan: what happens so many days after the due date."""

    _name = "paycollect.dunning.level"
    _description = "Dunning Level"
    _order = "plan_id, delay_days, id"
    _number_ranges = {"delay_days": (-MAX_DAYS, MAX_DAYS), "pay_days": (0, MAX_DAYS)}

    plan_id = fields.Many2one(
        "paycollect.dunning.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    delay_days = fields.Integer(
        string="Days After Due Date",
        required=True,
        help="Negative: before the due date.",
    )
    pay_days = fields.Integer(
        string="Days to Pay",
        default=7,
        help="Business days until the pay-by date that the message names. No other "
        "level follows before that day has passed.",
    )
    by_mail = fields.Boolean(string="Email", default=True)
    by_sms = fields.Boolean(string="SMS")
    by_letter = fields.Boolean(string="Letter")
    by_call = fields.Boolean(string="Call")
    mail_template_id = fields.Many2one(
        "mail.template",
        string="Email and Letter",
        domain="[('model', '=', 'paycollect.dunning.message')]",
        ondelete="set null",
    )
    sms_text = fields.Text(string="Text Message", translate=True)
    call_script = fields.Html(
        translate=True,
        sanitize=True,
        help="{user} becomes the name of the user who calls, {company} your company's.",
    )
    attach_statement = fields.Boolean(
        help="The message carries a statement of account as a PDF."
    )
    minimum_balance = fields.Monetary(
        help="Nothing is sent at this level to customers who owe less. 0: no minimum.",
    )
    check_books = fields.Boolean(
        string="Books Must Be Current",
        help="Nothing is sent while money from the customer may have arrived that "
        "isn't matched yet.",
    )
    work = fields.Selection(
        [
            (WORK_NONE, "No change"),
            (WORK_PREPAID, "Prepaid"),
            (WORK_BLOCK, "Blocked"),
        ],
        string="New Work",
        required=True,
        default=WORK_NONE,
        help="What the level means for the customer's new orders until it's paid.",
    )
    hand_over = fields.Boolean(
        help="The case is proposed for hand-over to an agency. Never before the level "
        "below it was sent.",
    )

    _one_per_day = models.UniqueIndex(
        "(plan_id, delay_days)", "Each level of a plan needs a day of its own."
    )

    @api.constrains("delay_days", "pay_days", "minimum_balance")
    def _check_limits(self):
        for level in self:
            if (
                abs(level.delay_days) > MAX_DAYS
                or not 0 <= level.pay_days <= MAX_DAYS
                or level.minimum_balance < 0
            ):
                raise ValidationError(
                    self.env._(
                        "The days of “%(level)s” must be within a year, and days to "
                        "pay and the minimum balance cannot be negative.",
                        level=level.name,
                    )
                )

    def _has_channel(self):
        self.ensure_one()
        return self.by_mail or self.by_sms or self.by_letter or self.by_call
