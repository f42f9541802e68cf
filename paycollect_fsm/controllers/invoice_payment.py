# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields
from odoo.http import request

from odoo.addons.account_payment.controllers.payment import PaymentPortal
from odoo.addons.sale.controllers.portal import PaymentPortal as SalePaymentPortal


class PaycollectInvoicePayment(PaymentPortal):
    """The “Pay” button on Odoo's own invoice pages."""

    def _process_transaction(self, partner_id, currency_id, invoice_ids, *args, **kw):
        """Close payments started earlier or on another page at the provider first.

        Access is checked by the routes that call this.
        """
        invoices = request.env["account.move"].sudo().browse(invoice_ids)
        collected = invoices.filtered("company_id.collection_active")
        collected._close_earlier_payments(fields.Datetime.now())
        return super()._process_transaction(
            partner_id, currency_id, invoice_ids, *args, **kw
        )


class PaycollectOrderPayment(SalePaymentPortal):
    """The “Pay” button on Odoo's own page of an order."""

    def _create_transaction(self, *args, custom_create_values=None, **kwargs):
        """Close payments for the order started earlier or on another page first."""
        command = (custom_create_values or {}).get("sale_order_ids")
        if command:
            orders = request.env["payment.transaction"].sudo()
            orders = orders.new({"sale_order_ids": command}).sale_order_ids._origin
            if all(orders.company_id.mapped("collection_active")):
                orders._close_earlier_payments(fields.Datetime.now())
        return super()._create_transaction(
            *args, custom_create_values=custom_create_values, **kwargs
        )
