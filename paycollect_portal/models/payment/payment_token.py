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
        """Return the customer's methods (sudo) in their order: those agreed to, and
        what this contact or the customer itself saved without that.

        :param partner: a contact of the customer
        """
        customer = partner.commercial_partner_id
        found = self.sudo().search(
            [
                ("commercial_partner_id", "=", customer.id),
                ("company_id", "parent_of", company.ids),
            ]
        )
        own = partner | customer
        stored = found.filtered(lambda t: t.partner_id in own or t._is_agreed())
        return stored.sorted(lambda t: (not t._is_agreed(), t._get_place()))
