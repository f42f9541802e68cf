# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, models
from odoo.exceptions import UserError

from odoo.addons.paycollect_fsm.models.company.moments import format_day
from odoo.addons.paycollect_fsm.models.company.res_company import EXCEPTION_ACTIVITY

from ...rules.checks import DEPOSIT, MAX_AMOUNT, RECEIVE


class PaycollectCheckNotice(models.Model):
    """Receiving a check: its payment, what it pays, and the deposit."""

    _inherit = "paycollect.check.notice"

    # -- receive -------------------------------------------------------------------

    def action_open_receive(self):
        """Button: ask for the amount and the day, then receive the check."""
        return self._open_dialog("paycollect.check.receive", RECEIVE)

    def _open_dialog(self, model, action, **values):
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        self._check_may(action)
        dialog = self.env[model].sudo().create({"notice_id": self.id, **values})
        return {
            "type": "ir.actions.act_window",
            "name": dialog._description,
            "res_model": model,
            "res_id": dialog.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_receive(self, amount=None, date=None):
        """Button: book the check as it came, and pay its invoices, oldest first.

        What is left is the customer's credit on account (Collections users).

        :param amount: of the check; default: as announced, or as it was received before
        :param date: day of receipt; default: the company's day
        :raise UserError: if the check can't be received, with the reason
        """
        self.env["paycollect.access"]._check_user(self)
        for notice in self.sudo():
            notice.with_company(notice.company_id)._receive(amount, date)
        return True

    def _receive(self, amount, date, now=None):
        """:return: the posted payment"""
        self._serialize(self.partner_id)
        self._check_may(RECEIVE)
        today = self.company_id._get_today(now)
        if amount is None:
            amount = self.payment_id.amount or self.amount
        date = date or today
        self._check_receipt(amount, date, today)
        lines = self._get_lines_to_pay()
        payment = self.env["account.payment"].create(
            self._prepare_payment_vals(amount, date, lines)
        )
        payment.action_post()
        self._pay(payment, lines)
        self.activity_feedback([EXCEPTION_ACTIVITY])
        self.message_post(body=self._get_receipt_text(payment))
        return payment

    def _check_receipt(self, amount, date, today):
        currency = self.currency_id
        if not 0 < currency.round(amount) <= MAX_AMOUNT:
            raise UserError(
                self.env._(
                    "%(check)s: the amount must be above 0 and at most %(limit)s. "
                    "Enter the amount on the check.",
                    check=self.display_name,
                    limit=currency._format_amount(MAX_AMOUNT),
                )
            )
        if date > today:
            raise UserError(
                self.env._(
                    "%(check)s: the date of receipt can't be after today, %(today)s.",
                    check=self.display_name,
                    today=format_day(self.env, today),
                )
            )

    def _get_lines_to_pay(self):
        """Return the open receivable items of its invoices, oldest due first."""
        lines = self._get_moves().line_ids.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                and line.parent_state == "posted"
                and not line.reconciled
                and line.amount_residual_currency > 0
                and line.company_id == self.company_id
                and line.partner_id.commercial_partner_id
                == self.partner_id.commercial_partner_id
            )
        )
        return lines.sorted(lambda line: (line.date_maturity or line.date, line.id))

    def _prepare_payment_vals(self, amount, date, lines):
        journal = self.company_id._get_check_journal()
        method = journal._get_manual_method_line()
        vals = {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": self.partner_id.commercial_partner_id.id,
            "amount": amount,
            "currency_id": self.currency_id.id,
            "date": date,
            "journal_id": journal.id,
            "payment_method_line_id": method.id,
            "memo": self._get_customer_env()._("Check %(number)s", number=self.number),
            "payment_reference": self.number,
            "collection_check_notice_id": self.id,
        }
        if lines:
            vals["destination_account_id"] = lines[0].account_id.id
        if not method.payment_account_id:
            outstanding = self.env["account.payment"].new({"journal_id": journal.id})
            account = outstanding._get_outstanding_account("inbound")
            vals["outstanding_account_id"] = account.id
        return vals

    def _pay(self, payment, lines):
        _liquidity, counterpart, _other = payment._seek_for_lines()
        same = lines.filtered(lambda line: line.account_id == counterpart.account_id)
        for line in same:
            if not counterpart.reconciled:
                (counterpart + line).reconcile()

    def _get_receipt_text(self, payment):
        currency = self.currency_id
        values = {
            "amount": currency._format_amount(payment.amount),
            "day": format_day(self.env, payment.date),
            "announced": currency._format_amount(self.amount),
        }
        if currency.compare_amounts(payment.amount, self.amount):
            return self.env._(
                "Received %(amount)s on %(day)s; %(announced)s was announced.", **values
            )
        return self.env._("Received %(amount)s on %(day)s.", **values)

    # -- deposit -------------------------------------------------------------------

    def action_deposit(self):
        """Button: put received checks on a deposit slip, and open it.

        :raise UserError: if a check isn't in the office, or a journal isn't set up
        """
        self.env["paycollect.access"]._check_user(self)
        self._check_may(DEPOSIT)
        if len(self.company_id) > 1 or len(self.currency_id) > 1:
            raise UserError(
                self.env._(
                    "A deposit slip holds checks of one company in one currency. "
                    "Select them separately."
                )
            )
        deposit = self.sudo()._create_deposit()
        return {
            "type": "ir.actions.act_window",
            "res_model": deposit._name,
            "res_id": deposit.id,
            "view_mode": "form",
        }

    def _create_deposit(self, now=None):
        lines = self._get_lines_in_hand()
        journal = self.payment_id.journal_id
        account = journal._get_manual_method_line().payment_account_id
        bank = self.env["account.journal"].search(
            [
                ("type", "=", "bank"),
                ("company_id", "=", self.company_id.id),
                ("bank_account_id", "!=", False),
            ],
            limit=1,
        )
        if len(journal) != 1 or not account or lines.account_id != account or not bank:
            raise UserError(
                self.env._(
                    "The deposit slip needs two journals of type “Bank”: one with an "
                    "outstanding account for received checks, set as “Check Journal” "
                    "in the settings before the checks are received, and one with the "
                    "number of your bank account."
                )
            )
        return self.env["account.check.deposit"].create(
            {
                "company_id": self.company_id.id,
                "journal_id": journal.id,
                "bank_journal_id": bank.id,
                "currency_id": self.currency_id.id,
                "deposit_date": self.company_id._get_today(now),
                "check_payment_ids": [Command.set(lines.ids)],
            }
        )

    def _get_lines_in_hand(self):
        """Return the journal items of the checks in hand.

        :raise UserError: if one is on another slip, or a worker still holds it
        """
        lines = self.env["account.move.line"]
        for notice in self:
            notice._check_at_office()
            liquidity, _counterpart, _other = notice.payment_id._seek_for_lines()
            if liquidity.check_deposit_id:
                raise UserError(
                    self.env._(
                        "%(check)s is already on deposit slip %(deposit)s. Validate "
                        "that one, or remove the check from it.",
                        check=notice.display_name,
                        deposit=liquidity.check_deposit_id.name,
                    )
                )
            lines += liquidity
        return lines
