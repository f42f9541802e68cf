# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResPartner(models.Model):
    """How a customer is reminded, where it differs from the plan."""

    _inherit = "res.partner"

    dunning_plan_id = fields.Many2one(
        "paycollect.dunning.plan",
        company_dependent=True,
        domain="[('company_id', '=', allowed_company_ids[0])]",
        groups="paycollect_fsm.group_user",
        help="Always use this plan for the customer. Empty: the first matching plan "
        "applies.",
        write_groups="paycollect_fsm.group_user",
    )
    dunning_minimum_balance = fields.Float(
        string="Remind From",
        company_dependent=True,
        groups="paycollect_fsm.group_user",
        help="The customer isn't reminded of less, in the company's currency. 0: as "
        "the plan says.",
        write_groups="paycollect_fsm.group_user",
    )
