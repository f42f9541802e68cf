# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class PaymentToken(models.Model):
    """Methods on file that a customer can choose to pay with."""

    _inherit = "payment.token"

    @api.model
    def _get_methods_to_pay(self, partner, company, currency, amount, now):
        """Return the methods on file that may pay this now (sudo), in their order.

        :param partner: the contact who is logged in
        :param now: naive UTC datetime
        """
        methods = self._get_stored_methods(partner, company)
        return methods._select_payable(company, now).filtered(
            lambda token: not token._get_limit(partner, currency, amount, company)
        )

    @api.model
    def _get_stored_methods(self, partner, company):
        """Return the customer's methods (sudo): those agreed to in their order, then
        what this contact or the customer itself saved without that.

        :param partner: a contact of the customer
        """
        customer = partner.commercial_partner_id
        agreed = self._get_collection_tokens(customer, company)[customer]
        own = self.sudo().search(
            [
                ("partner_id", "in", (partner | customer).ids),
                ("company_id", "parent_of", company.ids),
            ]
        )
        return agreed | own.sorted(lambda token: token._get_place())
