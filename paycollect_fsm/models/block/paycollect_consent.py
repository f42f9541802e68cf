# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaycollectConsent(models.Model):
    """Consents to charge the next block."""

    _inherit = "paycollect.consent"

    def _is_about_refills(self):
        refills = self.env["paycollect.hour.refill"].sudo()
        refills = refills.with_context(active_test=False)
        return bool(refills.search_count([("consent_id", "=", self.id)], limit=1))

    def _get_copy_title(self):
        if not self._is_about_refills():
            return super()._get_copy_title()
        return self.env._("Your prepaid services are refilled automatically")

    def _get_copy_subject(self):
        if not self._is_about_refills():
            return super()._get_copy_subject()
        return self.env._(
            "Prepaid services at %(company)s: refilled with %(method)s",
            company=self.company_id.name,
            method=self.method_label,
        )
