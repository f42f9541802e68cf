# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class PaycollectMethodRequest(models.TransientModel):
    """A link to everything that the customer owes."""

    _inherit = "paycollect.method.request"

    purpose = fields.Selection(
        selection_add=[("balance", "Pay the open balance")],
        ondelete={"balance": "cascade"},
    )

    def _get_work(self, in_customer_language=False):
        if self.purpose != "balance":
            return super()._get_work(in_customer_language)
        partner = self.partner_id.sudo()
        if in_customer_language and partner.lang:
            partner = partner.with_context(lang=partner.lang)
        return partner._get_balance_work(self.env.company)
