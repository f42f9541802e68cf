# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields
from odoo.http import request

from odoo.addons.account_payment.controllers.payment import PaymentPortal


class PaycollectInvoicePayment(PaymentPortal):
    """“Pay” on the native pages of invoices."""

    def _process_transaction(self, partner_id, currency_id, invoice_ids, *args, **kw):
        """What was begun on another page, or earlier, is closed at the provider first.

        Access was checked by the routes that call this.
        """
        invoices = request.env["account.move"].sudo().browse(invoice_ids)
        invoices._close_earlier_payments(fields.Datetime.now())
        return super()._process_transaction(
            partner_id, currency_id, invoice_ids, *args, **kw
        )
