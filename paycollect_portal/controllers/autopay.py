# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from urllib.parse import urlencode

from odoo import fields, http
from odoo.http import request

from odoo.addons.paycollect_fsm.models.company.moments import format_day
from odoo.addons.paycollect_fsm.rules.const import OPEN_STATES

from ..models.schedule.paycollect_autopay import BY_CUSTOMER
from ..rules import autopay
from ..rules.open_items import SCHEDULED
from .autopay_terms import PaycollectAutopayTerms
from .customer import check_may_act

AUTOPAY = "/my/autopay"
HISTORY = 40
NOTICES = (0, 1, 3, 5, 7, 10, 14)


class PaycollectAutopayPages(PaycollectAutopayTerms):
    """The customer's autopay: terms, what is charged next, and what was.

    Everything is read with sudo for the customer of ``_get_own_link``, and an ID from
    the browser only chooses among what is theirs.
    """

    @http.route(AUTOPAY, type="http", auth="user", methods=["GET"], website=True)
    def collection_my_autopay(self, done="", change="", **typed):
        """Show what is on and charged next, or the form that turns it on.

        :param typed: the form's values, for somebody who comes back to it
        """
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        row = self._get_own_autopay(link)
        if row and not change:
            return self._render_autopay(link, row, done)
        if not typed.get("scope"):
            typed = self._get_typed_terms(row)
        return self._render_autopay_form(link, row, typed, {}, done)

    @http.route(
        f"{AUTOPAY}/review", type="http", auth="user", methods=["GET"], website=True
    )
    def collection_my_autopay_review(self, **typed):
        """Show what would be charged next, and the text to agree to."""
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        return self._review_autopay(link, typed)

    @http.route(
        f"{AUTOPAY}/on", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_autopay_on(self, mark="", agreed="", **typed):
        """Turn autopay on with the terms that were read and agreed to."""
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        contact, company = link.partner_id, link.company_id
        rows = request.env["paycollect.autopay"].sudo()
        rows._serialize(contact.commercial_partner_id)
        token, terms, backups, problems = self._read_autopay(link, typed)
        if problems:
            return self._review_autopay(link, typed)
        text = rows._get_consent_text(contact, company, token, terms, backups)
        if mark != self._get_autopay_mark(text):
            return self._review_autopay(link, typed, "changed")
        if agreed != "1":
            return self._review_autopay(link, typed, "agree")
        if not self._get_own_autopay(link)._is_agreed(contact, token, text):
            rows._start(
                contact,
                company,
                token,
                terms,
                backups,
                ip_address=request.httprequest.remote_addr,
                lang=request.env.lang,
            )
        return request.redirect(f"{AUTOPAY}?done=on")

    @http.route(
        f"{AUTOPAY}/off", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_autopay_off(self, **_kwargs):
        """Turn autopay off at once."""
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        self._get_own_autopay(link)._stop(BY_CUSTOMER)
        return request.redirect(f"{AUTOPAY}?done=off")

    @http.route(
        f"{AUTOPAY}/skip", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_autopay_skip(self, item="", undo="", **_kwargs):
        """Skip one payment, or undo that while it isn't charged."""
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        row = self._get_own_autopay(link)
        found = [i for i in self._get_own_items(link) if str(i.line.id) == item]
        if not row or not found:
            raise request.not_found()
        line = found[0].line
        if undo:
            row._resume(line)
        elif found[0].state == SCHEDULED:
            row._skip(line)
        return request.redirect(f"{AUTOPAY}?done={'resumed' if undo else 'skipped'}")

    # -- whose ---------------------------------------------------------------------

    def _get_own_autopay(self, link):
        """Return what is on for whoever is logged in (sudo), or none."""
        customer = link.partner_id.commercial_partner_id
        return request.env["paycollect.autopay"]._find_active(customer, link.company_id)

    def _get_own_items(self, link):
        company = link.company_id
        customer = link.partner_id.commercial_partner_id
        today = company._get_today(fields.Datetime.now())
        return customer._get_open_items(company, today)[customer]

    # -- pages ---------------------------------------------------------------------

    def _render_schedule(self, template, link, values):
        page = self._prepare_portal_layout_values()
        page |= {
            "page_name": "collection_autopay",
            "res_company": link.company_id,
            "format_day": lambda day: format_day(request.env, day),
            **values,
        }
        return request.render(f"paycollect_portal.{template}", page)

    def _render_autopay(self, link, row, done):
        items = self._get_own_items(link)
        values = {
            "autopay_sudo": row,
            "done": done,
            "upcoming": self._deduct_credit(
                link,
                items,
                [(i, i.line, i.to_pay) for i in self._get_upcoming(link, row, items)],
            ),
            "skipped": self._get_skipped(row, items),
            "history_sudo": self._get_autopay_history(link),
        }
        return self._render_schedule("autopay_page", link, values)

    def _get_upcoming(self, link, row, items):
        """Return what autopay charges next: the open items that wait for it."""
        tokens = {}
        today = link.company_id._get_today(fields.Datetime.now())
        lines = request.env["account.move.line"].sudo()
        lines = lines.browse(i.line.id for i in items if i.state == SCHEDULED)
        planned = {
            part.line.id
            for charge in lines._get_autopay_charges(today).get(row, [])
            for part in charge.parts
        }
        for item in items:
            attempt = item.move.collection_attempt_ids.filtered(
                lambda a: a.state in OPEN_STATES and a.autopay_id
            )
            if item.line.id in planned or (attempt and item.state == SCHEDULED):
                tokens[item.line.id] = item
        return sorted(tokens.values(), key=lambda item: item.until)

    def _deduct_credit(self, link, items, wanted):
        """Return what each of these payments takes after the customer's credit, as of
        now: dicts with ``what``, ``credit`` and ``amount``.

        :param wanted: list of (what it pays, its journal items, amount before credit),
            in the order of payment
        """
        customer, company = link.partner_id.commercial_partner_id, link.company_id
        amounts = [(lines, amount) for _what, lines, amount in wanted]
        credits = customer._share_credit(company, items, amounts)
        return [
            {
                "what": what,
                "credit": credit,
                "amount": company.currency_id.round(amount - credit),
            }
            for (what, _lines, amount), credit in zip(wanted, credits, strict=True)
        ]

    def _get_skipped(self, row, items):
        left_out = row.item_ids.filtered("skipped_at").line_id
        return [item for item in items if item.line in left_out]

    def _get_autopay_history(self, link):
        return (
            request.env["paycollect.attempt"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", link.partner_id.commercial_partner_id.id),
                    ("company_id", "=", link.company_id.id),
                    ("autopay_id", "!=", False),
                    ("state", "not in", ("planned", "canceled")),
                ],
                limit=HISTORY,
            )
        )

    def _render_autopay_form(self, link, row, typed, problems, done=""):
        scopes = request.env["paycollect.autopay"]._fields["scope"]
        values = {
            "autopay_sudo": row,
            "methods_sudo": self._get_own_methods(link),
            "scopes": scopes._description_selection(request.env),
            "notices": NOTICES,
            "last_day": autopay.LAST_DAY,
            "typed": typed,
            "problems": problems,
            "done": done,
            "currency": link.company_id.currency_id,
            "history_sudo": self._get_autopay_history(link),
        }
        return self._render_schedule("autopay_form", link, values)

    def _review_autopay(self, link, typed, problem=""):
        """Show the text to agree to; or the form again, with what is wrong."""
        row = self._get_own_autopay(link)
        token, terms, backups, problems = self._read_autopay(link, typed)
        if problems:
            return self._render_autopay_form(link, row, typed, problems)
        contact, company = link.partner_id, link.company_id
        rows = request.env["paycollect.autopay"].sudo()
        text = rows._get_consent_text(contact, company, token, terms, backups)
        charges = self._preview_autopay(link, token, terms)
        names = ("token", "scope", "day", "notice_days", "max_amount", "max_month")
        chosen = {name: (typed.get(name) or "")[:32] for name in names}
        chosen["use_backups"] = "1" if backups else ""
        values = {
            "autopay_sudo": row,
            "token_sudo": token,
            "text": text,
            "mark": self._get_autopay_mark(text),
            "chosen": chosen,
            "back": f"{AUTOPAY}?{urlencode({'change': 1, **chosen})}",
            "problem": problem,
            "charges": self._deduct_credit(
                link,
                self._get_own_items(link),
                [(c, rows._get_lines([c]), c.amount) for c in charges if not c.problem],
            ),
            "over": [charge for charge in charges if charge.problem],
            "currency": company.currency_id,
        }
        return self._render_schedule("autopay_review", link, values)

    def _preview_autopay(self, link, token, terms):
        """Return the charges that these terms would lead to; nothing is stored."""
        customer, company = link.partner_id.commercial_partner_id, link.company_id
        today = company._get_today(fields.Datetime.now())
        items = self._get_own_items(link)
        lines = request.env["account.move.line"].sudo()
        lines = lines.browse(
            i.line.id for i in items if i.is_asked or i.state == SCHEDULED
        )
        rows = request.env["paycollect.autopay"].sudo()
        row = rows.new(
            {
                "partner_id": customer.id,
                "company_id": company.id,
                "token_id": token.id,
                "scope": terms.scope,
                "max_amount": terms.max_amount,
                "max_month": terms.max_month,
                "agreed_at": fields.Datetime.now(),
            }
        )
        lines = lines._filter_autopay(row)
        none = rows.item_ids.browse()
        parts = [row._prepare_part(line, none, today) for line in lines]
        digits = company.currency_id.decimal_places
        [credits] = lines._get_autopay_credits(row, company).values()
        return autopay.plan(terms, parts, today, {}, digits, credits)

    # -- home ----------------------------------------------------------------------

    def _prepare_collection_home(self, link):
        row = self._get_own_autopay(link)
        return super()._prepare_collection_home(link) | {
            "autopay": row.token_id._get_label() if row else ""
        }
