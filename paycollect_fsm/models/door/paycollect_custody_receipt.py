# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.const import OCCASION_PAID
from ...rules.door import CASH, CHECK
from ...rules.messages import UNREACHABLE
from .paycollect_message import RECEIVED

TEMPLATE = "paycollect_fsm.mail_template_custody"


class PaycollectCustody(models.Model):
    """The customer's receipt: what was received, never more than is true.

    Cash that pays the whole invoice gets the invoice's own receipt. A check is only
    “received,” because the bank may still return it.
    """

    _inherit = "paycollect.custody"

    def _tell_customer(self, now):
        """Queue the receipt.

        :param now: naive UTC datetime
        """
        if self._is_covered_by_receipt(now):
            self.move_id._notify_customer(OCCASION_PAID, now)
            return
        company = self.company_id
        partner = self.move_id._get_message_partner().with_company(company)
        email, number = (
            partner._get_collection_email(),
            partner._get_collection_number(),
        )
        if email:
            mail_id = self.env.ref(TEMPLATE).send_mail(self.id)
            mail = self.env["mail.mail"].browse(mail_id)
            partner._follow_message(mail, RECEIVED, email, company, now)
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        if number and (partner.collection_receipt_sms or not email):
            text = self._get_customer_self()._get_receipt_sms()
            sms = self.env["sms.sms"].create(
                {"number": number, "body": text, "partner_id": partner.id}
            )
            partner._follow_message(sms, RECEIVED, number, company, now)

    def _is_covered_by_receipt(self, now):
        move = self.move_id
        rows = self.search([("move_id", "=", move.id)])
        obstacle = move._get_message_obstacle(OCCASION_PAID, now)
        return (
            set(rows.mapped("kind")) == {CASH}
            and not self.credit
            and obstacle in (None, UNREACHABLE)
        )

    def _get_recipient(self):
        """Return the contact who gets the email."""
        self.ensure_one()
        return self.move_id._get_message_partner()

    def _get_customer_self(self):
        """Return the row in the customer's language."""
        lang = self._get_recipient().lang or self.partner_id.lang or self.env.lang
        return self.with_context(lang=lang)

    def _get_kind_text(self):
        if self.kind == CHECK:
            return self.env._("Check %(number)s", number=self.check_number)
        return self.env._("Cash")

    def _get_receipt_lines(self):
        """Return the sentences of the receipt, in the current language."""
        _ = self.env._
        currency = self.currency_id
        values = {
            "amount": currency._format_amount(self.amount),
            "number": self.check_number,
            "invoice": self.move_id.name,
            "rest": currency._format_amount(self.rest_due),
            "credit": currency._format_amount(self.credit),
        }
        if self.kind == CASH:
            lines = [
                _("We received %(amount)s in cash for invoice %(invoice)s.", **values)
            ]
        else:
            lines = [
                _(
                    "We received check %(number)s for %(amount)s for invoice "
                    "%(invoice)s. It pays the invoice once your bank has honored it.",
                    **values,
                )
            ]
        if not currency.is_zero(self.rest_due):
            lines.append(_("Still due: %(rest)s.", **values))
        if not currency.is_zero(self.credit):
            lines.append(
                _("%(credit)s is kept as credit for your next invoices.", **values)
            )
        return lines

    def _get_receipt_sms(self):
        return f"{self.company_id.name}: {' '.join(self._get_receipt_lines())}"
