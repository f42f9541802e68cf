# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...rules.deposit import ON_ITS_WAY, PAID, PLANNED
from ..company.moments import format_day


class SaleOrder(models.Model):
    """What the customer reads about a deposit."""

    _inherit = "sale.order"

    def _get_deposit_customer_text(self, now=None):
        """Return the sentence for the customer's page, or "". Call with sudo.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        state, asked, due = self._get_deposit_state(now)
        if not state or self.state == "cancel":
            return ""
        values = self._get_deposit_values(asked, due)
        if state == PAID:
            day = self._get_deposit_day()
            if not day:
                return self.env._("Your deposit of %(amount)s is paid.", **values)
            return self.env._(
                "Your deposit of %(amount)s was paid on %(date)s. It is deducted from "
                "your final invoice.",
                date=format_day(self.env, day),
                **values,
            )
        if state in (ON_ITS_WAY, PLANNED):
            return self.env._(
                "Your deposit of %(amount)s is being charged to your payment method on "
                "file.",
                **values,
            )
        if self._get_deducted_due():
            return self.env._(
                "Your deposit of %(due)s is due. Your invoice already deducts it.",
                **values,
            )
        return self.env._(
            "A deposit of %(due)s is due before the work starts. It is deducted from "
            "your final invoice.",
            **values,
        )

    def _notify_by_email_prepare_rendering_context(self, *args, **kwargs):
        """Say on top of the quotation's email that accepting it takes a deposit."""
        context = super()._notify_by_email_prepare_rendering_context(*args, **kwargs)
        lang = context.get("lang") or self.env.lang
        order, now = self.sudo().with_context(lang=lang), fields.Datetime.now()
        if text := order._get_deposit_offer_text(now):
            context["subtitles"] = [*context.get("subtitles", ()), text]
        return context

    def _get_deposit_offer_text(self, now):
        """Return what accepting the quotation takes, or "".

        :param now: naive UTC datetime
        """
        self.ensure_one()
        if self.state not in ("draft", "sent"):
            return ""
        state, asked, due = self._get_deposit_state(now)
        if not state or state == PAID:
            return ""
        return self.env._(
            "Deposit: %(amount)s (%(percent)s%%)",
            **self._get_deposit_values(asked, due),
        )

    def _get_settlement_reason(self):
        """Return the reference of the credit note, in the customer's language."""
        payer = self._get_payer()
        order = self.with_context(lang=payer.lang or self.env.lang)
        return order.env._("Deposit of the canceled order %(order)s", order=order.name)
