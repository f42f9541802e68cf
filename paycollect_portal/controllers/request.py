# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields, http
from odoo.exceptions import UserError
from odoo.http import request

from ..rules import disputes, requests
from .balance_portal import PaycollectBalancePortal
from .customer import check_may_act, find_own

REQUESTS = "/my/requests"
MAX_INVOICES = 1000


class PaycollectRequests(PaycollectBalancePortal):
    """A customer's requests about payments in the portal."""

    @http.route(REQUESTS, type="http", auth="user", methods=["GET"], website=True)
    def collection_my_requests(self, done="", **_kwargs):
        """Show the customer's requests and our answers."""
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        return self._render_request_list(link, done=done)

    @http.route(
        f"{REQUESTS}/new", type="http", auth="user", methods=["GET"], website=True
    )
    def collection_my_request_new(self, kind="", payment="", **_kwargs):
        """Show the form of a new request of this kind."""
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        if kind not in requests.KINDS:
            return request.redirect(REQUESTS)
        return self._render_request_form(link, {"kind": kind, "payment": payment}, {})

    @http.route(
        f"{REQUESTS}/file", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_request_file(self, kind="", payment="", **form):
        """Send a request; a problem is shown beside what was typed."""
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        line = find_own(self._get_own_payments(link), payment)
        if kind not in requests.KINDS or (payment and not line):
            raise request.not_found()
        moves = self._read_invoices(link) if kind == requests.PURPOSE else ()
        wish, problems = self._read_wish(line, kind, form, moves)
        if not problems:
            records = request.env["paycollect.request"].sudo()
            moves = moves or request.env["account.move"]
            try:
                records._file(line, link.partner_id, wish, moves)
            except UserError as error:
                problems["form"] = str(error)
            else:
                return request.redirect(f"{REQUESTS}?done=filed")
        typed = {**form, "kind": kind, "payment": payment}
        return self._render_request_form(link, typed, problems, moves)

    @http.route(
        f"{REQUESTS}/withdraw", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_request_withdraw(self, record="", **_kwargs):
        """Withdraw one of the customer's open requests."""
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        if not (found := find_own(self._get_own_requests(link), record)):
            raise request.not_found()
        try:
            found._withdraw()
        except UserError as error:
            return self._render_request_list(link, problem=str(error))
        return request.redirect(f"{REQUESTS}?done=withdrawn")

    # -- whose records --------------------------------------------------------------

    def _get_own_requests(self, link):
        """Return the requests (sudo) of whoever is logged in, and of colleagues."""
        customer = link.partner_id.commercial_partner_id
        return (
            request.env["paycollect.request"]
            .sudo()
            .search(
                [
                    ("line_id.partner_id", "child_of", customer.id),
                    ("company_id", "=", link.company_id.id),
                ]
            )
        )

    def _get_own_payments(self, link):
        """Return the receivable items (sudo) of what the customer paid lately."""
        customer, company = link.partner_id.commercial_partner_id, link.company_id
        today = company._get_today(fields.Datetime.now())
        since = today - timedelta(days=requests.PAID_WITHIN)
        lines = request.env["account.move.line"]
        return lines._search_payments(customer, company, since)

    def _get_own_invoices(self, link):
        """Return the customer's open invoices (sudo), the oldest first."""
        customer, company = link.partner_id.commercial_partner_id, link.company_id
        today = company._get_today(fields.Datetime.now())
        items = customer._get_open_items(company, today)[customer]
        moves = request.env["account.move"].sudo()
        return moves.browse(
            {item.move.id: None for item in items if item.payable and item.residual > 0}
        )

    # -- what was typed -------------------------------------------------------------

    def _read_invoices(self, link):
        """Return the customer's open invoices that are ticked; others are ignored."""
        ticked = set(request.httprequest.form.getlist("invoice")[:MAX_INVOICES])
        return self._get_own_invoices(link).filtered(lambda m: str(m.id) in ticked)

    def _read_wish(self, line, kind, form, moves):
        """Return the :class:`requests.Wish` and ``{field: sentence}``."""
        amount, problem = self._read_amount((form.get("amount") or "").strip())
        wish = requests.Wish(
            kind=kind,
            amount=amount,
            text=form.get("text") or "",
            has_invoices=bool(moves),
        )
        paid = line._get_paid() if line else None
        digits = line.currency_id.decimal_places
        found = requests.find_problems(wish, paid, digits)
        if moves and line and moves.currency_id != line.currency_id:
            found["invoices"] = "currency"
        texts = {
            name: self._get_request_text(line, name, code)
            for name, code in found.items()
        }
        return wish, texts | ({"amount": problem} if problem else {})

    def _get_request_text(self, line, name, code):
        _ = request.env._
        match name, code:
            case "payment", requests.NOT_OPEN:
                return _(
                    "This payment is applied to invoices already. Please choose "
                    "another one, or contact us."
                )
            case "payment", _code:
                return _("Please choose the payment.")
            case "invoices", disputes.MISSING:
                return _("Please select the invoices that you paid.")
            case "invoices", _code:
                return _("Please select invoices in the currency of the payment.")
            case "text", disputes.TOO_LONG:
                return _(
                    "Your text is longer than %(limit)s characters. Please shorten it.",
                    limit=disputes.MAX_TEXT,
                )
            case "text", _code:
                return _("Please tell us why you'd like a refund.")
            case "amount", disputes.TOO_MUCH:
                return _(
                    "The payment was %(limit)s. Please enter a lower amount, or leave "
                    "it empty.",
                    limit=line.currency_id._format_amount(line._get_paid().amount),
                )
        return _("Please enter an amount above zero, or leave it empty.")

    # -- pages ------------------------------------------------------------------------

    def _render_request(self, template, link, values):
        page = self._prepare_portal_layout_values()
        page |= {
            "page_name": "collection_requests",
            "res_company": link.company_id,
            **values,
        }
        return request.render(f"paycollect_portal.{template}", page)

    def _render_request_list(self, link, done="", problem=""):
        found = self._get_own_requests(link)
        values = {"requests_sudo": found, "done": done, "problem": problem}
        return self._render_request("request_list", link, values)

    def _render_request_form(self, link, typed, problems, moves=()):
        lines = self._get_own_payments(link)
        is_purpose = typed["kind"] == requests.PURPOSE
        if is_purpose:
            lines = lines.filtered(lambda line: line._get_paid().unapplied)
        values = {
            "is_purpose": is_purpose,
            "lines_sudo": lines,
            "moves_sudo": self._get_own_invoices(link) if is_purpose else (),
            "typed": typed,
            "ticked": {move.id for move in moves},
            "problems": problems,
            "max_text": disputes.MAX_TEXT,
        }
        return self._render_request("request_form", link, values)
