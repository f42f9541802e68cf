# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import dataclass

from odoo import fields, http
from odoo.exceptions import ValidationError
from odoo.http import request

from odoo.addons.account_payment.controllers.payment import PaymentPortal
from odoo.addons.account_payment.controllers.portal import PortalAccount
from odoo.addons.payment.controllers.post_processing import PaymentPostProcessing

from ..rules.open_items import OVERDUE
from .balance import PaycollectBalancePages

BALANCE = "/my/balance"
ROUTES = {
    "page": BALANCE,
    "transaction": f"{BALANCE}/transaction",
    "landing": f"{BALANCE}/done",
}


@dataclass(frozen=True)
class OwnLink:
    """What a link is for a customer who is logged in: whose balance is shown.

    ``partner_id`` (sudo): the contact. A new record of the model wouldn't do: it is
    forgotten when closing an earlier payment commits.
    """

    partner_id: object
    company_id: object

    @property
    def _origin(self):
        return self.partner_id.env["paycollect.link"]


class PaycollectBalancePortal(PaycollectBalancePages):
    """The customer's whole balance in the portal."""

    def _get_own_link(self):
        """Return the :class:`OwnLink` of whoever is logged in, or None.

        This is the only place that decides whose balance is shown. Employees and
        companies that don't collect keep Odoo's pages.
        """
        user, company = request.env.user, request.env.company
        if not user._is_portal() or not company.sudo().collection_active:
            return None
        return OwnLink(user.partner_id.sudo(), company.sudo())

    @http.route(BALANCE, type="http", auth="user", methods=["GET"], website=True)
    def collection_my_balance(self, **_kwargs):
        """Show what is open, and the form that pays it."""
        if not (link := self._get_own_link()):
            return request.redirect("/my/invoices")
        return self._render_my_balance(link)

    @http.route(
        ROUTES["landing"], type="http", auth="user", methods=["GET"], website=True
    )
    def collection_my_balance_done(self, **_kwargs):
        """Show what became of the payment that was just made."""
        if not (link := self._get_own_link()):
            return request.redirect("/my/invoices")
        payment = PaymentPostProcessing()._get_monitored_transaction()
        customer = link.partner_id.commercial_partner_id
        if payment.partner_id.commercial_partner_id != customer:
            return request.redirect(BALANCE)
        if not payment.is_post_processed and payment.try_lock_for_update():
            payment._post_process()  # the customer skipped the status page
        return self._render_my_balance(link, payment)

    def _render_my_balance(self, link, payment=None):
        now = fields.Datetime.now()
        args = request.httprequest.args
        values = self._prepare_portal_layout_values()
        values |= self._get_balance_values(link, args, now, ROUTES)
        values |= {
            "page_name": "collection_balance",
            "payment_sudo": payment,
            "res_company": link.company_id,
        }
        return request.render("paycollect_portal.balance_portal", values)

    @http.route(ROUTES["transaction"], type="jsonrpc", auth="user", website=True)
    def collection_my_balance_transaction(self, **kwargs):
        """Create the payment of chosen items and return its processing values."""
        if not (link := self._get_own_link()):
            return self._get_collection_failure("unknown")
        now = fields.Datetime.now()
        args = request.httprequest.args
        landing = ROUTES["landing"]
        return self._start_balance_payment(link, args, kwargs, now, landing)


class PaycollectOverdue(PortalAccount, PaycollectBalancePortal):
    """Odoo's “Pay overdue” asks for the totals of partly paid invoices, ignores the
    company's own invoices and the overdue part of installments."""

    @http.route()
    def portal_my_overdue_invoices(self, access_token=None, **kw):
        if self._get_own_link():
            return request.redirect(BALANCE)
        return super().portal_my_overdue_invoices(access_token=access_token, **kw)

    def _get_overdue_invoices_domain(self, partner_id=None):
        """Contacts of a company see the company's invoices."""
        domain = super()._get_overdue_invoices_domain(partner_id)
        if not self._get_own_link() or partner_id:
            return domain
        customer = request.env.user.partner_id.commercial_partner_id
        own = ("commercial_partner_id", "=", customer.id)
        return [own if term[0] == "partner_id" else term for term in domain]

    def _get_overdue_invoice_count(self):
        """The home page doesn't ask for what autopay, a scheduled payment or a check on
        the way pays, or for what is in dispute."""
        if not (link := self._get_own_link()):
            return super()._get_overdue_invoice_count()
        company, customer = link.company_id, link.partner_id.commercial_partner_id
        today = company._get_today(fields.Datetime.now())
        items = customer._get_open_items(company, today)[customer]
        return len(
            {item.move for item in items if item.is_asked and item.state == OVERDUE}
        )


class PaycollectOverduePayment(PaymentPortal, PaycollectBalancePortal):
    """What an outdated “Pay overdue” page submits."""

    @http.route()
    def overdue_invoices_transaction(self, payment_reference=None, **kwargs):
        if self._get_own_link():
            raise ValidationError(
                request.env._("This page is out of date. Please reload it.")
            )
        if (
            not request.env["account.move"]
            .sudo()
            .search_count(self._get_overdue_invoices_domain(), limit=1)
        ):
            raise ValidationError(request.env._("Nothing is overdue."))
        return super().overdue_invoices_transaction(payment_reference, **kwargs)
