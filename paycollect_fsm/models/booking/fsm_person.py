# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

# What the record rules of technicians depend on.
IDENTITY_FIELDS = frozenset({"partner_id", "team_id"})
PLANNING_GROUPS = "fieldservice.group_fsm_dispatcher,base.group_system"


class FSMPerson(models.Model):
    """Technicians don't choose whose jobs they see."""

    _inherit = "fsm.person"

    def write(self, vals):
        """Only who plans the work says who a worker is, and of which team.

        OCA lets technicians edit every worker.
        """
        companies = self.env["res.company"].sudo()
        if IDENTITY_FIELDS.intersection(vals) and companies.search_count(
            [("collection_active", "=", True)], limit=1
        ):
            self.env["paycollect.access"]._check_groups(
                self,
                PLANNING_GROUPS,
                self.env._(
                    "Only dispatchers can change a worker's contact or team: these "
                    "decide which jobs the worker sees. Ask a dispatcher."
                ),
            )
        return super().write(vals)
