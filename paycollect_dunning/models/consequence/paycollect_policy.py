# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...rules.consequence import PREPAID


class PaycollectPolicy(models.Model):
    """Customers who didn't pay after a reminder pay new work in advance."""

    _inherit = "paycollect.policy"

    def _get_imposed_policies(self, customers, date):
        imposed = super()._get_imposed_policies(customers, date)
        prepaid = self.filtered(lambda policy: policy.collection_mode == PREPAID)[:1]
        if not prepaid:
            return imposed
        company = self.env.company
        for customer, found in customers._get_consequences(company, date).items():
            if found.work == PREPAID:
                values = customer._prepare_overdue_values(found)
                basis = {"code": "overdue", "policy": prepaid.name, **values}
                imposed[customer] = (prepaid, basis)
        return imposed

    @api.model
    def _get_basis_text(self, basis):
        if basis and basis["code"] == "overdue":
            return self.env._(
                "Policy “%(policy)s” applies: %(why)s.",
                policy=basis["policy"],
                why=self.env["res.partner"]._get_overdue_text(basis),
            )
        return super()._get_basis_text(basis)
