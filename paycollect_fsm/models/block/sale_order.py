# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from dataclasses import replace

from psycopg2 import OperationalError

from odoo import models

_logger = logging.getLogger(__name__)
FEW = 80
# Verdicts on orders that are not paid yet, as if a job were to come
UNPAID = frozenset({"method", "net", "cod", "deposit_due", "prepayment_due"})


class SaleOrder(models.Model):
    """Orders that prepaid blocks pay for, and orders of blocks."""

    _inherit = "sale.order"

    # -- readiness -------------------------------------------------------------------

    def _get_collection_facts(self, today):
        facts, tokens = super()._get_collection_facts(today)
        for order in self._get_covered(today):
            facts[order] = replace(facts[order], covered=True)
        return facts, tokens

    def _read_booking_facts(self, today):
        covered = set(self._get_covered(today).ids)
        for order_ids, first, last in super()._read_booking_facts(today):
            own = [order_id for order_id in order_ids if order_id in covered]
            if own:
                yield own, replace(first, covered=True), replace(last, covered=True)
            if rest := [order_id for order_id in order_ids if order_id not in covered]:
                yield rest, first, last

    def _get_covered(self, today):
        """Return those of these orders that are paid from what their customers' blocks
        have left after the work that is booked before them (sudo).

        :param today: the company's day
        """
        blocks = self.env["paycollect.hour.block"].sudo()
        sold = [("move_id.state", "=", "posted")]
        if len(self) <= FEW:  # of many orders, the customers aren't read first
            customers = self.partner_invoice_id.commercial_partner_id
            sold.append(("partner_id", "in", customers.ids))
        found = blocks.search(sold)
        if not found:
            return self.browse()
        asked = self.sudo().search(
            [
                ("id", "in", self._origin.ids),
                (
                    "partner_invoice_id.commercial_partner_id",
                    "in",
                    found.partner_id.ids,
                ),
            ]
        )
        covered = set()
        for key, orders in asked.grouped(
            lambda order: (
                order._get_payer().commercial_partner_id,
                order.company_id,
                order.currency_id,
            )
        ).items():
            own = found.filtered(
                lambda b, k=key: (b.partner_id, b.company_id, b.currency_id) == k
            )
            work = orders.filtered(lambda order: order._has_work_for_blocks())
            if own and work:
                covered |= set(own._find_covered(work, today).ids)
        return self.filtered(lambda order: order._origin.id in covered)

    def _has_work_for_blocks(self):
        """Whether jobs of the order will be billed, or will be created for it."""
        self.ensure_one()
        if self.state == "cancel":
            return False
        if self.state in ("draft", "sent"):
            tracking = self.order_line.product_id.mapped("field_service_tracking")
            return bool(set(tracking) - {"no", False})
        return any(not job.stage_id.is_closed for job in self._get_jobs())

    def _get_block_lines(self):
        """Return what isn't billed yet of the order, in the tax engine's format."""
        quantities = {
            line: line.product_uom_qty - line.qty_invoiced
            for line in self.order_line
            if not line.display_type and not line.is_downpayment
        }
        base_lines = [
            line._prepare_base_line_for_taxes_computation(quantity=quantity)
            for line, quantity in quantities.items()
            if quantity > 0
        ]
        taxes = self.env["account.tax"]
        taxes._add_tax_details_in_base_lines(base_lines, self.company_id)
        taxes._round_base_lines_tax_details(base_lines, self.company_id)
        return base_lines

    # -- orders of blocks ------------------------------------------------------------

    def _get_state_text(self, verdict):
        """No job collects an order that only sells blocks: say what does."""
        if verdict.code not in UNPAID or not self._sells_only_blocks():
            return super()._get_state_text(verdict)
        if amount := verdict.params.get("amount"):
            return self.env._(
                "%(amount)s must be paid before these prepaid services can be used.",
                amount=self._format_collection_amount(amount),
            )
        return self.env._(
            "Prepaid services can be used once they are paid. Ask for a full deposit, "
            "or create the invoice."
        )

    def _sells_only_blocks(self):
        lines = self.order_line.filtered(
            lambda line: not line.display_type and not line.is_downpayment
        )
        return bool(lines) and all(
            line.product_id.hour_block_kind for line in lines.sudo()
        )

    def _invoice_paid_blocks(self, transaction):
        """Invoice an order of blocks that its customer paid, so that they can be used
        at once. Repeatable; if it fails, accounting is told.

        :param transaction: the payment
        """
        for order in self.filtered(
            lambda order: (
                order.state == "sale"
                and order.company_id.collection_active
                and order.invoice_status == "to invoice"
                and order._sells_only_blocks()
            )
        ):
            left = order.amount_total - order._get_collected_amount()
            if order.currency_id.compare_amounts(left, 0) > 0:
                continue
            try:
                with self.env.cr.savepoint():
                    order._invoice_blocks(transaction)
            except OperationalError:
                raise  # a concurrent update: the processing is repeated
            except Exception as error:
                _logger.exception("The blocks of %s could not be invoiced", order)
                order._report_blocks_uninvoiced(error)

    def _invoice_blocks(self, transaction):
        order = self.with_company(self.company_id)
        moves = order.with_context(raise_if_nothing_to_invoice=False)._create_invoices(
            final=True
        )
        for move in moves:
            move._set_collection_policy(order)
        moves.with_context(collection_billing=True).action_post()
        for move in moves.filtered(lambda move: move._is_owed()):
            order._match_deposit(transaction, move)

    def _report_blocks_uninvoiced(self, error):
        self.company_id._schedule_collection_activity(
            self,
            self.env._("Invoice the prepaid services of %(order)s", order=self.name),
            self.env._(
                "The customer paid, but the order could not be invoiced, so that jobs "
                "can't use it yet: %(error)s",
                error=error,
            ),
            code="hour_block_uninvoiced",
        )
