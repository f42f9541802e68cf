# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain

from odoo.addons.paycollect_fsm.rules.privacy import CustomerRows


class PaycollectCustomerData(models.AbstractModel):
    _inherit = "paycollect.customer.data"

    @api.model
    def _get_customer_rows(self):
        return super()._get_customer_rows() | {
            "rating.rating": CustomerRows(
                company="",
                exported=(
                    "res_name",
                    "rating",
                    "feedback",
                    "consumed",
                    "create_date",
                    "write_date",
                ),
                personal=("feedback",),
                domain=(("res_model", "=", "account.move"),),
            ),
        }

    @api.model
    def _get_rows_domain(self, model, partners, company):
        """A rating has no company of its own: it is that of the invoice."""
        domain = super()._get_rows_domain(model, partners, company)
        if model == "rating.rating":
            moves = self.env["account.move"].sudo()
            own = moves._search([("company_id", "=", company.id)])
            domain &= Domain("res_id", "in", own)
        return domain
