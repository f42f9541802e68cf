# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib

from odoo.http import request

from ..rules import autopay
from ..rules.autopay import Terms
from .home import PaycollectHome


class PaycollectAutopayTerms(PaycollectHome):
    """The terms of autopay as a customer types them."""

    def _get_own_methods(self, link):
        """Return the methods (sudo) that can be chosen, of this customer only."""
        customer = link.partner_id.commercial_partner_id
        rows = request.env["paycollect.autopay"].sudo()
        return rows._get_offered_methods(customer, link.company_id)

    def _get_typed_terms(self, row):
        """Return the form's first values: the current terms, or what most people
        want."""
        if not row:
            return {"scope": "both", "day": "0", "notice_days": "3"}
        digits = row.currency_id.decimal_places
        amounts = {
            name: f"{row[name]:.{digits}f}" if row[name] else ""
            for name in ("max_amount", "max_month")
        }
        return amounts | {
            "token": str(row.token_id.id),
            "use_backups": "1" if row.use_backups else "",
            "scope": row.scope,
            "day": str(row.day),
            "notice_days": str(row.notice_days),
        }

    def _read_autopay(self, link, typed):
        """Return the method, the terms, whether backups may be used, and what is wrong
        as ``{field: sentence}``."""
        methods = self._get_own_methods(link)
        token = methods.filtered(lambda t: str(t.id) == typed.get("token"))
        problems, amounts = {}, {}
        for name in ("max_amount", "max_month"):
            amount, problem = self._read_amount((typed.get(name) or "").strip())
            amounts[name] = amount or 0.0
            if problem:
                problems[name] = problem
        currency = link.company_id.currency_id
        terms = Terms(
            scope=typed.get("scope") or "",
            day=_read_number(typed.get("day")),
            notice_days=_read_number(typed.get("notice_days")),
            **{name: currency.round(amount) for name, amount in amounts.items()},
        )
        is_bank = token.method_kind == "bank"
        for name, code in autopay.find_problems(terms, is_bank).items():
            problems.setdefault(name, self._get_autopay_problem(name, code))
        if not token:
            problems["token"] = request.env._("Please choose a payment method.")
        return token, terms, typed.get("use_backups") == "1", problems

    def _get_autopay_problem(self, name, code):
        _ = request.env._
        match name, code:
            case "notice_days", "bank":
                return _(
                    "For a bank account without a limit per payment, we have to email "
                    "you at least %(days)s days ahead. Please choose that, or enter a "
                    "limit per payment.",
                    days=autopay.BANK_NOTICE,
                )
            case "max_month", "less":
                return _(
                    "The limit per month is lower than the limit per payment. Please "
                    "enter a higher one, or leave it empty."
                )
            case (("max_amount" | "max_month"), _code):
                return _("Please enter an amount above zero, or leave it empty.")
        return _("Please choose one of the options.")

    def _get_autopay_mark(self, text):
        """Return a hash of the text, so that what is recorded was read."""
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def _read_number(text):
    """Return a small number that was chosen, or -1."""
    text = str(text or "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1
