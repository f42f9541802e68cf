# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class PaycollectAllocation(models.Model):
    """What a customer's payment is for: one row for each open item, in order.

    It is recorded when the payment starts. When the payment is booked, the money goes
    to these items; what was paid otherwise in the meantime leaves credit on account.
    """

    _name = "paycollect.allocation"
    _description = "Allocation of an Online Payment"
    _order = "transaction_id desc, id"

    transaction_id = fields.Many2one(
        "payment.transaction",
        string="Payment",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    line_id = fields.Many2one(
        "account.move.line",
        string="Open Item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="transaction_id.currency_id")
    amount = fields.Monetary(
        readonly=True, help="The part of the payment that goes to this item."
    )
    discount = fields.Monetary(
        string="Early Payment Discount",
        readonly=True,
        help="Written off if this item is paid as planned.",
    )
    credit = fields.Monetary(
        string="Credit Used",
        readonly=True,
        help="The customer's credit that was deducted before the money.",
    )

    def _pays_less_discount(self):
        """Whether the item is still open by exactly what was planned for it."""
        self.ensure_one()
        planned = self.amount + self.credit + self.discount
        residual = self.line_id.amount_residual_currency
        return bool(self.discount) and not self.currency_id.compare_amounts(
            residual, planned
        )

    def _forget_missed_discounts(self):
        """A discount isn't written off if the item was paid otherwise meanwhile."""
        missed = self.filtered(lambda share: not share._pays_less_discount())
        missed.filtered("discount").discount = 0.0

    def _use_credit(self):
        """Apply the credit that was deducted from the payment.

        :raise LockNotAvailable: if a credit is locked by another transaction
        """
        using = self.filtered("credit")
        credits = using.move_id._get_open_credits()
        for share in using:
            move = share.move_id
            if move._may_use_credit():
                move._apply_credits(credits[move], share.credit)
