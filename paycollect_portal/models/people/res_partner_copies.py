# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResPartner(models.Model):
    """Contacts of a customer who get copies of its receipts and invoices.

    A switch on the contact, not a type of contact: a contact's type says what its
    address is for, and a bookkeeper may well be the invoice address, too.
    Statements are not copied: contacts ask for their own (``/my/statement``). Requests
    for a payment method, declined charges and everything else with a link that acts as
    the customer goes to the customer only.
    """

    _inherit = "res.partner"

    collection_gets_copies = fields.Boolean(
        string="Gets Copies",
        write_groups="base.group_user",
        help="This contact gets a copy by email of each receipt and each invoice that "
        "is sent to its company.",
    )

    def _find_copied_contacts(self, company):
        found = self.sudo().search(
            [
                ("commercial_partner_id", "=", self.commercial_partner_id.id),
                ("collection_gets_copies", "=", True),
                ("company_id", "in", (False, company.id)),
            ],
            order="id",
        )
        return super()._find_copied_contacts(company) | found
