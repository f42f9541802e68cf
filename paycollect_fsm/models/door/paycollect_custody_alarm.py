# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class PaycollectCustody(models.Model):
    """The alert about cash and checks that a worker holds for too long."""

    _inherit = "paycollect.custody"

    @api.model
    def _cron_alert(self, now=None):
        """Create an activity for each row that is late.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        for custody in self.sudo().search(self._get_late_domain(now), order="id"):
            custody.company_id._schedule_collection_activity(
                custody,
                self.env._("Ask for collected cash or a check"),
                custody._get_late_text(),
                code="custody",
                now=now,
            )

    def _get_late_text(self):
        return self.env._(
            "%(worker)s collected %(what)s from %(customer)s. Accounting hasn't "
            "confirmed it yet. Ask for it, then confirm what you count.",
            worker=self.user_id.name,
            what=self.display_name,
            customer=self.partner_id.display_name,
        )
