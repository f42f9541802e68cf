# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...rules.people import LOOK, PAY

ROLES = [(PAY, "May pay and manage methods"), (LOOK, "May only look")]


class ResPartner(models.Model):
    """What a contact of a company may do for it on the portal."""

    _inherit = "res.partner"

    collection_role = fields.Selection(
        selection=ROLES,
        string="Portal Role",
        write_groups="base.group_user",
        help="What this contact may do for its company on the customer portal. Empty: "
        "may pay and manage payment methods.",
    )

    def _may_act_for_customer(self):
        """Whether this contact may pay, manage methods, announce checks and dispute
        invoices for its company, and not only look."""
        self.ensure_one()
        contact = self.sudo()
        return contact.collection_role != LOOK or not contact.parent_id
