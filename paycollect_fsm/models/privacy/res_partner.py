# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ..company.paycollect_access import GROUP_ADMINISTRATOR, GROUP_MANAGER


class ResPartner(models.Model):
    """Buttons for customers who ask what is stored about them, or to be forgotten."""

    _inherit = "res.partner"

    def action_forget_customer(self):
        """Button: open the dialog to forget a customer in the current company."""
        return self._open_privacy_dialog(
            "paycollect.forget", self.env._("Forget This Customer")
        )

    def action_export_customer_data(self):
        """Button: open the dialog to export what is stored about a customer."""
        return self._open_privacy_dialog(
            "paycollect.export", self.env._("Export Customer Data")
        )

    def _open_privacy_dialog(self, model, title):
        self.ensure_one()
        self._check_may_manage_privacy()
        dialog = self.env[model].sudo()
        dialog = dialog.create(
            {
                "partner_id": self.commercial_partner_id.id,
                "company_id": self.env.company.id,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": model,
            "res_id": dialog.id,
            "view_mode": "form",
            "target": "new",
        }

    def _check_may_manage_privacy(self):
        self.env["paycollect.access"]._check_groups(
            self,
            f"{GROUP_MANAGER},{GROUP_ADMINISTRATOR}",
            self.env._(
                "Only Collections managers and administrators can export a customer's "
                "data or forget a customer. Ask your accounting manager."
            ),
        )

    def _get_all_contacts(self):
        """Return the customer and all its contacts, archived ones included (sudo)."""
        everyone = self.sudo().with_context(active_test=False)
        return everyone.search([("id", "child_of", self.commercial_partner_id.ids)])
