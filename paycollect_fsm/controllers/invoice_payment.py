# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields
from odoo.http import request

from odoo.addons.account_payment.controllers.payment import PaymentPortal


class PaycollectInvoicePayment(PaymentPortal):
    """The “Pay” button on Odoo's own invoice pages."""

    def _process_transaction(self, partner_id, currency_id, invoice_ids, *args, **kw):
        """Close payments started earlier or on another page at the provider first.

        Access is checked by the routes that call this.
        """
        invoices = request.env["account.move"].sudo().browse(invoice_ids)
        invoices._close_earlier_payments(fields.Datetime.now())
        return super()._process_transaction(
            partner_id, currency_id, invoice_ids, *args, **kw
        )
