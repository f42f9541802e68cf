# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class PaycollectHold(models.Model):
    _inherit = "paycollect.hold"

    @api.model
    def sweep_for_tests(self):
        """Run the crons of holds, refunds and payment plans once in this request."""
        system = self.sudo()
        system._cron_holds()
        system.env["paycollect.refund"]._cron_process()
        system.env["paycollect.installment.plan"]._cron_run()
        return True
