# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import format_list

from .paycollect_hour_block_use import JOB


class PaycollectHourBlock(models.Model):
    """Why a block's documents can't be changed, for staff."""

    _inherit = "paycollect.hour.block"

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
