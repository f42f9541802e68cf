# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from psycopg2 import OperationalError

from odoo import Command, models
from odoo.exceptions import UserError

from ...rules.readiness import PREPAID

_logger = logging.getLogger(__name__)


class SaleOrder(models.Model):
    """The invoices of an order's deposit, and the payments that they are matched with.

    They are Odoo's down payments: the invoices of the work deduct them.
    """

    _inherit = "sale.order"

    def _get_deposits(self):
        """Return the posted deposit invoices of these orders, oldest first (sudo)."""
        lines = self.sudo().order_line.filtered("is_downpayment")
        moves = lines.invoice_lines.move_id
        return moves.filtered(
            lambda move: move.state == "posted" and move._is_deposit()
        ).sorted("id")

    def _get_open_deposits(self):
        return self._get_deposits().filtered(lambda move: move._is_owed())

    def _invoice_deposit(self, amount, now):
        """Post a down-payment invoice of exactly this amount, due at once.

        :param now: naive UTC datetime
        :return: the invoice (sudo)
        :raise UserError: if Odoo can't make one of exactly this amount
        """
        order = self.sudo().with_company(self.company_id)
        wizard = order.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(order.ids)],
                "advance_payment_method": "fixed",
                "fixed_amount": amount,
            }
        )
        move = wizard._create_invoices(order)
        move.write(
            {
                "invoice_date": self.company_id._get_today(now),
                "invoice_payment_term_id": False,
            }
        )
        self._fit_deposit(move, amount)
        if self.currency_id.compare_amounts(move.amount_total, amount):
            raise UserError(
                self.env._(
                    "An invoice of exactly %(amount)s can't be made for the deposit: "
                    "it would be %(found)s.",
                    amount=self.currency_id._format_amount(amount),
                    found=self.currency_id._format_amount(move.amount_total),
                )
            )
        move._set_collection_policy(order)
        move.with_context(collection_billing=True).action_post()
        return move

    def _fit_deposit(self, move, amount):
        """Take what Odoo's rounding of several lines adds or lacks from one of them, on
        the order and on the invoice.

        :param move: the draft invoice of the deposit
        :param amount: what it has to be
        """
        round_to = self.currency_id.round
        difference = round_to(amount - move.amount_total)
        if not difference:
            return
        lines = move.invoice_line_ids.filtered("sale_line_ids")
        line = max(lines, key=lambda line: (not line.tax_ids, line.price_subtotal))
        price = line.price_unit + difference
        if not line.tax_ids:
            price = round_to(line.price_subtotal + difference)
        vals = {"price_unit": price}
        if data := line.extra_tax_data:
            vals["extra_tax_data"] = self._fit_tax_data(data, price, difference)
        line.sale_line_ids.write(vals)
        move.write({"invoice_line_ids": [Command.update(line.id, vals)]})

    def _fit_tax_data(self, data, price, difference):
        """Return a line's amounts for the tax engine, changed by a difference."""
        company = self.company_id.currency_id
        rate = data.get("rate") or 1.0
        changes = {
            "manual_total_excluded_currency": difference,
            "manual_total_excluded": company.round(difference / rate),
        }
        changed = {
            name: data[name] + part for name, part in changes.items() if name in data
        }
        if "price_unit" in data:
            changed["price_unit"] = price
        return {**data, **changed}

    # -- what the customer pays for the order ----------------------------------------

    def _get_amount_due_now(self, now=None):
        """A deposit that the work's invoices deduct is due, whatever else was paid."""
        return max(super()._get_amount_due_now(now), self._get_deducted_due())

    def _get_deducted_due(self):
        """Return the largest open amount of a deposit that is deducted already, else 0.

        Each is paid for itself, one after the other.
        """
        if self.state == "cancel" or not self.company_id.collection_active:
            return 0.0
        deducted = self._get_open_deposits().filtered(lambda move: move._get_deducted())
        return max(deducted.mapped("amount_residual"), default=0.0)

    def _get_payment_problem(self):
        """Nothing is paid twice while the deposit is being charged."""
        problem = super()._get_payment_problem()
        if problem or not self._get_open_deposits():
            return problem
        problems = {move._get_payment_problem() for move in self._get_open_deposits()}
        return "processing" if problems - {False, "paid"} else False

    def _prepare_link_payment_vals(self):
        """Pay the invoice of the deposit, if there is one."""
        vals = super()._prepare_link_payment_vals()
        due = self._get_link_amount()
        moves = self._get_open_deposits().filtered(
            lambda move: not self.currency_id.compare_amounts(move.amount_residual, due)
        )
        return vals | {"invoice_ids": [Command.set(moves[:1].ids)]} if moves else vals

    def _close_earlier_payments(self, now):
        super()._close_earlier_payments(now)
        if deposits := self._get_open_deposits():
            self.env["payment.transaction"].sudo()._make_way(deposits, now)

    def _books_deposits(self):
        """Whether payments for the order are booked as deposits.

        What was paid for prepaid work stays on the account until it is invoiced.
        """
        self.ensure_one()
        return bool(
            self.state == "sale"
            and self.company_id.collection_active
            and self.collection_deposit_percent
            and self.collection_mode != PREPAID
        )

    def _book_deposit_payment(self, transaction):
        """Match a customer's payment with the order's deposit, invoiced if necessary.

        Repeatable. If it can't be booked, accounting is told; the money is there.
        """
        works = self.state == "sale" and self.company_id.collection_active
        if not works or transaction.sale_order_ids != self:
            return
        try:
            with self.env.cr.savepoint():
                self._match_deposit_payment(transaction)
        except OperationalError:
            raise  # a concurrent update: the processing is repeated
        except Exception as error:
            _logger.exception("The deposit of %s could not be booked", self.name)
            self.company_id._schedule_collection_activity(
                self,
                self.env._("Book the deposit of %(order)s", order=self.name),
                self.env._(
                    "The customer paid %(amount)s (%(reference)s), but it could not be "
                    "booked as a deposit: %(error)s Create the down-payment invoice "
                    "and match it with the payment.",
                    amount=transaction.currency_id._format_amount(transaction.amount),
                    reference=transaction.reference,
                    error=error,
                ),
                code="deposit_unbooked",
            )

    def _match_deposit_payment(self, transaction):
        for move in self._get_open_deposits():
            self._match_deposit(transaction, move)
        if not self._books_deposits():
            return
        left = min(self._get_unmatched(transaction), self._get_left_to_invoice())
        if self.currency_id.compare_amounts(left, 0) > 0:
            move = self._invoice_deposit(left, transaction.last_state_change)
            self._match_deposit(transaction, move)

    def _get_left_to_invoice(self):
        """Return what of the order isn't on a posted invoice yet, deposits included."""
        moves = self.sudo().order_line.invoice_lines.move_id
        taken = sum(
            line.price_total
            if line.move_id.move_type == "out_invoice"
            # a credit note gives it back
            else -line.price_total
            for line in self.sudo().order_line.invoice_lines
            if line.move_id in moves.filtered(lambda move: move.state == "posted")
        )
        return self.currency_id.round(self.amount_total - taken)

    def _get_unmatched(self, transaction):
        """Return what of a payment isn't matched with an invoice, 0 if unknown."""
        payment = transaction.payment_id
        if not payment or transaction.currency_id != self.currency_id:
            return 0.0
        if not payment.move_id:
            return 0.0 if payment.invoice_ids else payment.amount
        items = self._get_open_items(payment)
        return self.currency_id.round(-sum(items.mapped("amount_residual_currency")))

    def _get_open_items(self, payment):
        return payment.move_id.line_ids.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                and not line.reconciled
            )
        )

    def _match_deposit(self, transaction, move):
        payment = transaction.payment_id
        if not self._get_unmatched(transaction):
            return
        if payment.move_id:
            terms = move._get_term_lines().filtered(lambda line: not line.reconciled)
            (self._get_open_items(payment) + terms).reconcile()
        else:
            payment.invoice_ids = [Command.link(move.id)]
        if move not in transaction.invoice_ids:
            transaction.invoice_ids = [Command.link(move.id)]
