# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, models
from odoo.exceptions import UserError

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules.checks import BOUNCE


class PaycollectCheckNotice(models.Model):
    """A check that the bank returned: its payment is reversed, invoices reopen."""

    _inherit = "paycollect.check.notice"

    def action_open_bounce(self):
        """Button: ask for the day and the fee, then reverse the payment."""
        fee = self.company_id.sudo().collection_bounce_fee
        return self._open_dialog("paycollect.check.bounce", BOUNCE, fee=fee)

    def action_bounce(self, date=None):
        """Reverse the check's payment and reopen all that it paid (Collections users).

        The payment is kept. Other checks of the same deposit aren't affected, and the
        check can be received and deposited again.

        :param date: day of return; default: the company's day
        :raise UserError: if nothing was received, or it was returned already
        """
        self.env["paycollect.access"]._check_user(self)
        for notice in self.sudo():
            notice.with_company(notice.company_id)._bounce(date)
        return True

    def _bounce(self, date, now=None):
        self._serialize(self.partner_id)
        self._check_may(BOUNCE)
        today = self.company_id._get_today(now)
        date = date or today
        payment = self.payment_id
        self._check_return_date(payment, date, today)
        liquidity, counterpart, _other = payment._seek_for_lines()
        paid = counterpart.matched_debit_ids.debit_move_id.move_id
        counterpart.remove_move_reconcile()
        reversal = self._create_reversal(payment, liquidity, date)
        payment.collection_bounce_move_id = reversal
        for line in counterpart + liquidity:
            self._match(line, reversal)
        text = self.env._(
            "The bank returned %(check)s for %(amount)s on %(day)s.",
            check=self.display_name,
            amount=payment.currency_id._format_amount(payment.amount),
            day=format_day(self.env, date),
        )
        for record in (self, payment, *paid):
            record.message_post(body=text)

    def _check_return_date(self, payment, date, today):
        if not payment.date <= date <= today:
            raise UserError(
                self.env._(
                    "%(check)s: the day of return must be from %(first)s, when the "
                    "check was received, to today, %(last)s.",
                    check=self.display_name,
                    first=format_day(self.env, payment.date),
                    last=format_day(self.env, today),
                )
            )

    def _create_reversal(self, payment, liquidity, date):
        """Return the posted entry that reverses the payment.

        The bank takes a deposited check from the account that the deposit went to.
        """
        env = self._get_customer_env()
        reference = env._("Returned check %(number)s", number=self.number)
        reversal = payment.move_id._reverse_moves([{"date": date, "ref": reference}])
        deposit = liquidity.check_deposit_id
        if deposit.state == "done":
            credited = deposit.move_id.line_ids.filtered(
                lambda line: line.account_id != deposit.in_hand_check_account_id
            )
            in_hand = reversal.line_ids.filtered(
                lambda line: line.account_id == liquidity.account_id
            )
            in_hand.account_id = credited.account_id[:1]
        elif deposit:
            liquidity.check_deposit_id = False
        reversal._post(soft=False)
        return reversal

    def _match(self, line, move):
        """Reconcile a line with those of an entry on the same account.

        A line that is matched with a deposit or the bank's statement is left alone.
        """
        others = move.line_ids.filtered(
            lambda other: other.account_id == line.account_id and not other.reconciled
        )
        if others and line.account_id.reconcile and not line.reconciled:
            (line + others).reconcile()

    def _charge_bounce_fee(self, fee, date):
        """Return the posted invoice for the bank's fee."""
        env = self._get_customer_env()
        label = env._("Fee for returned check %(number)s", number=self.number)
        company = self.company_id
        invoice = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "company_id": company.id,
                    "partner_id": self.partner_id.commercial_partner_id.id,
                    "currency_id": company.currency_id.id,
                    "invoice_date": date,
                    "ref": label,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": label,
                                "quantity": 1,
                                "price_unit": fee,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            )
        )
        invoice.action_post()
        self.message_post(
            body=self.env._("%(label)s: %(invoice)s", label=label, invoice=invoice.name)
        )
        return invoice
