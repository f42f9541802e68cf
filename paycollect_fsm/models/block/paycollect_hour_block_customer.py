# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.blocks import HOURS
from ..company.moments import format_day


class PaycollectHourBlock(models.Model):
    """Blocks in words that customers read, too."""

    _inherit = "paycollect.hour.block"

    def _in_customer_language(self, customer):
        return self.with_context(lang=customer.lang or self.env.lang)

    def _format_hours(self, hours):
        """Return hours like “7.5 h,” in the user's number format."""
        digits = next(
            (n for n in range(self._get_digits()) if round(hours, n) == hours),
            self._get_digits(),
        )
        lang = self.env["res.lang"]._lang_get(self.env.lang or "en_US")
        number = lang.format(f"%.{digits}f", hours, grouping=True)
        return self.env._("%(hours)s h", hours=number)

    def _format_left(self):
        """Return what is left: hours, or an amount."""
        return self._format_kind(self.hours_left, self.amount_left)

    def _format_bought(self):
        return self._format_kind(self.hours, self.amount)

    def _format_kind(self, hours, amount):
        self.ensure_one()
        if self.kind == HOURS:
            return self._format_hours(hours)
        return self.currency_id._format_amount(amount)

    def _get_draw_name(self, move, hours):
        """Return the label on the job's invoice, in its customer's language."""
        block = self._in_customer_language(move.partner_id)
        values = {"product": block.product_id.name, "invoice": self.move_id.name}
        if self.kind == HOURS:
            return block.env._(
                "Prepaid: %(hours)s from %(product)s (%(invoice)s)",
                hours=block._format_hours(hours),
                **values,
            )
        return block.env._("Prepaid: from %(product)s (%(invoice)s)", **values)

    def _get_difference_name(self, move):
        block = self._in_customer_language(move.partner_id)
        return block.env._("Price difference of prepaid hours")

    def _get_expiry_text(self):
        if not self.expires_on:
            return ""
        return format_day(self.env, self.expires_on)

    def _get_valid_text(self):
        return self.env._("valid until %(date)s", date=self._get_expiry_text())

    def _get_receipt_note(self):
        """Return what is left, for the receipt of a job that drew the block."""
        values = {
            "product": self.product_id.name,
            "invoice": self.move_id.name,
            "left": self._format_left(),
        }
        if not self.expires_on:
            return self.env._(
                "Left of “%(product)s” (%(invoice)s): %(left)s.", **values
            )
        return self.env._(
            "Left of “%(product)s” (%(invoice)s): %(left)s, valid until %(date)s.",
            date=self._get_expiry_text(),
            **values,
        )

    def _get_bought_text(self):
        return self.env._("left of %(bought)s", bought=self._format_bought())

    def _get_next_title(self):
        return self.env._("Next block of “%(product)s”", product=self.product_id.name)
