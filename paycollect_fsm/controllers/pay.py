# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, http
from odoo.http import request

from odoo.addons.payment.controllers.post_processing import PaymentPostProcessing

from ..rules.links import PAY, SAVE_METHOD
from .pay_pages import COOKIE, PaycollectPages


class PaycollectPay(PaycollectPages):
    """Pages behind signed links: no login, always for the link's own customer."""

    @http.route(
        "/pay/<string:token>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        multilang=False,
        sitemap=False,
    )
    def collection_pay(self, token, **_kwargs):
        """Show the page of a link, or the same error page for every bad one.

        Nothing is recorded for a good link because email scanners fetch it too.
        """
        link, problem = self._open_collection_link(token, fields.Datetime.now())
        if problem:
            return self._render_collection_problem(problem)
        if (clean := link._clean(token)) != token:
            return request.redirect(f"/pay/{clean}")
        link = self._in_customer_language(link)
        request.future_response.set_cookie("frontend_lang", request.env.lang)
        return self._render_collection_page(link, token)

    @http.route("/pay/<string:token>/opened", type="jsonrpc", auth="public")
    def collection_pay_opened(self, token, **_kwargs):
        """Record that a person, not an email scanner, is on the page."""
        now = fields.Datetime.now()
        link, problem = self._open_collection_link(token, now)
        if not problem and not self._is_collection_limited("link", link.id, now):
            link._set_opened(now)

    @http.route(
        "/pay/<string:token>/transaction",
        type="jsonrpc",
        auth="public",
    )
    def collection_pay_transaction(self, token, **kwargs):
        """Create the validation transaction of a link and return its processing values.

        The browser may choose only the provider, payment method and flow, and only
        from those the page offered. The form's access token is a hash of the consent
        text, so the recorded text is the one the customer read.

        A problem is returned as a failed state: the form shows its message, and the
        visit still counts.
        """
        link, problem = self._open_collection_link(
            token, fields.Datetime.now(), SAVE_METHOD
        )
        if problem:
            return self._get_collection_failure(problem)
        link = self._in_customer_language(link)
        transaction, problem = self._start_validation(link, kwargs, "/pay/done")
        if problem:
            return self._get_collection_failure(problem)
        self._set_collection_cookie(token)
        return transaction._get_processing_values()

    @http.route(
        "/pay/done",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        multilang=False,
        sitemap=False,
    )
    def collection_pay_done(self, **_kwargs):
        """Landing page of a validation or a payment.

        The link comes from a cookie that is set when the form is submitted: its token
        is never stored on the server, not even in the transaction's landing route.
        Whoever uses the device next is not taken to the customer's page.
        """
        token = request.httprequest.cookies.get(COOKIE)
        transaction = PaymentPostProcessing()._get_monitored_transaction()
        is_validation = transaction.operation == "validation"
        thanks = {"is_payment": bool(transaction) and not is_validation}
        if not token or not transaction.collection_link_id:
            return self._render_collection("paycollect_fsm.pay_thanks", thanks)
        link, problem = self._open_collection_link(
            token, fields.Datetime.now(), SAVE_METHOD if is_validation else PAY
        )
        if problem:
            return self._render_collection_problem(problem)
        link = self._in_customer_language(link)
        if transaction.collection_link_id != link:
            return self._render_collection("paycollect_fsm.pay_thanks", thanks)
        if not transaction.is_post_processed and transaction.try_lock_for_update():
            transaction._post_process()  # the customer skipped the status page
        if transaction.state != "draft":
            request.future_response.set_cookie(COOKIE, max_age=0, path="/pay/done")
        if not is_validation:
            return self._render_collection_page(link, token, transaction=transaction)
        return self._render_collection_done(link, token, transaction)

    @http.route("/pay/<string:token>/charges", type="jsonrpc", auth="public")
    def collection_pay_charges(self, token, **_kwargs):
        """Return what became of the charges that saving a method started.

        The page asks until they are done; it changes nothing.
        """
        link, problem = self._open_collection_link(token, fields.Datetime.now())
        if problem or not link._may(SAVE_METHOD):
            return {"outcome": "", "text": ""}
        link = self._in_customer_language(link)
        saved = link._get_saved_method()
        return link._get_charge_outcome(saved)

    # Links

    def _open_collection_link(self, token, now, act=None):
        """Find a link that may be used now; unknown links count toward the limit.

        :param act: the action to perform, see ``rules/links.py``; None: show its page
        :return: ``(link, problem)``, ``problem`` as in ``paycollect.link._find`` or
            ``"limited"``
        """
        link, problem = request.env["paycollect.link"]._find(token, now)
        address = request.httprequest.remote_addr
        if problem == "unknown" and self._is_collection_limited("bad", address, now):
            problem = "limited"
        if problem or not act:
            return link, problem
        return self._use_collection_link(link, now, act)

    def _use_collection_link(self, link, now, act):
        """Check that the link allows the action, and the limits of both.

        One address may use many links, and one link may be used from many addresses.
        """
        if not link._may(act):
            return link.browse(), "unknown"
        for kind, source in (
            ("good", request.httprequest.remote_addr),
            ("link", link.id),
        ):
            if self._is_collection_limited(kind, source, now):
                return link.browse(), "limited"
        if not link.opened_at:
            link._set_opened(now)
        return link, False

    def _is_collection_limited(self, kind, source, now):
        """Count a request from an address, or to a link, unless it is at its limit."""
        Visit = request.env["paycollect.link.visit"]
        limited = Visit._is_limited(source, now, kind)
        if not limited:
            Visit._count(source, kind, now)
        return limited
