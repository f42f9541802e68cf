# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class FSMTeam(models.Model):
    _inherit = "fsm.team"

    # For the record rules of technicians.
    collection_worker_ids = fields.One2many(
        "fsm.person", "team_id", string="Workers", readonly=True
    )
