# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.http import request

from odoo.addons.paycollect_fsm.controllers.pay_payment import PaycollectPayPayment

from .customer import get_customer, get_token_labels, may_act


class PaycollectPayMethod(PaycollectPayPayment):
    """A link to pay, opened by somebody who is logged in as its customer: their
    methods on file pay it, too.

    Having the link gives no right to a method. Who is logged in, and what they may do,
    is asked again when the page is submitted.
    """

    def _get_payment_form_values(self, link, token, document, now):
        values = super()._get_payment_form_values(link, token, document, now)
        labels = get_token_labels(
            values["tokens_sudo"], document.currency_id, document._get_link_amount()
        )
        return values | {"collection_token_labels": labels}

    def _get_payment_tokens(self, link, document, now):
        tokens = super()._get_payment_tokens(link, document, now)
        if not self._is_own_link(link, document) or not may_act():
            return tokens
        offered = tokens._get_methods_to_pay(
            request.env.user.partner_id.sudo(),
            link.company_id,
            document.currency_id,
            document._get_link_amount(),
            now,
        )
        providers = self._get_payment_providers(link, document)
        return offered.filtered(lambda one: one.provider_id in providers)

    def _is_own_link(self, link, document):
        """Whether a contact of the customer who owes this is logged in, for the company
        that asks for it."""
        customer = get_customer()
        payer = document._get_payer().commercial_partner_id
        return (
            bool(customer)
            and customer == payer == link.partner_id.commercial_partner_id
            and link.company_id in request.env.user.sudo().company_ids
            and link.company_id.collection_active
        )
