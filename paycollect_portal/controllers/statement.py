# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date

from odoo import http
from odoo.http import content_disposition, request

from odoo.addons.paycollect_fsm.rules.contact import find_emails
from odoo.addons.portal.controllers.portal import CustomerPortal

from ..rules.statement import get_periods
from .customer import get_customer

URL = "/my/statement"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# More than a person reads, or the PDF engine prints in time.
MOST_LINES = 2000
YEARS = (1990, 2100)


class PortalStatement(CustomerPortal):
    """The customer's statement of account: page, PDF, spreadsheet, monthly email."""

    @http.route(URL, type="http", auth="user", website=True, methods=["GET"])
    def collection_statement(self, date_from=None, date_to=None, **kwargs):
        if not (customer := get_customer()):
            raise request.not_found()
        period, problem = self._read_statement_period(date_from, date_to)
        typed, status = (date_from, date_to), 400 if problem else 200
        return self._render_statement(customer, period, problem, typed, status)

    @http.route(
        [f"{URL}/pdf", f"{URL}/xlsx"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def collection_statement_file(self, date_from=None, date_to=None, **kwargs):
        if not (customer := get_customer()):
            raise request.not_found()
        kind = request.httprequest.path.rsplit("/", 1)[1]
        period, problem = self._read_statement_period(date_from, date_to)
        status, content = 400, None
        if not problem:
            status = 200
            content, problem = self._get_statement_file(customer, kind, period)
        if problem:
            typed = (date_from, date_to)
            return self._render_statement(customer, period, problem, typed, status)
        name = customer._get_statement_filename(*period, kind)
        headers = [
            ("Content-Type", "application/pdf" if kind == "pdf" else XLSX),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(name)),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(content, headers)

    @http.route(
        f"{URL}/monthly", type="http", auth="user", website=True, methods=["POST"]
    )
    def collection_statement_monthly(self, wanted=None, **kwargs):
        """Switch the monthly email on (``wanted=1``) or off for who is logged in."""
        if not get_customer():
            raise request.not_found()
        request.env["paycollect.statement.request"].sudo()._set_wanted(
            request.env.user.partner_id.sudo(),
            request.env.company.sudo(),
            wanted == "1",
        )
        return request.redirect(f"{URL}#monthly")

    # -- helpers -------------------------------------------------------------------

    def _read_statement_period(self, date_from, date_to):
        """Return the period, and what is wrong with the dates; default: this month."""
        today = request.env.company.sudo()._get_today()
        default = get_periods(today)["month"]
        days = []
        for text, missing in ((date_from, default[0]), (date_to, today)):
            day, problem = self._read_statement_day(text, missing)
            if problem:
                return default, problem
            days.append(day)
        if date_to and not date_from:
            days[0] = days[1].replace(day=1)
        if days[0] > days[1]:
            return default, request.env._(
                "The first day, %(first)s, is after the last day, %(last)s. Enter an "
                "earlier first day.",
                first=days[0],
                last=days[1],
            )
        return tuple(days), None

    def _read_statement_day(self, text, missing):
        if not text:
            return missing, None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        if day and YEARS[0] <= day.year <= YEARS[1]:
            return day, None
        return None, request.env._(
            "“%(text)s” isn't a date between %(first)s and %(last)s. Enter a date such "
            "as 2026-03-31.",
            text=text[:20],
            first=YEARS[0],
            last=YEARS[1],
        )

    def _get_statement_file(self, customer, kind, period):
        """Return the file's content, and why there is none."""
        company = request.env.company.sudo()
        if kind == "xlsx":
            return customer._get_statement_xlsx(*period, company), None
        values = customer._get_statement_values(*period, company)
        if values["line_count"] > MOST_LINES:
            return None, self._get_too_long_text(values["line_count"])
        if content := customer._get_statement_pdf(*period, company):
            return content, None
        return None, request.env._(
            "The PDF can't be made at the moment. Download the spreadsheet, or try "
            "again later."
        )

    def _get_too_long_text(self, count):
        return request.env._(
            "This period has %(count)s movements; at most %(most)s fit on one page. "
            "Choose a shorter period, or download the spreadsheet.",
            count=count,
            most=MOST_LINES,
        )

    def _render_statement(self, customer, period, problem, typed, status):
        company = request.env.company.sudo()
        values = customer._get_statement_values(*period, company)
        if not problem and values["line_count"] > MOST_LINES:
            problem = self._get_too_long_text(values["line_count"])
            values["is_too_long"] = True
        first, last = period
        contact = request.env.user.partner_id.sudo()
        monthly = request.env["paycollect.statement.request"]
        return request.render(
            "paycollect_portal.portal_statement",
            {
                **self._prepare_portal_layout_values(),
                **values,
                "page_name": "collection_statement",
                "problem": problem,
                "typed_from": (problem and typed[0]) or first,
                "typed_to": (problem and typed[1]) or last,
                "periods": self._get_statement_periods(period),
                "query": f"date_from={first}&date_to={last}",
                "monthly": monthly._find_current(contact, company)[:1],
                "monthly_address": ", ".join(
                    find_emails(contact._get_collection_email())
                ),
            },
            status=status,
        )

    def _get_statement_periods(self, period):
        _ = request.env._
        labels = {
            "month": _("This month"),
            "last_month": _("Last month"),
            "quarter": _("This quarter"),
            "year": _("This year"),
        }
        today = request.env.company.sudo()._get_today()
        return [
            {
                "label": labels[name],
                "url": f"{URL}?date_from={days[0]}&date_to={days[1]}",
                "active": days == period,
            }
            for name, days in get_periods(today).items()
        ]
