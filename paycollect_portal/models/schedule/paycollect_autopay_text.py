# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules import autopay
from .paycollect_message import AUTOPAY

NOTICE = "paycollect_portal.mail_template_autopay_notice"
NEWS = "paycollect_portal.mail_template_autopay_news"


class PaycollectAutopay(models.Model):
    """What customers agree to, and what they are told."""

    _inherit = "paycollect.autopay"

    @api.model
    def _get_consent_text(self, contact, company, token, terms, use_backups):
        """Return what the customer agrees to, in the current language (S1, E1): one
        thing a line.

        It replaces the method's consent, so it contains what that one allowed.
        """
        link = self.env["paycollect.link"].new(
            {"partner_id": contact.id, "company_id": company.id, "purpose": "method"}
        )
        sentences = [
            link._get_use_text(),
            self._get_scope_text(company, token, terms),
            self._get_limit_text(company, terms),
            use_backups
            and self.env._(
                "If this method is removed, expires or is refused for good, the next "
                "of my methods on file may be charged instead."
            ),
            self._get_notice_text(terms.notice_days),
            self.env._("I can turn autopay off at any time in the customer portal."),
            link._get_ending_text(),
            token.method_kind == "bank" and link._get_bank_debit_text(),
        ]
        return "\n".join(filter(None, sentences))

    def _get_scope_text(self, company, token, terms):
        values = {
            "company": company.name,
            "method": token._get_label(),
            "when": self._get_day_text(terms.day),
        }
        if terms.scope == autopay.JOBS:
            return self.env._(
                "Autopay: %(company)s may charge %(method)s for my jobs %(when)s.",
                **(values | {"when": self._get_day_text(terms.day, jobs=True)}),
            )
        if terms.scope == autopay.DUE:
            return self.env._(
                "Autopay: %(company)s may charge %(method)s for all of my invoices "
                "%(when)s.",
                **values,
            )
        if terms.day:
            return self.env._(
                "Autopay: %(company)s may charge %(method)s for my jobs and my other "
                "invoices %(when)s.",
                **values,
            )
        return self.env._(
            "Autopay: %(company)s may charge %(method)s for my jobs %(jobs)s, and for "
            "my other invoices %(when)s.",
            jobs=self._get_day_text(terms.day, jobs=True),
            **values,
        )

    def _get_day_text(self, day, jobs=False):
        if day == autopay.LAST_DAY:
            return self.env._("on the last day of the month")
        if day:
            return self.env._("on day %(day)s of the month", day=day)
        if jobs:
            return self.env._("as soon as they are invoiced")
        return self.env._("on their due date")

    def _get_notice_text(self, days):
        if days == 1:
            return self.env._("I will get an email about each payment 1 day ahead.")
        return days and self.env._(
            "I will get an email about each payment %(days)s days ahead.", days=days
        )

    def _get_limit_text(self, company, terms):
        amounts = {
            name: company.currency_id._format_amount(getattr(terms, name))
            for name in ("max_amount", "max_month")
        }
        if terms.max_amount and terms.max_month:
            return self.env._(
                "Each payment is at most %(max_amount)s, and all payments of a month "
                "together at most %(max_month)s.",
                **amounts,
            )
        if terms.max_amount:
            return self.env._("Each payment is at most %(max_amount)s.", **amounts)
        if terms.max_month:
            return self.env._(
                "All payments of a month together are at most %(max_month)s.", **amounts
            )
        return self.env._("There is no limit to the amount.")

    def _get_summary(self):
        """Return the terms in two sentences, for staff and customers."""
        self.ensure_one()
        terms = self._get_terms()
        limit = self._get_limit_text(self.company_id, terms)
        return f"{self._get_paid_text(terms)} {limit}"

    def _get_paid_text(self, terms):
        values = {
            "method": self.token_id._get_label(),
            "when": self._get_day_text(terms.day),
            "jobs": self._get_day_text(terms.day, jobs=True),
        }
        if terms.scope == autopay.JOBS:
            return self.env._("%(method)s is charged for jobs %(jobs)s.", **values)
        if terms.scope == autopay.DUE or terms.day:
            return self.env._("%(method)s is charged for invoices %(when)s.", **values)
        return self.env._(
            "%(method)s is charged for jobs %(jobs)s, and for other invoices %(when)s.",
            **values,
        )

    # -- messages ------------------------------------------------------------------

    def _get_told(self):
        """Return the contact who is told: who agreed, while they belong to the
        customer."""
        contact = self.contact_id
        belongs = contact.commercial_partner_id == self.partner_id and contact.active
        return contact if belongs else self.partner_id

    def _in_customer_language(self):
        return self.with_context(lang=self._get_told().lang or self.env.lang)

    def _tell(self, template, **said):
        """Queue an email to the customer.

        :param said: values of the template
        """
        row = self._in_customer_language()
        values = {"url": f"{row.company_id._get_public_url()}/my/autopay", **said}
        self._get_told()._send_schedule_mail(
            row.with_context(autopay=values), template, AUTOPAY
        )

    def _prepare_rows(self, charges):
        """Return what the customer reads about these charges."""
        row = self._in_customer_language()
        return [
            {
                "name": charge.move.name,
                "amount": row.currency_id._format_amount(charge.amount),
                "day": format_day(row.env, charge.day),
                "problem": charge.problem,
            }
            for charge in charges
        ]

    def _tell_ahead(self, charges, now):
        """Say what will be charged when (E1), and keep to it."""
        if not charges:
            return
        for charge in charges:
            for item in self._get_items([charge]):
                part = next(p for p in charge.parts if p.line == item.line_id)
                item.write(
                    {
                        "told_amount": part.amount,
                        "told_day": charge.day,
                        "told_at": now,
                    }
                )
        row = self._in_customer_language()
        self._tell(
            NOTICE,
            rows=self._prepare_rows(charges),
            day=row._get_days_text(charges),
            method=self.token_id._get_label(),
            **row._prepare_amounts(charges, now),
        )

    def _prepare_amounts(self, charges, now):
        """Return what is charged in total; at most, if there is credit: something else
        may use it until then."""
        total = sum(charge.amount for charge in charges)
        credit = sum(self._get_credit(charges, now))
        show = self.currency_id._format_amount
        if self.currency_id.is_zero(credit):
            return {"total": show(total)}
        rest = self.currency_id.round(total - credit)
        return {
            "total": self.env._("at most %(amount)s", amount=show(total)),
            "credit": show(credit),
            "rest": show(rest) if rest else "",
        }

    def _get_credit(self, charges, now):
        """Return the credit that each charge uses before money, as of now."""
        company, customer = self.company_id, self.partner_id
        items = customer._get_open_items(company, company._get_today(now))[customer]
        wanted = [(self._get_lines([charge]), charge.amount) for charge in charges]
        return customer._share_credit(company, items, wanted)

    def _get_days_text(self, charges):
        days = sorted({charge.day for charge in charges})
        first = format_day(self.env, days[0])
        if len(days) == 1:
            return self.env._("on %(day)s", day=first)
        last = format_day(self.env, days[-1])
        return self.env._("from %(first)s to %(last)s", first=first, last=last)

    def _tell_over(self, charges):
        """Say that a limit keeps these from being charged, once."""
        if not charges:
            return
        for charge in charges:
            self._get_items([charge]).problem = charge.problem
        self._tell(NEWS, kind="over", rows=self._prepare_rows(charges))

    def _tell_failed(self, charges):
        if charges:
            self._tell(NEWS, kind="failed", rows=self._prepare_rows(charges))

    def _tell_stopped(self, kind="stopped"):
        """:param kind: ``off`` if staff turned it off"""
        self._tell(NEWS, kind=kind, method=self.token_id._get_label())

    def _tell_moved(self, before):
        self._tell(
            NEWS,
            kind="moved",
            before=before._get_label(),
            method=self.token_id._get_label(),
        )
