# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64

from odoo import fields, http
from odoo.exceptions import UserError
from odoo.http import request

from ..rules import disputes
from .balance_portal import PaycollectBalancePortal
from .customer import check_may_act, find_own
from .uploads import get_upload_name, read_upload

DISPUTES = "/my/disputes"
NEW = f"{DISPUTES}/new"
MAX_LINES = 1000


class PaycollectDisputes(PaycollectBalancePortal):
    """A customer's disputes of invoices in the portal."""

    @http.route(DISPUTES, type="http", auth="user", methods=["GET"], website=True)
    def collection_my_disputes(self, done="", **_kwargs):
        """Show the customer's disputes and our answers."""
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        return self._render_dispute_list(link, done=done)

    @http.route(NEW, type="http", auth="user", methods=["GET"], website=True)
    def collection_my_dispute_new(self, invoice="", **_kwargs):
        """Show the form of a new dispute, or the invoices to choose from."""
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        moves = self._get_own_moves(link)
        if not invoice:
            return self._render_dispute("dispute_choose", link, {"moves_sudo": moves})
        if not (move := find_own(moves, invoice)):
            return self._render_not_disputable(link, invoice)
        return self._render_dispute_form(link, move, {}, {})

    @http.route(
        f"{DISPUTES}/file", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_dispute_file(self, invoice="", **form):
        """File a dispute; a problem is shown beside what was typed."""
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        if not (move := find_own(self._get_own_moves(link), invoice)):
            return self._render_not_disputable(link, invoice)
        lines = self._read_lines(move)
        claim, problems = self._read_claim(move, form, lines)
        content, problem = read_upload("file")
        if problem:
            problems["file"] = problem
        if not problems:
            file = self._prepare_file(move, content)
            record = request.env["paycollect.dispute"].sudo()
            try:
                record._file(move, link.partner_id, claim, lines, file)
            except UserError as error:
                problems["form"] = str(error)
            else:
                return request.redirect(f"{DISPUTES}?done=filed")
        return self._render_dispute_form(link, move, form, problems, lines)

    @http.route(
        f"{DISPUTES}/withdraw",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def collection_my_dispute_withdraw(self, dispute="", **_kwargs):
        """Withdraw one of the customer's open disputes."""
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        if not (record := find_own(self._get_own_disputes(link), dispute)):
            raise request.not_found()
        try:
            record._withdraw()
        except UserError as error:
            return self._render_dispute_list(link, problem=str(error))
        return request.redirect(f"{DISPUTES}?done=withdrawn")

    # -- whose records --------------------------------------------------------------

    def _get_own_moves(self, link):
        """Return the invoices (sudo) that whoever is logged in can dispute."""
        company = link.company_id
        today = company._get_today(fields.Datetime.now())
        customer = link.partner_id.commercial_partner_id
        return request.env["account.move"]._search_disputable(customer, company, today)

    def _get_own_disputes(self, link):
        """Return the disputes (sudo) of whoever is logged in, and of colleagues."""
        customer = link.partner_id.commercial_partner_id
        return (
            request.env["paycollect.dispute"]
            .sudo()
            .search(
                [
                    ("move_id.commercial_partner_id", "=", customer.id),
                    ("company_id", "=", link.company_id.id),
                ]
            )
        )

    # -- what was typed -------------------------------------------------------------

    def _read_lines(self, move):
        """Return the lines of the invoice that are ticked; others are ignored."""
        ticked = set(request.httprequest.form.getlist("line")[:MAX_LINES])
        return move._get_disputable_lines().filtered(lambda li: str(li.id) in ticked)

    def _read_claim(self, move, form, lines):
        """Return the :class:`disputes.Claim` and ``{field: sentence}``."""
        amount, problem = self._read_amount((form.get("amount") or "").strip())
        claim = disputes.Claim(
            reason=form.get("reason") or "",
            text=form.get("text") or "",
            amount=amount,
            lines=tuple(lines.mapped("price_total")),
        )
        digits = move.currency_id.decimal_places
        found = disputes.find_problems(claim, move._get_disputable_amount(), digits)
        texts = {
            name: self._get_dispute_text(move, name, code)
            for name, code in found.items()
        }
        return claim, texts | ({"amount": problem} if problem else {})

    def _get_dispute_text(self, move, name, code):
        _ = request.env._
        match name, code:
            case "reason", _code:
                return _("Please choose a reason.")
            case "text", disputes.TOO_LONG:
                return _(
                    "Your description is longer than %(limit)s characters. Please "
                    "shorten it, or attach it as a PDF.",
                    limit=disputes.MAX_TEXT,
                )
            case "text", _code:
                return _("Please describe what is wrong, so that we can look into it.")
            case "amount", disputes.TOO_MUCH:
                return _(
                    "You can dispute at most %(limit)s of this invoice. Please enter a "
                    "lower amount, or leave it empty.",
                    limit=move.currency_id._format_amount(
                        move._get_disputable_amount()
                    ),
                )
        return _("Please enter an amount above zero, or leave it empty.")

    def _prepare_file(self, move, content):
        """Return (name, content) for a binary field, or None."""
        if not content:
            return None
        title = request.env._("Dispute %(invoice)s", invoice=move.name)
        return get_upload_name(title, content), base64.b64encode(content)

    # -- pages ------------------------------------------------------------------------

    def _render_dispute(self, template, link, values):
        page = self._prepare_portal_layout_values()
        page |= {
            "page_name": "collection_disputes",
            "res_company": link.company_id,
            **values,
        }
        return request.render(f"paycollect_portal.{template}", page)

    def _render_dispute_list(self, link, done="", problem=""):
        found = self._get_own_disputes(link)
        values = {"disputes_sudo": found, "done": done, "problem": problem}
        return self._render_dispute("dispute_list", link, values)

    def _render_dispute_form(self, link, move, typed, problems, lines=()):
        reasons = request.env["paycollect.dispute"]._fields["reason"]
        values = {
            "move_sudo": move,
            "lines_sudo": move._get_disputable_lines(),
            "limit": move.currency_id._format_amount(move._get_disputable_amount()),
            "reasons": reasons._description_selection(request.env),
            "typed": typed,
            "ticked": {line.id for line in lines},
            "problems": problems,
            "max_text": disputes.MAX_TEXT,
        }
        return self._render_dispute("dispute_form", link, values)

    def _render_not_disputable(self, link, invoice):
        """An own invoice that is disputed already leads to the list; others don't
        exist for this customer."""
        found = self._get_own_disputes(link).move_id
        if not find_own(found, invoice):
            raise request.not_found()
        return self._render_dispute_list(
            link,
            problem=request.env._(
                "This invoice can't be disputed again now. Here is what we know about "
                "it."
            ),
        )
