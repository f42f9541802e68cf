# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, fields, models
from odoo.exceptions import UserError

from ...rules.door import CASH
from .paycollect_custody import ACCOUNTING


class PaycollectCustody(models.Model):
    """Cash that is missing or too much when accounting counts it, in the books.

    Booked on the journal's own loss or profit account, like Odoo's cash differences. A
    check of another amount is no such difference: its payment has to be corrected.
    """

    _inherit = "paycollect.custody"

    difference_move_id = fields.Many2one(
        "account.move",
        string="Entry of the Difference",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups=ACCOUNTING,
    )

    def _get_difference_account(self, difference):
        """Return the account (sudo) for what was counted less what was collected, or
        none; only cash has one.

        :param difference: in the currency of the row
        """
        self.ensure_one()
        journal = self.sudo().payment_id.journal_id
        company = self.company_id.sudo()
        if self.kind != CASH or not difference:
            return journal.loss_account_id.browse()
        if difference < 0:
            default = company.default_cash_difference_expense_account_id
            return journal.loss_account_id or default
        default = company.default_cash_difference_income_account_id
        return journal.profit_account_id or default

    def _book_difference(self, now):
        """Book what was counted less what was collected (sudo); return the entry.

        :param now: naive UTC datetime
        :raise UserError: if there is no account for it
        """
        self.ensure_one()
        difference = self.count_difference
        account = self._get_difference_account(difference)
        if not account:
            raise UserError(
                self.env._(
                    "The journal %(journal)s has no account for cash differences. Set "
                    "its profit and loss accounts, or clear “Book It.”",
                    journal=self.payment_id.journal_id.name,
                )
            )
        liquidity, _counterpart, _other = self.payment_id._seek_for_lines()
        move = self.env["account.move"].create(
            self._prepare_difference_vals(liquidity.account_id, account, now)
        )
        move.action_post()
        self.difference_move_id = move
        missing = move.line_ids.filtered(
            lambda line: line.account_id == liquidity.account_id and line.balance < 0
        )
        if missing and liquidity.account_id.reconcile and not liquidity.reconciled:
            (missing + liquidity).reconcile()
        self._message_log(
            body=self.env._(
                "The difference of %(amount)s is booked to %(account)s: %(entry)s.",
                amount=self.currency_id._format_amount(difference),
                account=account.display_name,
                entry=move.name,
            )
        )
        return move

    def _prepare_difference_vals(self, held, account, now):
        """:param held: the account that the payment was booked to
        :param account: of the loss or profit
        """
        company, amount = self.company_id, self.count_difference
        today = company._get_today(now)
        balance = self.currency_id._convert(amount, company.currency_id, company, today)
        ref = self.env._(
            "Cash difference: %(what)s collected by %(worker)s",
            what=self.display_name,
            worker=self.user_id.name,
        )
        return {
            "move_type": "entry",
            "journal_id": self.payment_id.journal_id.id,
            "date": today,
            "ref": ref,
            "line_ids": [
                Command.create(
                    {
                        "name": self.count_reason or ref,
                        "account_id": line_account.id,
                        "currency_id": self.currency_id.id,
                        "amount_currency": sign * amount,
                        "balance": sign * balance,
                    }
                )
                for line_account, sign in ((held, 1), (account, -1))
            ],
        }
