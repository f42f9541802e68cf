# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib

from odoo import fields, http
from odoo.exceptions import ValidationError
from odoo.http import request

from ..rules.links import PAY
from .pay import PaycollectPay
from .token_payment import MARK


class PaycollectPayPayment(PaycollectPay):
    """The page where a customer pays an order or an invoice, without a login.

    What is due is determined by the server, each time it is asked.
    """

    def _render_payment_page(self, link, token, transaction=None):
        """Render what is due, or why nothing can be paid now.

        :param transaction: the payment that the customer just came back from
        """
        document = link._get_document()
        if not document:
            return self._render_no_page(link, token)
        problem = document._get_payment_problem()
        values = self._get_collection_page_values(link, token)
        values |= {
            "document_sudo": document,
            "work": link._get_work(),
            "problem": problem,
            "amount": document._get_link_amount(),
            "currency": document.currency_id,
            "payment_sudo": transaction or self._get_last_payment(document),
            "failed_sudo": transaction
            and transaction.state in ("cancel", "error")
            and transaction,
            "receipt_by_mail": bool(link.partner_id._get_collection_email()),
        }
        if not problem:
            now = fields.Datetime.now()
            values |= self._get_payment_form_values(link, token, document, now)
        return self._render_collection("paycollect_fsm.pay_payment", values)

    def _get_last_payment(self, document):
        done = document.transaction_ids.filtered(
            lambda tx: tx.state in ("done", "authorized")
        )
        return done.sorted("id")[-1:]

    def _get_payment_form_values(self, link, token, document, now):
        providers = self._get_payment_providers(link, document)
        methods = self._get_payment_methods(link, document, providers)
        return {
            "mode": "payment",
            "partner_id": link.partner_id.id,
            "providers_sudo": providers,
            "payment_methods_sudo": methods,
            "tokens_sudo": self._get_payment_tokens(link, document, now),
            "show_tokenize_input_mapping": self._get_saving_providers(
                document, providers
            ),
            "sale_order": document._name == "sale.order" and document,
            "transaction_route": f"/pay/{token}/payment",
            "landing_route": "/pay/done",
            "access_token": self._get_payment_mark(document),
        }

    def _get_payment_tokens(self, link, document, now):
        """Hook: the methods on file that may pay this now (sudo).

        None here: whoever holds a link needs a method of their own.
        """
        return request.env["payment.token"].sudo()

    def _get_saving_providers(self, document, providers):
        """Return ``{provider ID: whether the method is stored}``."""
        if not document._stores_method():
            return dict.fromkeys(providers.ids, False)
        return self._compute_show_tokenize_input_mapping(providers)

    def _get_payment_providers(self, link, document):
        return (
            request.env["payment.provider"]
            .sudo()
            ._get_compatible_providers(
                link.company_id.id,
                link.partner_id.id,
                document._get_link_amount(),
                currency_id=document.currency_id.id,
            )
        )

    def _get_payment_methods(self, link, document, providers):
        return (
            request.env["payment.method"]
            .sudo()
            ._get_compatible_payment_methods(
                providers.ids, link.partner_id.id, currency_id=document.currency_id.id
            )
        )

    def _get_payment_mark(self, document):
        """Return a hash of what the page says is due, to notice that it changed."""
        amount = document.currency_id._format_amount(document._get_link_amount())
        said = f"{document._name},{document.id},{document.currency_id.name},{amount}"
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    @http.route("/pay/<string:token>/payment", type="jsonrpc", auth="public")
    def collection_pay_payment(self, token, **kwargs):
        """Create the payment of what is due and return its processing values.

        The browser may choose only the provider, payment method and flow. An earlier
        payment that was started on another page is closed first.
        """
        now = fields.Datetime.now()
        link, problem = self._open_collection_link(token, now, PAY)
        if problem:
            return self._get_collection_failure(problem)
        link = self._in_customer_language(link)
        choices = self._take_choices(kwargs)
        document = link._get_document()
        if not document:
            return self._get_payment_failure("canceled")
        try:
            document._close_earlier_payments(now)
            chosen = self._take_stored_method(link, document, kwargs, now)
            if problem := self._find_payment_problem(link, document, chosen, kwargs):
                return self._get_payment_failure(problem)
            choices |= chosen
            transaction = self._start_payment(link, document, choices, kwargs)
        except ValidationError as error:
            return {"state": "error", "state_message": str(error)}
        self._set_collection_cookie(token)
        return transaction._get_processing_values()

    def _take_stored_method(self, link, document, kwargs, now):
        """Return the values of the method on file that was chosen, if it is offered to
        whoever is on the page."""
        if kwargs.get("flow") != "token":
            return {}
        tokens = self._get_payment_tokens(link, document, now)
        token = tokens.filtered(lambda t: t.id == kwargs.get("token_id"))
        if not token:
            return {}
        return {
            "token_id": token.id,
            "provider_id": token.provider_id.id,
            "payment_method_id": token.payment_method_id.id,
        }

    def _find_payment_problem(self, link, document, chosen, kwargs):
        """Return why this isn't paid, or False.

        :param chosen: the values of the method on file, if one was chosen
        """
        if problem := document._get_payment_problem():
            return problem
        if kwargs.get("access_token") != self._get_payment_mark(document):
            return "changed"
        if chosen:
            return False
        providers = self._get_payment_providers(link, document)
        methods = self._get_payment_methods(link, document, providers)
        if kwargs.get(MARK) and not self._was_consent_read(link, providers, kwargs):
            return "changed"
        method = methods.filtered(lambda m: m.id == kwargs.get("payment_method_id"))
        offered = (
            kwargs.get("provider_id") in providers.ids
            and kwargs.get("provider_id") in method.provider_ids.ids
            and kwargs.get("flow") in ("redirect", "direct")
        )
        return False if offered else "choice"

    def _was_consent_read(self, link, providers, kwargs):
        chosen = providers.filtered(lambda p: p.id == kwargs.get("provider_id"))
        consent = chosen[:1]._get_saving_consent(link.partner_id.id)
        return consent.get("mark") == kwargs[MARK]

    def _start_payment(self, link, document, choices, kwargs):
        """Return the new payment. Its method is stored if the page asked for that, and
        the customer read the text that is recorded."""
        mark = kwargs.get(MARK)
        providers = self._get_payment_providers(link, document)
        saving = self._get_saving_providers(document, providers)
        stored = choices.pop("token_id", None)
        saves = bool(mark and not stored and saving.get(choices["provider_id"]))
        return self._create_transaction(
            **choices,
            **({MARK: mark} if saves else {}),
            token_id=stored,
            amount=document._get_link_amount(),
            currency_id=document.currency_id.id,
            partner_id=link.partner_id.id,
            tokenization_requested=saves,
            landing_route="/pay/done",
            custom_create_values={
                **document._prepare_link_payment_vals(),
                "collection_link_id": link.id,
            },
        )

    def _get_payment_failure(self, problem):
        """Return the answer that the payment form shows."""
        _ = request.env._
        messages = {
            "paid": _("This has already been paid. Nothing more is due."),
            "processing": _(
                "A payment is already being processed. You don't need to do anything."
            ),
            "canceled": _("This was canceled. Nothing is due."),
            "expired": _(
                "This offer has expired. Nothing was charged. Please contact us."
            ),
            "changed": _(
                "The amount due has changed since you opened this page. Nothing was "
                "charged. Please reload the page."
            ),
        }
        if problem not in messages:
            return self._get_collection_failure(problem)
        return {"state": "error", "state_message": messages[problem]}
