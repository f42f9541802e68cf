# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, models
from odoo.exceptions import UserError


class AccountBankStatementLine(models.Model):
    """A payout arrives at the bank."""

    _inherit = "account.bank.statement.line"

    def _is_paid_in(self, currency, amount):
        """Whether it is exactly this amount in this currency."""
        self.ensure_one()
        own = self.foreign_currency_id or self.currency_id
        paid = self.amount_currency if self.foreign_currency_id else self.amount
        return own == currency and not currency.compare_amounts(paid, amount)

    def _is_untouched(self):
        """Whether nobody has matched any part of it."""
        _liquidity, suspense, other = self._seek_for_lines()
        return len(suspense) == 1 and not other and not self.is_reconciled

    def _get_collection_locks(self):
        """Return the locks of the books of its day."""
        return self.move_id._get_violated_lock_dates(self.date, False)

    def _take_settlement(self, item):
        """Match with the open item of a payout, as Odoo's own matching does.

        “Undo” on the bank transaction takes it back.

        :param item: ``account.move.line`` on a clearing account
        :raise UserError: if somebody has matched it in the meantime
        """
        self.ensure_one()
        self.lock_for_update()
        self.invalidate_recordset()
        if not self._is_untouched():
            raise UserError(
                self.env._("This bank transaction has been matched in the meantime.")
            )
        _liquidity, suspense, _other = self._seek_for_lines()
        move = self.move_id.with_context(skip_readonly_check=True)
        update = Command.update(suspense.id, {"account_id": item.account_id.id})
        move.write({"line_ids": [update]})
        _liquidity, _suspense, counterpart = self._seek_for_lines()
        (counterpart + item).reconcile()
