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

    def _is_still_owed(self):
        """Whether its item is still open by what was shown, credit included."""
        self.ensure_one()
        shown = self.amount + self.credit + self.discount
        residual = self.line_id.amount_residual_currency
        is_posted = self.line_id.parent_state == "posted"
        return is_posted and self.currency_id.compare_amounts(residual, shown) >= 0

    def _get_amounts_to_match(self):
        """Return what the payment pays of each item: ``{journal item ID: amount}``."""
        return {
            share.line_id.id: share.currency_id.round(share.amount + share.discount)
            for share in self
        }

    def _forget_missed_discounts(self):
        """A discount isn't written off if the item is no longer open by exactly what
        the payment pays, once the credit is used."""
        for share in self.filtered("discount"):
            expected = share.amount + share.discount
            residual = share.line_id.amount_residual_currency
            if share.currency_id.compare_amounts(residual, expected):
                share.discount = 0.0

    def _use_credit(self):
        """Apply the credit that was deducted from the payment, as far as it is left.

        :raise LockNotAvailable: if a credit is locked by another transaction
        """
        using = self.filtered(
            lambda share: share.credit and share.move_id._may_use_credit()
        )
        found = using.move_id._get_open_credits()
        credits = {
            line.id: amount
            for move in using.move_id[:1]
            for line, amount in found[move].items()
        }
        if not credits:
            return
        before = {move: move.amount_residual for move in using.move_id}
        lines = self.env["account.move.line"].browse(credits)
        lines._lock_credits()
        items = {share.line_id.id: share._get_credit_to_use() for share in using}
        (lines + using.line_id)._match_amounts(credits | items)
        for move, residual in before.items():
            move.collection_credit_used += residual - move.amount_residual

    def _get_credit_to_use(self):
        """Return the credit for the item; less if part of it was paid meanwhile."""
        rest = self.line_id.amount_residual_currency - self.amount - self.discount
        return min(self.credit, max(self.currency_id.round(rest), 0.0))
