# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class PaycollectLateFeeRate(models.Model):
    """A rate of interest from a day on."""

    _name = "paycollect.late.fee.rate"
    _description = "Late Interest Rate"
    _order = "plan_id, date"

    plan_id = fields.Many2one(
        "paycollect.dunning.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    date = fields.Date(string="From", required=True)
    percent = fields.Float(
        string="Rate (%)",
        required=True,
        digits=(16, 4),
        help="A year. For statutory terms: the reference rate of the central bank; the "
        "statutory 8 points are added.",
    )

    _one_a_day = models.UniqueIndex(
        "(plan_id, date)", "There is already a rate from this day on."
    )
