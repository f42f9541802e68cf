# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from .paycollect_message import PLAN

TEMPLATE = "paycollect_portal.mail_template_installment"


class PaycollectInstallmentPlan(models.Model):
    """Emails about payment plans: one template, whose texts are made here."""

    _inherit = "paycollect.installment.plan"

    def _get_told(self):
        """Return the contact who is told: who accepted, else who gets the invoice."""
        contact = self.accepted_by_id or self.move_id.partner_id or self.partner_id
        belongs = contact.commercial_partner_id == self.partner_id and contact.active
        return contact if belongs else self.partner_id

    def _tell(self, kind, now, **values):
        super()._tell(kind, now, **values)
        told = self._get_told()
        plan = self.with_context(lang=told.lang or self.env.lang)
        said = getattr(plan, f"_say_{kind}")(told, now, **values)
        said.setdefault("rows", [])
        said["hello"] = plan.env._("Hi %(name)s,", name=told.name or "")
        said["questions"] = plan._say_questions()
        told._send_schedule_mail(plan.with_context(plan=said), TEMPLATE, PLAN)

    def _say_offered(self, told, now):
        _ = self.env._
        days = [day for day in self.part_ids.mapped("date") if day]
        values = self._prepare_values()
        lines = [_("You can pay %(amount)s for %(document)s in parts:", **values)]
        ends = []
        if days:
            ends = [
                _(
                    "Please accept or decline by %(day)s.",
                    day=self._format_day(min(days)),
                )
            ]
        return {
            "subject": _("Pay %(document)s in parts - %(company)s", **values),
            "lines": lines,
            "rows": self._get_mail_rows(),
            "ends": [*filter(None, [self.offer_text]), *ends],
            "button": _("See the offer"),
            "url": self._get_link(told, "plan", now),
        }

    def _tell_accepted(self, now):
        self._tell("accepted", now)

    def _say_accepted(self, told, now):
        _ = self.env._
        values = self._prepare_values()
        if not self.token_id:
            line = _(
                "Thank you, your payment plan for %(document)s is set. Please pay each "
                "part by its date; we'll remind you before.",
                **values,
            )
            ends = []
        else:
            line = _(
                "Thank you, your payment plan for %(document)s is set. We'll charge "
                "your %(method)s:",
                method=self.token_id._get_label(),
                **values,
            )
            ends = [
                _("Here is what you agreed to. Please keep it for your records."),
                *self.consent_id.text_shown.split("\n\n"),
            ]
        return {
            "subject": _(
                "Your payment plan for %(document)s is set - %(company)s", **values
            ),
            "lines": [line],
            "rows": self._get_mail_rows(),
            "ends": ends,
            "button": _("See your payment plan"),
            "url": self._get_link(told, "plan", now),
        }

    def _say_ahead(self, told, now, part, amount, day):
        _ = self.env._
        values = self._prepare_values() | {
            "amount": self.currency_id._format_amount(amount),
            "day": self._format_day(day),
            "method": self.token_id._get_label() if self.token_id else "",
        }
        if not self.token_id:
            return {
                "subject": _(
                    "%(amount)s of your payment plan is due on %(day)s - %(company)s",
                    **values,
                ),
                "lines": [
                    _(
                        "%(amount)s of your payment plan for %(document)s is due on "
                        "%(day)s.",
                        **values,
                    )
                ],
                "ends": [],
                "button": _("Pay now"),
                "url": self._get_link(told, "invoice", now),
            }
        lines = [
            _(
                "As part of your payment plan for %(document)s, we'll charge "
                "%(amount)s to your %(method)s on %(day)s.",
                **values,
            )
        ]
        if self.currency_id.compare_amounts(amount, part.amount) > 0:
            lines.append(_("This includes what couldn't be charged before."))
        return {
            "subject": _(
                "%(amount)s of your payment plan on %(day)s - %(company)s", **values
            ),
            "lines": lines,
            "ends": [_("If you owe less by then, we'll charge less.")],
            "button": _("See your payment plan"),
            "url": self._get_link(told, "plan", now),
        }

    def _say_moved(self, told, now, before):
        _ = self.env._
        values = self._prepare_values() | {
            "before": before._get_label() if before else "",
            "method": self.token_id._get_label(),
        }
        if before:
            line = _(
                "%(before)s can't be charged anymore. As you agreed, your payment plan "
                "for %(document)s now uses %(method)s.",
                **values,
            )
        else:
            line = _(
                "As you agreed, your payment plan for %(document)s now uses "
                "%(method)s.",
                **values,
            )
        return {
            "subject": _("Your payment plan uses %(method)s - %(company)s", **values),
            "lines": [line],
            "ends": [],
            "button": _("See your payment plan"),
            "url": self._get_link(told, "plan", now),
        }

    def _say_no_method(self, told, now, before):
        _ = self.env._
        values = self._prepare_values() | {"before": before._get_label()}
        return {
            "subject": _(
                "Your payment plan needs a payment method - %(company)s", **values
            ),
            "lines": [
                _(
                    "%(before)s can't be charged anymore, and you have no other "
                    "payment method on file. Please add one for your payment plan for "
                    "%(document)s.",
                    **values,
                )
            ],
            "rows": self._get_mail_rows(),
            "ends": [],
            "button": _("Add a payment method"),
            "url": self._get_link(told, "method", now),
        }

    def _say_canceled(self, told, now):
        _ = self.env._
        values = self._prepare_values() | {
            "amount": self.currency_id._format_amount(self.move_id.amount_residual),
        }
        if not self.move_id:
            return {
                "subject": _("Your payment plan has ended - %(company)s", **values),
                "lines": [_("Your payment plan for %(document)s has ended.", **values)],
            }
        return {
            "subject": _("Your payment plan has ended - %(company)s", **values),
            "lines": [
                _(
                    "Your payment plan for %(document)s has ended. %(amount)s of it is "
                    "still open.",
                    **values,
                )
            ],
            "ends": [],
            "button": _("Pay now"),
            "url": self._get_link(told, "invoice", now),
        }

    def _prepare_values(self):
        return {
            "amount": self.currency_id._format_amount(self.amount),
            "document": self._get_document_name(),
            "company": self.company_id.name,
        }

    def _get_mail_rows(self):
        return [
            {
                "day": part._get_day_text(),
                "name": part.name or "",
                "amount": self.currency_id._format_amount(left),
            }
            for part, left in self._get_open_rows()
        ]

    def _say_questions(self):
        company = self.company_id
        contact = " / ".join(filter(None, (company.phone, company.email)))
        if not contact:
            return ""
        return self.env._("Questions? Reach us at %(contact)s.", contact=contact)

    def _get_link(self, told, purpose, now):
        """Return a link that works once the email has left."""
        about = {"order_id": self.order_id.id} if not self.move_id else {}
        return self.env["paycollect.link"]._issue_sealed(
            told,
            purpose,
            self.company_id,
            move=self.move_id or None,
            now=now,
            channel="mail",
            **about,
        )
