# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import format_list

from ...rules.blocks import HOURS
from ..company.moments import format_day
from .paycollect_hour_block_use import JOB


class PaycollectHourBlock(models.Model):
    """Blocks in words, for staff and for customers."""

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

    def _get_in_use_text(self):
        """Return why the block's invoice can't be undone."""
        used = self.use_ids.filtered(lambda use: use._counts() and use.kind == JOB)
        return self.env._(
            "%(block)s can't be undone: it is used already, on %(documents)s. Cancel "
            "or credit that first, or refund what is left with a credit note.",
            block=self.display_name,
            documents=format_list(
                self.env, sorted({move.display_name for move in used.move_id})
            )
            or self.env._("a credit note"),
        )

    def _get_below_used_text(self, left):
        """Return why a credit note can't be posted.

        :param left: (hours, amount) that can be refunded
        """
        return self.env._(
            "Of %(block)s, at most %(amount)s can be refunded: the rest is used "
            "already. Reduce the credit note to that amount, or first cancel or credit "
            "the invoice of a job that used it.",
            block=self.display_name,
            amount=self.currency_id._format_amount(max(left, 0.0)),
        )

    def _get_expiry_text(self):
        if not self.expires_on:
            return ""
        return format_day(self.env, self.expires_on)
