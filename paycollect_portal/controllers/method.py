# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, http
from odoo.http import request

from odoo.addons.paycollect_fsm.controllers.portal_method import (
    MY_METHODS,
    PaycollectPortalMethod,
)
from odoo.addons.paycollect_fsm.models.company.moments import format_day

from .customer import check_may_act, may_act

MOVES = {"up": -1, "down": 1}
MAX_METHODS = 100


class PaycollectMyMethods(PaycollectPortalMethod):
    """The customer's methods on file, on top of Odoo's page that adds one.

    A form of the page names a method; only those that the page shows to this contact
    are found by it.
    """

    @http.route("/my/methods", type="http", auth="user", methods=["GET"], website=True)
    def collection_my_methods(self, **_kwargs):
        return request.redirect(MY_METHODS)

    def _get_extra_payment_form_values(self, **kwargs):
        values = super()._get_extra_payment_form_values(**kwargs)
        if not values.get("collection_my_methods"):
            return values
        return values | self._get_my_methods_values(self._get_portal_link())

    def _get_my_methods_values(self, link):
        tokens = self._get_my_methods(link)
        work = link.partner_id._get_balance_work(link.company_id)
        return {
            "tokens_sudo": tokens.browse(),  # the list above the form shows them
            "collection_methods": self._prepare_my_methods(tokens, link.company_id),
            "collection_due": work.get("due"),
            "collection_may_act": may_act(),
            **self._get_agreement_values(link),
        }

    def _get_my_methods(self, link):
        tokens = request.env["payment.token"]
        return tokens._get_stored_methods(link.partner_id, link.company_id)

    def _get_agreement_values(self, link):
        """Return the consent for a method that was saved without one, and its hash."""
        text = link._get_consent_text(charges_waiting=False)
        return {"agreement_text": text, "agreement_mark": link._get_text_mark(text)}

    def _prepare_my_methods(self, tokens, company):
        today = company._get_today(fields.Datetime.now())
        uses, removals = tokens._get_uses(today), tokens._get_removal_texts(today)
        agreed = tokens.filtered(lambda token: token._is_agreed())
        charged = agreed.filtered(lambda token: token._is_charged_for_work(today))
        return [
            {
                "token_sudo": token,
                "place": agreed.ids.index(token.id) if token in agreed else None,
                "last": len(agreed) - 1,
                "turn": charged.ids.index(token.id) if token in charged else None,
                "expired": token._is_expired_on(today),
                "expiry": token._get_expiry_text(today),
                "uses": uses[token],
                "removal": removals[token],
                "consent_sudo": token._get_active_consent(),
                "agreed_on": format_day(request.env, token._get_active_consent().date),
            }
            for token in tokens
        ]

    # -- forms -----------------------------------------------------------------------

    @http.route(
        f"{MY_METHODS}/order", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_methods_order(self, token_id="", move="", order="", **_kwargs):
        """Move one method up or down, or put all of them in the order they were
        dragged to."""
        link, token = self._open_my_method(token_id)
        tokens = self._get_my_methods(link)
        if order:
            tokens._reorder(self._read_ids(order))
        elif token and move in MOVES:
            tokens._reorder(self._move(tokens, token, MOVES[move]))
            return request.redirect(f"{MY_METHODS}#method_{token.id}")
        return request.redirect(MY_METHODS)

    @http.route(
        f"{MY_METHODS}/remove", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_methods_remove(self, token_id="", **_kwargs):
        """Remove a method, which the customer confirmed on the page."""
        _link, token = self._open_my_method(token_id)
        if token:
            token._remove(request.env.user)
        return request.redirect(MY_METHODS)

    @http.route(
        f"{MY_METHODS}/agree", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_methods_agree(self, token_id="", mark="", **_kwargs):
        """Agree to automatic charges to a method that was saved without that."""
        link, token = self._open_my_method(token_id)
        shown = self._get_agreement_values(link)
        if token and mark == shown["agreement_mark"]:
            token._agree(
                shown["agreement_text"],
                ip_address=request.httprequest.remote_addr,
                lang=request.env.lang,
            )
        return request.redirect(MY_METHODS)

    def _open_my_method(self, token_id):
        """Return the customer's link and the method (sudo) that a form names, if it is
        theirs.

        :raise NotFound: unless a customer is logged in
        :raise Forbidden: if the contact may only look
        """
        if not (link := self._get_portal_link()):
            raise request.not_found()
        check_may_act()
        ids = self._read_ids(token_id)
        return link, self._get_my_methods(link).filtered(lambda t: t.id in ids)[:1]

    def _read_ids(self, text):
        parts = text.split(",")[:MAX_METHODS]
        return [int(p) for p in parts if p.isdecimal() and len(p) < 10]

    def _move(self, tokens, token, step):
        """Return the IDs of the agreed methods with one of them moved."""
        ids = tokens.filtered(lambda t: t._is_agreed()).ids
        if token.id in ids:
            place = ids.index(token.id)
            ids.insert(max(0, place + step), ids.pop(place))
        return ids
