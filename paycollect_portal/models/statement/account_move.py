# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

KINDS = {
    "out_invoice": "invoice",
    "out_receipt": "invoice",
    "out_refund": "credit_note",
}


class AccountMove(models.Model):
    """What a document is called on a statement of account."""

    _inherit = "account.move"

    def _get_statement_kind(self, amount):
        """Return the kind of the line on the statement.

        :param amount: that the document adds to the balance
        :return: ``invoice``, ``credit_note``, ``payment``, ``refund``, ``adjustment``
        """
        self.ensure_one()
        if kind := KINDS.get(self.move_type):
            return kind
        if self.origin_payment_id or self.statement_line_id:
            return "payment" if amount < 0 else "refund"
        return "adjustment"
