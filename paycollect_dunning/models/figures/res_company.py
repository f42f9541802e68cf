# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    """What a step by hand takes, and whether customers rate the work."""

    _inherit = "res.company"

    figures_step_minutes = fields.Float(
        string="Minutes a Step",
        default=3.0,
        groups="paycollect_fsm.group_user,base.group_system",
        help="How long it takes to bill, send, remind, register a payment, or match it "
        "by hand. Hours saved = steps that the system did × these minutes ÷ 60.",
        write_groups="base.group_system",
    )

    figures_ask_rating = fields.Boolean(
        string="Ask How It Went",
        default=True,
        groups="paycollect_fsm.group_user,base.group_system",
        help="The receipt for a job asks the customer to rate the work with one tap.",
        write_groups="base.group_system",
    )

    @api.constrains("figures_step_minutes")
    def _check_figures_step_minutes(self):
        for company in self:
            if company.figures_step_minutes < 0:
                raise ValidationError(
                    self.env._("The minutes that a step takes can't be negative.")
                )
