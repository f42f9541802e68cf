# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from werkzeug.exceptions import NotFound

from odoo import fields, http
from odoo.http import request

from odoo.addons.paycollect_fsm.models.company.moments import format_day
from odoo.addons.paycollect_fsm.rules.numbers import MAX_INTEGER
from odoo.addons.portal.controllers.portal import CustomerPortal

from ..rules import checks
from ..rules.amounts import parse_amount
from ..rules.open_items import CHECK, ON_ITS_WAY
from ..rules.uploads import MAX_BYTES
from .customer import check_may_act

PAGE = "/my/checks"
LISTED = 80
MAX_TYPED = 200


class PaycollectChecks(CustomerPortal):
    """A customer announces checks, and sees what became of them.

    Everything is read with sudo for the commercial partner of the logged-in contact,
    in the company of the website: never by an ID alone.
    """

    @http.route(PAGE, type="http", auth="user", website=True, methods=["GET"])
    def collection_checks(self, **kwargs):
        """Show the customer's checks."""
        customer, company = self._get_check_customer()
        return request.render(
            "paycollect_portal.portal_my_checks",
            {
                **self._get_check_page_values(company),
                "notices_sudo": self._search_checks(customer, company, limit=LISTED),
                "message": self._get_check_message(kwargs.get("done")),
            },
        )

    @http.route(f"{PAGE}/new", type="http", auth="user", website=True, methods=["GET"])
    def collection_check_new(self, **kwargs):
        """Show the form for a check."""
        customer, company = self._get_check_customer()
        typed = {"date": fields.Date.to_string(company._get_today())}
        return self._render_check_form(customer, company, typed, {})

    @http.route(
        f"{PAGE}/announce", type="http", auth="user", website=True, methods=["POST"]
    )
    def collection_check_announce(self, **kwargs):
        """Announce a check, or show the form again with what is wrong."""
        check_may_act()
        customer, company = self._get_check_customer()
        typed = self._read_check_form(kwargs)
        items = self._get_check_items(customer, company)
        chosen = [item.move for item in items if item.move.id in typed["move_ids"]]
        moves = request.env["account.move"].sudo().union(*chosen)
        notices = request.env["paycollect.check.notice"].sudo()
        said = self._get_announcement(typed, kwargs.get("photo"), moves, items)
        _notice, problems = notices._announce(customer, company, said, moves)
        if problems:
            if said.photo and "photo" not in problems:
                problems["photo"] = request.env._("Choose the photo again.")
            return self._render_check_form(customer, company, typed, problems)
        return request.redirect(f"{PAGE}?done=announced")

    @http.route(
        f"{PAGE}/<int:check_id>/cancel",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def collection_check_cancel(self, check_id, **kwargs):
        """Withdraw a notice whose check wasn't received."""
        check_may_act()
        notice = self._find_check(check_id)
        if not notice._may_cancel():
            return request.redirect(f"{PAGE}?done=late")
        notice._cancel()
        return request.redirect(f"{PAGE}?done=canceled")

    @http.route(
        f"{PAGE}/<int:check_id>/slip",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def collection_check_slip(self, check_id, **kwargs):
        """Download the slip that goes into the envelope."""
        notice = self._find_check(check_id)
        return self._show_report(
            model=notice,
            report_type="pdf",
            report_ref="paycollect_portal.report_check_slip",
            download=True,
        )

    # -- whose ---------------------------------------------------------------------

    def _get_check_customer(self):
        """Return the customer who is logged in (sudo) and the website's company.

        :raise NotFound: if the company doesn't collect
        """
        company = request.env.company.sudo()
        if not company.collection_active:
            raise NotFound()
        return request.env.user.partner_id.sudo().commercial_partner_id, company

    def _search_checks(self, customer, company, *domain, limit=None):
        """Return the customer's notices (sudo): the single place that reads them."""
        return (
            request.env["paycollect.check.notice"]
            .sudo()
            .search(
                [
                    ("partner_id", "child_of", customer.id),
                    ("company_id", "=", company.id),
                    *domain,
                ],
                limit=limit,
            )
        )

    def _find_check(self, check_id):
        """:raise NotFound: if the check isn't the customer's"""
        customer, company = self._get_check_customer()
        if check_id > MAX_INTEGER:
            raise NotFound()
        notice = self._search_checks(customer, company, ("id", "=", check_id))
        if not notice:
            raise NotFound()
        return notice

    # -- form ------------------------------------------------------------------------

    def _get_check_items(self, customer, company):
        """Return the open items that a check can pay."""
        items = customer._get_open_items(company, company._get_today())[customer]
        return [
            item
            for item in items
            if not item.is_credit and item.state not in (CHECK, ON_ITS_WAY)
        ]

    def _read_check_form(self, form):
        """Return what was typed, cut to a length that no check needs."""
        typed = {
            name: str(form.get(name) or "").strip()[:MAX_TYPED]
            for name in ("number", "bank", "amount", "date")
        }
        chosen = request.httprequest.form.getlist("move_ids")
        typed["move_ids"] = {int(move) for move in chosen if _is_id(move)}
        return typed

    def _get_announcement(self, typed, photo, moves, items):
        lang = request.env["res.lang"]._get_data(code=request.env.lang or "en_US")
        amount = parse_amount(
            typed["amount"], lang.decimal_point or ".", lang.thousands_sep
        )
        try:
            day = fields.Date.to_date(typed["date"]) or None
        except ValueError:
            day = None
        content = b""
        if photo and hasattr(photo, "read"):
            content = photo.read(MAX_BYTES + 1)
        return checks.Announcement(
            number=typed["number"],
            amount=amount,
            day=day,
            bank=typed["bank"],
            invoices=bool(moves or not items),
            photo=content,
        )

    # -- pages -----------------------------------------------------------------------

    def _get_check_page_values(self, company):
        return {
            **self._prepare_portal_layout_values(),
            "page_name": "check",
            "company_sudo": company,
            "payable_to": company.name,
            "remit_to": company.collection_remit_to,
            "format_day": lambda day: format_day(request.env, day),
        }

    def _render_check_form(self, customer, company, typed, problems):
        today = company._get_today()
        invoices = {}
        for item in self._get_check_items(customer, company):
            invoices.setdefault(item.move, []).append(item)
        return request.render(
            "paycollect_portal.portal_my_check_new",
            {
                **self._get_check_page_values(company),
                "invoices_sudo": invoices,
                "problems": problems,
                "typed": {"move_ids": set(), **typed},
                "pause_end": format_day(
                    request.env, company._get_check_pause_end(today)
                ),
                "max_digits": checks.MAX_DIGITS,
                "max_bank": checks.MAX_BANK,
            },
        )

    def _get_check_message(self, done):
        _ = request.env._
        return {
            "announced": _(
                "Thank you! We've noted your check. Please put the slip in the "
                "envelope."
            ),
            "canceled": _("The notice has been canceled."),
            "late": _("This notice can't be canceled anymore: see its status below."),
        }.get(done)


def _is_id(text):
    return text.isascii() and text.isdigit() and len(text) < 10
