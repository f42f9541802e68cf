# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules import scheduled
from .paycollect_message import SCHEDULE

REMINDER = "paycollect_portal.mail_template_scheduled_reminder"
NEWS = "paycollect_portal.mail_template_scheduled_news"


class PaycollectScheduledPayment(models.Model):
    """What customers read about the payments that they scheduled."""

    _inherit = "paycollect.scheduled.payment"

    def _get_told(self):
        contact = self.contact_id
        belongs = contact.commercial_partner_id == self.partner_id and contact.active
        return contact if belongs else self.partner_id

    def _tell(self, template, moves, **said):
        told = self._get_told()
        payment = self.with_context(lang=told.lang or self.env.lang)
        values = {
            "url": f"{payment.company_id._get_public_url()}/my/scheduled",
            "pay_url": f"{payment.company_id._get_public_url()}/my/balance",
            "amount": payment.currency_id._format_amount(payment.amount),
            "day": format_day(payment.env, payment.date),
            "method": payment.token_id._get_label(),
            "invoices": ", ".join(moves.mapped("name")),
            **said,
        }
        told._send_schedule_mail(
            payment.with_context(scheduled=values), template, SCHEDULE
        )

    def _tell_ahead(self):
        self._tell(REMINDER, self.move_ids)

    def _tell_canceled(self):
        self._tell(NEWS, self.move_ids, kind="canceled")

    def _tell_not_charged(self, moves):
        nothing = self.reason == scheduled.NOTHING_OWED
        self._tell(NEWS, self.move_ids if nothing else moves, kind=self.reason)

    def _get_state_label(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return labels.get(self.state, "")

    def _get_reason_label(self):
        labels = dict(self._fields["reason"]._description_selection(self.env))
        return labels.get(self.reason, "")
