# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from odoo.addons.paycollect_fsm.models.company.moments import format_day
from odoo.addons.paycollect_fsm.rules.const import PAID, SETTLING
from odoo.addons.paycollect_fsm.rules.const import PLANNED as ATTEMPT_PLANNED

from ...rules import scheduled
from .paycollect_message import SCHEDULE

REMINDER = "paycollect_portal.mail_template_scheduled_reminder"
NEWS = "paycollect_portal.mail_template_scheduled_news"


class PaycollectScheduledPayment(models.Model):
    """What customers read about the payments that they scheduled."""

    _inherit = "paycollect.scheduled.payment"

    charged_text = fields.Char(
        string="Charged",
        compute="_compute_charged_text",
        help="What was charged, if it is less than what was scheduled.",
    )

    @api.depends("amount", "state", "attempt_ids.amount", "attempt_ids.state")
    @api.depends_context("lang")
    def _compute_charged_text(self):
        for payment in self:
            payment.charged_text = payment._get_charged_text()

    def _get_charged_text(self):
        taken = self.attempt_ids.filtered(lambda a: a.state in (PAID, SETTLING))
        charged = sum(taken.mapped("amount"))
        if not charged or self.currency_id.compare_amounts(charged, self.amount) >= 0:
            return False
        amount = self.currency_id._format_amount(charged)
        if self.state == scheduled.PAID:
            return self.env._(
                "%(amount)s was charged, because no more was owed.", amount=amount
            )
        return self.env._("%(amount)s of it was charged.", amount=amount)

    def _get_held_texts(self, today):
        """Return ``{payment id: sentence}`` for payments that wait for a check.

        :param today: the company's day
        """
        moves_of = {payment: payment._get_uncharged() for payment in self}
        moves = self.env["account.move"].union(*moves_of.values())
        notices = self.env["paycollect.check.notice"].sudo()
        standing = notices._get_standing(moves, today) if moves else {}
        texts = {}
        for payment, uncharged in moves_of.items():
            held = uncharged.filtered(lambda move: move in standing)
            if held:
                checks = notices.union(*(standing[move] for move in held))
                texts[payment.id] = self.env._(
                    "Check %(checks)s for %(invoices)s is on its way. We'll charge "
                    "for %(invoices)s only if it doesn't arrive.",
                    checks=", ".join(checks.mapped("number")),
                    invoices=", ".join(held.mapped("name")),
                )
        return texts

    def _get_uncharged(self):
        """Return the invoices that are still to be charged for this payment."""
        if self.state == scheduled.PLANNED:
            return self.move_ids
        return self.attempt_ids.filtered(lambda a: a.state == ATTEMPT_PLANNED).move_id

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
