# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class FSMLocation(models.Model):
    _inherit = "fsm.location"

    def write(self, vals):
        """Only who may book work may change who pays for the open jobs here."""
        if "owner_id" not in vals:
            return super().write(vals)
        jobs = self.env["fsm.order"].sudo()
        jobs = jobs.search(
            jobs._get_open_booking_domain() + [("location_id", "in", self.ids)]
        )
        payers = jobs._get_booked_payers()
        result = super().write(vals)
        if changed := jobs._note_new_payers(payers):
            changed.with_env(self.env)._check_may_change_payer()
        return result
