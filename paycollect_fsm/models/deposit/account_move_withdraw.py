# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.const import PLANNED


class AccountMove(models.Model):
    """Deposits of canceled orders: what nobody paid of them is credited."""

    _inherit = "account.move"

    def _stop_planned_charges(self, code, now):
        """Cancel its planned charges, unless a payment is on its way.

        :param code: why
        :param now: naive UTC datetime
        :return: whether nothing is on its way, or just being claimed
        """
        if self._get_on_its_way_text():
            return False
        planned = self.collection_attempt_ids.filtered(
            lambda attempt: attempt.state == PLANNED
        )
        if planned.try_lock_for_update() < planned:
            return False
        planned._set_canceled(code, now=now)
        return True

    def _withdraw_deposit(self, now):
        """Credit what neither money nor work uses of the deposit. Repeatable.

        :param now: naive UTC datetime
        """
        amount = self._get_unused_deposit()
        if self.currency_id.compare_amounts(amount, 0) <= 0:
            return
        today, order = self.company_id._get_today(now), self._get_deposit_orders()[:1]
        values = {"invoice_date": today, "date": today, "ref": self.name}
        move = self.with_context(collection_billing=True)
        if not self.currency_id.compare_amounts(amount, self.amount_total):
            move._reverse_moves([values], cancel=True)
            return
        note = move._reverse_moves([values])
        label, key = order._get_settlement_reason(), f"paycollect_withdrawn,{self.id}"
        note._set_lines_to_amount(amount, label, key)
        note._post(soft=False)

    def _get_credited_order_lines(self, line):
        """The invoices of the work don't deduct what is credited of a deposit."""
        found = super()._get_credited_order_lines(line)
        origin = self.reversed_entry_id
        return found | line.sale_line_ids if origin._is_deposit() else found

    def _get_unused_deposit(self):
        """Return what of the deposit wasn't credited yet, and neither paid with money
        nor deducted from an invoice of the work."""
        self.ensure_one()
        notes = self.reversal_move_ids - self.collection_refund_ids.credit_note_id
        credited = notes.filtered(
            lambda note: note.state == "posted" and note.move_type == "out_refund"
        )
        used = max(sum(self._get_money_paid().values()), self._get_deducted())
        return self.currency_id.round(
            self.amount_total - sum(credited.mapped("amount_total")) - used
        )
