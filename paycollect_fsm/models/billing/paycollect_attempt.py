# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...rules.const import PAID, SENT


class PaycollectAttempt(models.Model):
    _inherit = "paycollect.attempt"

    collection_job_count = fields.Integer(related="move_id.collection_job_count")

    def action_view_collection_jobs(self):
        """Button: open the jobs that the charged invoice bills."""
        self.ensure_one()
        return self.move_id.action_view_collection_jobs()

    def write(self, vals):
        """Push what a technician sees; a payment once it is booked (``account.move``).

        A claimed charge is still being charged, so nothing changes on the screen.
        """
        result = super().write(vals)
        state = vals.get("state")
        if vals.get("parked_code") or (state and state not in (SENT, PAID)):
            self.sudo().move_id._push_outcome()
        return result
