# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models

from .. import provider_side


class PaycollectAttempt(models.Model):
    _inherit = "paycollect.attempt"

    def _claim(self, now):
        claimed = super()._claim(now)
        provider_side.conflict_at("claim", self.partner_id)
        return claimed

    def _record(self, outcome, now):
        super()._record(outcome, now)
        provider_side.conflict_at("record", self.partner_id)

    def _finish(self, _now=None):
        provider_side.die_at("recorded", self.partner_id)
        result = super()._finish()
        provider_side.conflict_at("finish", self.partner_id)
        provider_side.die_at("booked", self.partner_id)
        return result

    @api.model
    def sweep_for_tests(self):
        """Run the crons' work once in this request; two may run at the same time."""
        system = self.sudo()
        system._cron_send_due()
        system._cron_resolve_unknown()
        system.env["paycollect.message"]._cron_deliver()
        later = fields.Datetime.now() + timedelta(minutes=2)
        system.env["paycollect.event"]._cron_apply_due(later)
        return True

    @api.model
    def send_for_tests(self, partner_id):
        """Send this customer's charges from another worker, like a job that runs twice.

        Their state may have changed meanwhile.
        """
        domain = [("partner_id", "=", partner_id)]
        return [attempt._send() for attempt in self.sudo().search(domain)]
