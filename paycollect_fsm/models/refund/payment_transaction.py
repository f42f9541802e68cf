# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError

from ...rules.disputes import INQUIRY, OPEN
from ...rules.refund import IN_DOUBT, PLANNED


class PaymentTransaction(models.Model):
    """What can go back to a payment, and what became of a refund."""

    _inherit = "payment.transaction"

    collection_refund_part_ids = fields.One2many(
        "paycollect.refund.part",
        "transaction_id",
        string="Refund Parts",
        readonly=True,
    )
    collection_reversal_id = fields.Many2one(
        "account.move",
        string="Reversal of the Refund",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The entry that undoes the payment of a refund that failed.",
    )

    def _is_ours(self):
        return super()._is_ours() or bool(self.sudo().collection_refund_part_ids)

    # -- what is left ----------------------------------------

    def _get_left_to_refund(self):
        """Return what can still go back, by our books: what was paid, less refunds that
        didn't fail and what the bank took back."""
        self.ensure_one()
        tx = self.sudo()
        refunds = tx._get_standing_refunds()
        taken = sum(back._get_amount_out() for back in tx._get_chargebacks())
        return tx.currency_id.round(tx.amount + sum(refunds.mapped("amount")) - taken)

    def _get_standing_refunds(self):
        """Return the refunds that didn't fail, also those still on their way."""
        return self.child_transaction_ids.filtered(
            lambda child: (
                child.operation == "refund" and child.state not in ("error", "cancel")
            )
        )

    def _get_foreign_refunds(self):
        """Return the refunds (sudo) without one of ours, e.g. made at the provider."""
        refunds = self.sudo()._get_standing_refunds()
        return refunds.filtered(lambda child: not child.collection_refund_part_ids)

    def _get_unmatched_refund(self):
        """Return what of these refunds isn't matched with the customer's credit yet."""
        return sum(
            child.payment_id._get_unmatched_refund()
            if child.payment_id
            else -child.amount
            for child in self
        )

    def _get_chargebacks(self):
        self.ensure_one()
        chargebacks = self.env["paycollect.chargeback"].sudo()
        return chargebacks.search([("transaction_id", "=", self.id)])

    def _is_disputed(self):
        """Whether the money may be, or was, taken back; an inquiry takes nothing."""
        return any(
            back.kind != INQUIRY and (back.state == OPEN or back._is_money_out())
            for back in self._get_chargebacks()
        )

    def _takes_refunds(self):
        """Whether its provider and method can return money."""
        tx = self.sudo()
        method = tx.payment_method_id
        method = method.primary_payment_method_id or method
        return (
            tx.state == "done"
            and tx.operation not in ("refund", "validation")
            and tx.provider_id.support_refund not in (False, "none")
            and method.support_refund not in (False, "none")
        )

    def _takes_whole_refunds_only(self):
        tx = self.sudo()
        method = tx.payment_method_id
        method = method.primary_payment_method_id or method
        kinds = (tx.provider_id.support_refund, method.support_refund)
        return "full_only" in kinds

    def _ask_what_is_left(self):
        """Hook: ask the provider what is left of the payment. Network, read-only.

        :return: :class:`refund.Standing`; None if this provider can't be asked
        """
        self.ensure_one()
        return None

    def _get_refund_label(self):
        """Return where the money goes: “Visa •••• 4242”, at most four digits."""
        self.ensure_one()
        tx = self.sudo()
        return tx.token_id._get_label() if tx.token_id else tx.payment_method_id.name

    # -- one refund at a time ----------------------------------------

    def _refund(self, amount_to_refund=None):
        """:raise UserError: while a refund of ours is on its way, or its outcome is
        unknown; Odoo doesn't count it"""
        parts = self.sudo().child_transaction_ids.collection_refund_part_ids
        if parts.filtered(lambda part: part.state in (PLANNED, *IN_DOUBT)):
            raise UserError(
                self.env._(
                    "A refund of this payment is being processed. Wait for its outcome "
                    "under Collections ▸ Refunds."
                )
            )
        return super()._refund(amount_to_refund=amount_to_refund)

    # -- what became of it ----------------------------------------

    def _after_post_process(self):
        """A refund that was processed later brings its refund forward."""
        for part in self.collection_refund_part_ids:
            part.refund_id._enqueue()
        return super()._after_post_process()

    def _follow_refund(self, now):
        """Bring refunds forward after an event (sudo).

        :param now: naive UTC datetime
        :return: those without a row of ours that were undone, e.g. Odoo's own
        """
        refunds = self.collection_refund_part_ids.refund_id
        for refund in refunds:
            refund._as_system()._finish(now)
        others = self.filtered(lambda tx: not tx.collection_refund_part_ids)
        return others._undo_refund(now)
