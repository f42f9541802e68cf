# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.const import OCCASION_PAID, RECEIPTS
from .paycollect_hour_block_use import JOB


class AccountMove(models.Model):
    """The receipt of a job whose customer had paid before, with prepaid blocks.

    It lists the work and what was drawn, and says what is left. If nothing else is to
    be paid, it is sent as soon as the invoice is posted: no payment will follow.
    """

    _inherit = "account.move"

    def _invoice_paid_hook(self):
        result = super()._invoice_paid_hook()
        for move in self.filtered("company_id.collection_active"):
            if move._is_paid_by_blocks():
                move._notify_customer(OCCASION_PAID)
        return result

    def _get_drawn_blocks(self):
        """Return the blocks (sudo) that a job's invoice draws, with negative lines."""
        lines = self.sudo().invoice_line_ids.filtered(lambda line: line.quantity < 0)
        uses = lines.hour_block_use_ids
        return uses.filtered(lambda use: use.kind == JOB).block_id

    def _is_paid_by_blocks(self):
        """Whether blocks paid for everything."""
        self.ensure_one()
        nothing = self.currency_id.is_zero(self.amount_total)
        is_invoice = self.move_type == "out_invoice"
        return is_invoice and nothing and bool(self._get_drawn_blocks())

    def _has_nothing_to_tell(self):
        return super()._has_nothing_to_tell() and not self._is_paid_by_blocks()

    def _gets_receipt(self):
        return super()._gets_receipt() or self._is_paid_by_blocks()

    def _was_paid_for_less(self):
        return super()._was_paid_for_less() or self._is_paid_by_blocks()

    def _get_receipt_notes(self):
        return super()._get_receipt_notes() + [
            block._get_receipt_note() for block in self._get_drawn_blocks()
        ]

    def _get_text(self, occasion):
        if occasion in RECEIPTS and self._is_paid_by_blocks():
            template = self.env.ref("paycollect_fsm.sms_template_block_receipt")
            return template, self._get_pay_link()
        return super()._get_text(occasion)
