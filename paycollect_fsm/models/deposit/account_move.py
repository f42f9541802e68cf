# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.charge import STOP, Obstacle
from ...rules.const import RECEIPTS

ORDER_CANCELED = "order_canceled"
DEPOSIT_PAID = "deposit_paid"


class AccountMove(models.Model):
    """Invoices of deposits: charged for an order that may change until then."""

    _inherit = "account.move"

    def _is_deposit(self):
        """Whether the invoice asks for deposits and for nothing else."""
        self.ensure_one()
        if self.move_type != "out_invoice":
            return False
        lines = self.invoice_line_ids
        lines.fetch(["display_type", "is_downpayment"])  # of so many, only these
        lines = lines.filtered(lambda line: line.display_type == "product")
        return bool(lines) and all(line.is_downpayment for line in lines)

    def _get_deposit_orders(self):
        """Return the orders (sudo) that the invoice is a deposit for, if it is one."""
        self.ensure_one()
        if not self._is_deposit():
            return self.env["sale.order"].sudo()
        return self.sudo().invoice_line_ids.sale_line_ids.order_id

    def _get_deducted(self):
        """Return how much of the deposit the work's invoices deduct, paid or not."""
        self.ensure_one()
        lines = self.sudo().invoice_line_ids.sale_line_ids.invoice_lines
        deducted = sum(
            -line.price_total
            if line.move_id.move_type == "out_invoice"
            # its credit note asks for the deposit again
            else line.price_total
            for line in lines - self.invoice_line_ids
            if line.parent_state == "posted" and line.price_total < 0
        )
        return self.currency_id.round(deducted)

    def _is_withdrawn(self):
        """Whether nobody asks for it anymore: it is a canceled order's deposit, and no
        invoice of the work deducts it."""
        canceled = "cancel" in self._get_deposit_orders().mapped("state")
        return canceled and not self._get_deducted()

    def _get_withdrawn_deposits(self):
        """Return those of these invoices (sudo), in bulk."""
        lines = self.env["account.move.line"].sudo()
        found = lines.search(
            [
                ("move_id", "in", self.ids),
                ("is_downpayment", "=", True),
                ("sale_line_ids.order_id.state", "=", "cancel"),
            ]
        )
        return found.move_id.filtered(lambda move: move._is_withdrawn())

    def _is_asked_in_any_mode(self):
        return super()._is_asked_in_any_mode() or bool(self._get_deposit_orders())

    def _get_deposit_obstacle(self, now):
        """Return why the deposit isn't asked for anymore: a reason code, or "".

        Once invoices of the work deduct it, it is owed as they are.
        """
        orders = self._get_deposit_orders()
        if not orders or self._get_deducted():
            return ""
        if self._is_withdrawn():
            return ORDER_CANCELED
        if not any(order._get_amount_due_now(now) for order in orders):
            return DEPOSIT_PAID
        return ""

    def _get_charge_obstacles(self, now, attempt=None):
        obstacles = super()._get_charge_obstacles(now, attempt)
        for move in self:
            if code := move._get_deposit_obstacle(now):
                obstacles[move].append(Obstacle(code, STOP))
        return obstacles

    def _get_message_obstacles(self, occasion, now):
        obstacles = super()._get_message_obstacles(occasion, now)
        if occasion not in RECEIPTS:
            for move in self:
                if move._is_withdrawn():
                    obstacles[move].append(ORDER_CANCELED)
        return obstacles

    def _get_payments_of_customer(self):
        """Count what the customer pays for the order on another page, too."""
        found = super()._get_payments_of_customer()
        return found | self._get_deposit_orders().transaction_ids

    def _close_earlier_payments(self, now):
        """Of an open page of the invoice and one of the order, only one can be paid."""
        super()._close_earlier_payments(now)
        for move in self:
            if orders := move._get_deposit_orders():
                self.env["payment.transaction"].sudo()._make_way(orders, now)

    def _get_reason_texts(self, params):
        _ = self.env._
        return super()._get_reason_texts(params) | {
            ORDER_CANCELED: lambda: _(
                "Not charged: the order that the deposit is for was canceled."
            ),
            DEPOSIT_PAID: lambda: _(
                "Not charged: the deposit of the order is already paid."
            ),
        }
