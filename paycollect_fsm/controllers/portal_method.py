# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import http
from odoo.http import request

from .pay_pages import PaycollectPages

MY_METHODS = "/my/payment_method"


class PaycollectPortalMethod(PaycollectPages):
    """Odoo's page of a customer's payment methods.

    A method that is added there is agreed to, and used, like one that is saved through
    a link.
    """

    @http.route()
    def payment_method(self, **kwargs):
        request.update_context(collection_methods_page=True)
        return super().payment_method(**kwargs)

    def _get_extra_payment_form_values(self, **kwargs):
        values = super()._get_extra_payment_form_values(**kwargs)
        if not request.env.context.get("collection_methods_page"):
            return values
        if not (link := self._get_portal_link()):
            return values
        return values | {
            "transaction_route": f"{MY_METHODS}/transaction",
            "access_token": link._get_consent_mark(),
            "collection_consent_text": link._get_consent_text(),
            "collection_my_methods": True,
            "submit_button_label": self._get_portal_button(link),
        }

    def _get_portal_button(self, link):
        if total := link._get_total_to_charge():
            return request.env._("Agree, save and pay %(amount)s", amount=total)
        return request.env._("Agree and save")

    def _get_portal_link(self):
        """Return a link that isn't stored, for the customer who is logged in, or None.

        Employees and companies that don't collect keep Odoo's page.
        """
        user, company = request.env.user, request.env.company
        if not user._is_portal() or not company.sudo().collection_active:
            return None
        return (
            request.env["paycollect.link"]
            .sudo()
            .new(
                {
                    "partner_id": user.partner_id.id,
                    "company_id": company.id,
                    "purpose": "method",
                }
            )
        )

    @http.route(f"{MY_METHODS}/transaction", type="jsonrpc", auth="user", website=True)
    def collection_my_method_transaction(self, **kwargs):
        """Create the validation transaction and return its processing values.

        The form's access token is a hash of the consent text, so the recorded text is
        the one the customer read.
        """
        if not (link := self._get_portal_link()):
            return self._get_collection_failure("unknown")
        transaction, problem = self._start_validation(link, kwargs, MY_METHODS)
        if problem:
            return self._get_collection_failure(problem)
        return transaction._get_processing_values()
