# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...rules.late_fee import INTEREST, PERCENT


class PaycollectLateFee(models.Model):
    """What invoices of late fees and their credit notes say, in the context's
    language."""

    _inherit = "paycollect.late.fee"

    @api.model
    def _get_formula(self, kind, period, values, currency):
        """Return how an amount was computed, in words."""
        if kind == INTEREST:
            return self._get_interest_formula(period, values, currency)
        principal = currency._format_amount(values.get("principal", 0.0))
        if kind == PERCENT:
            return self.env._(
                "%(percent)s%% of %(amount)s that was late",
                percent=f"{values.get('percent', 0.0):g}",
                amount=principal,
            )
        return self.env._("Fixed fee: %(amount)s was late", amount=principal)

    def _get_interest_formula(self, period, values, currency):
        parts = [
            self.env._(
                "%(days)s days on %(amount)s at %(rate)s%% a year",
                days=days,
                amount=currency._format_amount(balance),
                rate=f"{rate:g}",
            )
            for balance, rate, days in values.get("parts", ())
        ]
        return self.env._(
            "Interest for %(month)s: %(parts)s", month=period, parts=", ".join(parts)
        )

    def _get_line_text(self, move, charge):
        """Return what a line of the invoice says, in the language of the context."""
        return self.env._(
            "Late payment of %(invoice)s. %(formula)s",
            invoice=move.name,
            formula=self._get_formula(
                charge.kind, charge.period, charge.values, move.currency_id
            ),
        )

    def _get_waived_text(self, invoice):
        """Return the reference of a credit note."""
        lang = invoice.partner_id.lang or self.env.lang
        return self.with_context(lang=lang).env._("Waived: %s", invoice.name)
