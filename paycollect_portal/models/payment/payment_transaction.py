# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

ACCOUNTING = "account.group_account_invoice,account.group_account_readonly"


class PaymentTransaction(models.Model):
    """A payment of several open items, which its customer chose."""

    _inherit = "payment.transaction"

    collection_allocation_ids = fields.One2many(
        "paycollect.allocation",
        "transaction_id",
        string="Allocations",
        readonly=True,
        groups=ACCOUNTING,
    )

    def _is_ours(self):
        return super()._is_ours() or bool(self.sudo().collection_allocation_ids)

    def _get_allocations(self):
        """Return the allocations (sudo); only a customer's payment has any, so that a
        charge of ours takes no query for it."""
        online = self.sudo().filtered(lambda tx: tx._is_started_by_customer())
        return online.collection_allocation_ids

    def _is_joint(self):
        """Return whether its customer chose several invoices to pay."""
        return len(self._get_allocations().move_id) > 1

    def _get_part_paid(self):
        """One receipt says what is left of each of several invoices."""
        moves = super()._get_part_paid()
        if not moves or not self._is_joint():
            return moves
        messages = self.env["paycollect.message"].sudo()
        told = messages.search_count([("transaction_id", "=", self.id)], limit=1)
        return moves.browse() if told else moves[:1]

    def _is_still_owed(self):
        shares = self._get_allocations()
        return super()._is_still_owed() and all(
            share._is_still_owed() for share in shares
        )

    def _create_payment(self, **extra_create_values):
        """Use the credit that was deducted, then pay each item what was shown for it.

        :raise LockNotAvailable: if a credit is locked by another transaction
        """
        allocations = self._get_allocations()
        if not allocations:
            return super()._create_payment(**extra_create_values)
        allocations._use_credit()
        allocations._forget_missed_discounts()
        shown = self.with_context(
            paycollect_allocated=allocations._get_amounts_to_match(),
            paycollect_discount_booked=True,  # Odoo gives none of its own
        )
        return super(PaymentTransaction, shown)._create_payment(**extra_create_values)

    def _get_discounted_lines(self):
        allocations = self._get_allocations()
        if not allocations:
            return super()._get_discounted_lines()
        return allocations.filtered("discount").line_id
