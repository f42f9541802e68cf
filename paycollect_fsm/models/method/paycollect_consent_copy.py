# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaycollectConsent(models.Model):
    """How the customer's copy of a consent is headed, in the customer's language."""

    _inherit = "paycollect.consent"

    def _get_copy_title(self):
        """Hook: what the customer agreed to, in one sentence."""
        return self.env._("Your payment method is saved")

    def _get_copy_subject(self):
        """Hook: the subject of the email."""
        return self.env._(
            "Payment method saved with %(company)s: %(method)s",
            company=self.company_id.name,
            method=self.method_label,
        )
