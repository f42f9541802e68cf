# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, models
from odoo.exceptions import UserError

from odoo.addons.paycollect_fsm.models.company.locks import wait_and_lock

from ...rules.matching import allocate


class AccountBankStatementLine(models.Model):
    """Money that arrived pays the open items of a customer."""

    _inherit = "account.bank.statement.line"

    def _pay_items(self, customer, lines):
        """Match with open items in this order; the rest is credit on account.

        The journal entry is the one that Odoo makes: the line on the suspense account
        becomes receivable. “Undo” on the bank transaction takes it back.

        :param customer: commercial partner
        :param lines: open receivable items in the currency of the transaction
        :raise UserError: if the line is matched already, or the books are closed
        """
        self.ensure_one()
        wait_and_lock(self)
        wait_and_lock(lines.move_id)
        self.invalidate_recordset()
        lines.invalidate_recordset()
        self._check_can_pay(lines)
        if self.partner_id.commercial_partner_id != customer:
            self.partner_id = customer
        counterparts = self._book_receivable(lines)
        for line in lines:
            counterpart = counterparts[line.account_id]
            if not counterpart.reconciled:
                (counterpart + line).reconcile()

    def _check_can_pay(self, lines):
        _liquidity, suspense, other = self._seek_for_lines()
        if self.is_reconciled or not suspense or other:
            raise UserError(
                self.env._(
                    "This bank transaction has been matched in the meantime. Open it "
                    "to see with what."
                )
            )
        if lines.filtered("reconciled"):
            raise UserError(
                self.env._("An invoice has been paid in the meantime. Look again.")
            )
        if lines.currency_id != self._get_paid_currency():
            raise UserError(
                self.env._(
                    "The payment is in another currency than the invoices. Match it in "
                    "the bank journal."
                )
            )

    def _get_paid_currency(self):
        return self.foreign_currency_id or self.currency_id

    def _get_paid_amount(self):
        return self.amount_currency if self.foreign_currency_id else self.amount

    def _book_receivable(self, lines):
        """Move the amount from the suspense account to the items' accounts.

        :return: ``{account: journal item}``; the first one has the rest, too
        """
        _liquidity, suspense, _other = self._seek_for_lines()
        rest, commands = suspense.balance, []
        first, *others = lines.account_id
        amounts = self._allocate_accounts(lines)
        for account in others:
            values = self._prepare_counterpart_amounts_using_st_line_rate(
                self._get_paid_currency(), 0.0, -amounts[account]
            )
            rest -= values["balance"]
            commands.append(self._prepare_counterpart(account, **values))
        own = sum(amounts[account] for account in others)
        values = {"balance": rest, "amount_currency": own - self._get_paid_amount()}
        if others:
            update = Command.update(suspense.id, {"account_id": first.id, **values})
        else:
            update = Command.update(suspense.id, {"account_id": first.id})
        move = self.move_id.with_context(skip_readonly_check=True)
        move.write({"line_ids": [update, *commands]})
        _liquidity, _suspense, counterparts = self._seek_for_lines()
        return {line.account_id: line for line in counterparts}

    def _allocate_accounts(self, lines):
        """Return ``{account: amount}`` of what the items get."""
        residuals = lines.mapped("amount_residual_currency")
        parts, _rest = allocate(self._get_paid_amount(), residuals)
        amounts = dict.fromkeys(lines.account_id, 0.0)
        for line, part in zip(lines, parts, strict=True):
            amounts[line.account_id] += part
        return amounts

    def _prepare_counterpart(self, account, amount_currency, balance):
        return Command.create(
            {
                "name": self.payment_ref,
                "account_id": account.id,
                "partner_id": self.partner_id.id,
                "currency_id": self._get_paid_currency().id,
                "amount_currency": amount_currency,
                "balance": balance,
            }
        )
