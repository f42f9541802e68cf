# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...rules.readiness import CONFIRM, DISPATCH, BookingFacts


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "paycollect.booking.mixin"]
    _masked_texts = ("client_order_ref", "note")

    collection_term_id = fields.Many2one(
        "account.payment.term",
        string="Policy Payment Terms",
        readonly=True,
        copy=False,
        help="The payment terms suggested by the policy. Different terms on the order "
        "were agreed on with the customer and are kept.",
        groups="base.group_user",
    )

    @api.depends(
        "state",
        "company_id",
        "currency_id",
        "amount_total",
        "partner_invoice_id.category_id",
        "partner_invoice_id.collection_require_po",
        "partner_invoice_id.commercial_partner_id.category_id",
        "partner_invoice_id.commercial_partner_id.collection_require_po",
        "partner_invoice_id.commercial_partner_id.collection_policy_id",
        "order_line.product_id.fsm_order_template_id.type_id",
    )
    def _compute_collection_policy(self):
        return super()._compute_collection_policy()

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders.mapped("collection_policy_id")  # sets its payment term on the order
        return orders

    def _set_collection_policy(self):
        super()._set_collection_policy()
        for order in self:
            order._propose_policy_term()

    def _propose_policy_term(self):
        """Set the policy's payment term, unless another one was agreed on.

        The customer's own term and one chosen on the order count as agreed on. This
        is no computed dependency: the total may depend on the term, and the policy on
        the total.
        """
        self.ensure_one()
        proposed = self.collection_policy_id.payment_term_id
        agreed = self.payment_term_id - self.collection_term_id - proposed
        collects = self.company_id.collection_active
        if agreed or not collects or self.state not in ("draft", "sent"):
            return
        self.collection_term_id = proposed
        if self.payment_term_id != proposed:
            self.payment_term_id = proposed

    def action_confirm(self):
        """Block the confirmation, or log what is not ready to collect.

        :raise: UserError if the policy blocks the confirmation
        """
        self.filtered("company_id.collection_active")._refresh_collection_policy()
        self._check_collection_gate(CONFIRM)
        result = super().action_confirm()
        self._collect_on_confirmation(fields.Datetime.now())
        self._log_collection_warning(CONFIRM)
        return result

    def _collect_on_confirmation(self, now):
        """Hook: charge or ask for what is due at once, before anyone is told that it
        still is.

        :param now: naive UTC datetime
        """

    def _action_confirm(self):
        """Confirm one order at a time; field service cannot confirm several at once."""
        if len(self) <= 1 or not any(self.company_id.mapped("collection_active")):
            return super()._action_confirm()
        for order in self:
            super(SaleOrder, order)._action_confirm()
        return True

    def _get_payer(self):
        """Return the ``res.partner`` who gets the invoice."""
        return self.partner_invoice_id or self.partner_id

    def _get_readiness_dependencies(self):
        customer = "partner_invoice_id.commercial_partner_id"
        return (
            *super()._get_readiness_dependencies(),
            "state",
            "collection_deposit_percent",
            "invoice_status",
            "amount_total",
            "client_order_ref",
            "commitment_date",
            "order_line.customer_lead",
            "transaction_ids.state",
            "partner_invoice_id.collection_require_po",
            f"{customer}.collection_require_po",
            "partner_invoice_id.active",
            f"{customer}.active",
            f"{customer}.collection_hold_reason",
            f"{customer}.payment_token_ids.active",
        )

    def _get_open_booking_domain(self):
        return [
            ("state", "!=", "cancel"),
            "|",
            ("invoice_status", "!=", "invoiced"),
            ("collection_mode", "=", "prepaid"),
        ]

    def _get_open_policy_domain(self):
        return [
            ("state", "!=", "cancel"),
            "|",
            ("state", "in", ("draft", "sent")),
            ("collection_policy_id", "=", False),
        ]

    def _get_collection_step(self):
        return DISPATCH if self.state == "sale" else CONFIRM

    def _is_policy_open(self):
        if self.state == "cancel":
            return False
        return self.state in ("draft", "sent") or not self.collection_policy_id

    def _prepare_policy_request(self):
        return {
            **super()._prepare_policy_request(),
            "amount": self.amount_total,
            "currency": self.currency_id,
            "order_type": self.order_line.product_id.fsm_order_template_id.type_id,
        }

    def _get_collection_facts(self, today):
        payers = {order: order._get_payer() for order in self}
        tokens = self._get_tokens_by_booking(payers)
        holds = self._get_holds(payers, today)
        facts = {
            order: BookingFacts(
                job_date=order._get_collection_date(today),
                **order._get_method_facts(
                    tokens[order], order.currency_id, order.amount_total
                ),
                amount=order.amount_total,
                paid=order._get_collected_amount(),
                rounding=order.currency_id.rounding or 0.01,
                po_given=bool((order.client_order_ref or "").strip()),
                closed=not order._is_open_booking(),
                authorization=order._get_authorization_state(),
                **order._get_policy_facts(payers[order], holds[order]),
            )
            for order in self
        }
        return facts, tokens

    def _is_open_booking(self):
        if self.state == "cancel":
            return False
        return self.invoice_status != "invoiced" or self.collection_mode == "prepaid"

    def _get_collection_date(self, today):
        """Return the scheduled date of the work, in the company's time zone."""
        moment = self.commitment_date or self.expected_date
        if not moment:
            return today
        return self._get_local_day(moment)

    def _get_collected_amount(self):
        """Return what the customer has paid for this order, in its currency.

        The sum of online payments (``amount_paid``) and the paid part of invoices. A
        payment matched with one of the order's invoices is in both but counts once.
        """
        returned = self._get_paid_on("out_refund")
        invoiced = self._get_paid_on("out_invoice") - returned
        if not self.amount_paid:
            return invoiced
        transactions = self.sudo().transaction_ids
        # by check, the payments don't show it; without an invoice, no credit note does
        paid = self.amount_paid - max(self._get_refunded(transactions), returned)
        if not invoiced:
            return paid
        invoices = self.order_line.invoice_lines.move_id
        elsewhere = transactions.filtered(
            lambda tx: (
                tx.state in ("authorized", "done")
                and not tx.payment_id.reconciled_invoice_ids & invoices
            )
        )
        kept = sum(elsewhere.mapped("amount")) - self._get_refunded(elsewhere)
        return max(paid, invoiced + kept)

    def _get_refunded(self, transactions):
        """Return what went back to the customer of these payments (sudo)."""
        refunds = transactions.child_transaction_ids.filtered(
            lambda child: child.operation == "refund" and child.state == "done"
        )
        return -sum(refunds.mapped("amount"))

    def _get_paid_on(self, move_type):
        """Return the paid part of this order's posted invoices, or credit notes.

        For an invoice of several orders, only this order's share counts.
        """
        paid = 0.0
        for invoice in self.order_line.invoice_lines.move_id:
            if invoice.move_type != move_type or invoice.state != "posted":
                continue
            part = invoice.amount_total - invoice.amount_residual
            total = sum(invoice.invoice_line_ids.mapped("price_total"))
            lines = invoice.invoice_line_ids & self.order_line.invoice_lines
            if total:
                part *= sum(lines.mapped("price_total")) / total
            paid += part
        return self.currency_id.round(paid)

    def _format_collection_amount(self, amount):
        return self.currency_id._format_amount(amount)
