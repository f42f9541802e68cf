# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class FSMStage(models.Model):
    _inherit = "fsm.stage"

    is_completing = fields.Boolean(
        string="Completes the Job",
        help="A job that enters this stage is done and will be billed and collected.",
        groups="base.group_user",
        write_groups="fieldservice.group_fsm_manager",
    )
