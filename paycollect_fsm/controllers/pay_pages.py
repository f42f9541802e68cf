# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import secrets

from odoo.http import request

from odoo.addons.payment import utils as payment_utils
from odoo.addons.payment.controllers.portal import PaymentPortal

COOKIE = "paycollect_link"
COOKIE_SECONDS = 1800
PROBLEM_STATUS = {"unknown": 404, "revoked": 404, "expired": 410, "limited": 429}
CLIENT_CHOICES = ("provider_id", "payment_method_id", "flow")
# Sent by the page's script but determined by the link alone.
CLIENT_IGNORED = ("partner_id", "amount", "currency_id", "reference_prefix")


class PaycollectPages(PaymentPortal):
    """How the pages behind signed links look; the routes are in ``pay.py``."""

    def _in_customer_language(self, link):
        """Respond in the customer's language, regardless of the logged-in user."""
        code = request.env["ir.http"].get_nearest_lang(link.partner_id.lang)
        if not code:
            return link
        request.update_context(lang=code)
        request.lang = request.env["res.lang"]._get_data(code=code)
        return link.with_context(lang=code)

    def _set_collection_cookie(self, token, name=COOKIE):
        """Remember the link while its customer is at the provider."""
        request.future_response.set_cookie(
            name,
            token,
            path="/pay/done",
            max_age=COOKIE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=request.httprequest.scheme == "https",
        )

    def _render_collection(self, template, values, status=200):
        return request.render(
            template,
            {
                "html_data": {"lang": (request.env.lang or "en").replace("_", "-")},
                "no_header": True,
                "no_footer": True,
                "no_copyright": True,
                **values,
            },
            status=status,
        )

    def _render_collection_problem(self, problem):
        """Show the same text for every bad link; it reveals nothing about customers."""
        return self._render_collection(
            "paycollect_fsm.pay_problem",
            {"limited": problem == "limited"},
            status=PROBLEM_STATUS[problem],
        )

    def _render_collection_page(self, link, token, **values):
        """Render the page for the link's purpose; other addons add theirs.

        :param values: of the page, e.g. the payment the customer came back from
        """
        page = link._get_purposes()[link.purpose].page
        if page and hasattr(self, page):
            return getattr(self, page)(link, token, **values)
        return self._render_no_page(link, token)

    def _render_no_page(self, link, token):
        values = self._get_collection_page_values(link, token)
        return self._render_collection("paycollect_fsm.pay_no_page", values)

    def _render_method_page(self, link, token):
        values = self._get_collection_page_values(link, token)
        values.update(self._get_collection_method_values(link, token))
        return self._render_collection("paycollect_fsm.pay_method", values)

    def _render_collection_done(self, link, token, transaction):
        values = self._get_collection_done_values(link, token, transaction)
        return self._render_collection("paycollect_fsm.pay_done", values)

    def _get_collection_done_values(self, link, token, transaction):
        """Hook: the values of the page after a method was saved, or wasn't."""
        if transaction.state in ("authorized", "done") and transaction.token_id:
            outcome = "saved"
        elif transaction.state in ("cancel", "error"):
            outcome = "failed"
        else:
            outcome = "waiting"
        return {
            **self._get_collection_page_values(link),
            "outcome": outcome,
            "transaction_sudo": transaction,
            "method_sudo": transaction.token_id,
            "message": transaction.state_message if outcome == "failed" else "",
            "consent_text": transaction.collection_consent_text,
            "copy_by_mail": bool(link.partner_id._get_collection_email()),
            "retry_url": f"/pay/{token}",
            "charge": outcome == "saved"
            and link._get_charge_outcome(transaction.token_id),
        }

    def _get_collection_page_values(self, link, token=None):
        """Return the layout's values; with ``token``, the page reports its use."""
        return {
            "opened_route": token and f"/pay/{token}/opened",
            "link_sudo": link,
            "res_company": link.company_id,
            "customer_name": link.partner_id.name
            or link.partner_id.commercial_partner_id.name,
        }

    def _get_collection_method_values(self, link, token):
        partner, company = link.partner_id, link.company_id
        providers = self._get_collection_providers(link)
        on_file = request.env["payment.token"]._get_collection_tokens(partner, company)
        return {
            "mode": "validation",
            "allow_token_selection": False,
            "allow_token_deletion": False,
            "reference_prefix": payment_utils.singularize_reference_prefix(prefix="V"),
            "partner_id": partner.id,
            "providers_sudo": providers,
            "payment_methods_sudo": self._get_collection_methods(link, providers),
            "tokens_sudo": request.env["payment.token"],
            "transaction_route": f"/pay/{token}/transaction",
            "landing_route": "/pay/done",
            "access_token": link._get_consent_mark(),
            "waiting_sudo": link._get_waiting_moves(),
            "work": link._get_work(),
            "failed_sudo": link._get_failed_charge(),
            "total_to_charge": link._get_total_to_charge(),
            "collection_consent_text": link._get_consent_text(),
            "on_file_sudo": on_file[partner.commercial_partner_id],
            "today": company._get_today(),
        }

    def _get_collection_providers(self, link):
        """Return the company's tokenizing providers for the link's customer."""
        return (
            request.env["payment.provider"]
            .sudo()
            ._get_compatible_providers(
                link.company_id.id,
                link.partner_id.id,
                0.0,
                force_tokenization=True,
                is_validation=True,
            )
        )

    def _get_collection_methods(self, link, providers):
        return (
            request.env["payment.method"]
            .sudo()
            ._get_compatible_payment_methods(
                providers.ids, link.partner_id.id, force_tokenization=True
            )
        )

    def _is_collection_choice_offered(self, link, provider_id, payment_method_id, flow):
        if type(provider_id) is not int or type(payment_method_id) is not int:
            return False
        providers = self._get_collection_providers(link)
        methods = self._get_collection_methods(link, providers)
        method = methods.filtered(lambda method: method.id == payment_method_id)
        return (
            flow in ("redirect", "direct")
            and provider_id in providers.ids
            and provider_id in method.provider_ids.ids
        )

    def _take_choices(self, kwargs):
        """Return what the browser may choose; drop what it may send but not decide.

        :raise: ValidationError if it sent anything else
        """
        for key in CLIENT_IGNORED:
            kwargs.pop(key, None)
        self._validate_transaction_kwargs(
            kwargs, additional_allowed_keys=("access_token",)
        )
        return {key: kwargs.get(key) for key in CLIENT_CHOICES}

    def _start_validation(self, link, kwargs, landing_route):
        """Return a new validation transaction, and a problem that prevents it."""
        none = request.env["payment.transaction"]
        choices = self._take_choices(kwargs)
        if not self._is_collection_choice_offered(link, **choices):
            return none, "choice"
        if kwargs.get("access_token") != link._get_consent_mark():
            return none, "changed"
        transaction = self._create_transaction(
            **choices,
            token_id=None,
            amount=None,
            currency_id=None,
            partner_id=link.partner_id.id,
            tokenization_requested=True,
            is_validation=True,
            landing_route=landing_route,
            # a time-based prefix could be shared by two customers in the same second
            reference_prefix=f"V-{secrets.token_hex(6).upper()}",
            custom_create_values=link._prepare_validation_vals(
                request.httprequest.remote_addr
            ),
        )
        return transaction, ""

    def _get_collection_failure(self, problem):
        if problem == "limited":
            message = request.env._(
                "There were too many requests from your connection. Please wait ten "
                "minutes and try again."
            )
        elif problem == "changed":
            message = request.env._(
                "The terms have changed since you opened this page. Nothing was "
                "saved. Please reload the page and review them again."
            )
        elif problem == "choice":
            message = request.env._(
                "This payment method can't be used here. Please choose another one."
            )
        else:
            message = request.env._(
                "This link no longer works. Nothing was saved. Please ask us for a "
                "new link."
            )
        return {"state": "error", "state_message": message}
