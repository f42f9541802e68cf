# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...rules import settlement as rules


class PaycollectSettlementLine(models.Model):
    """What a line clears in the books."""

    _inherit = "paycollect.settlement.line"

    item_id = fields.Many2one(
        "account.move.line",
        string="Journal Item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Where the payout's entry books this line.",
    )

    def _get_counterpart(self):
        """Return the open item of exactly this payment or refund on the clearing
        account, or none."""
        payment = self.transaction_id.payment_id
        items = payment.move_id.line_ids
        if self.kind not in rules.SAME_AMOUNT or not payment.outstanding_account_id:
            return items.browse()
        open_items = items.filtered(
            lambda item: (
                item.account_id == payment.outstanding_account_id
                and item.parent_state == "posted"
                and item.account_id.reconcile
                and not item.reconciled
            )
        )
        same = open_items.filtered(
            lambda item: (
                item.currency_id == self.source_currency_id
                and not item.currency_id.compare_amounts(
                    item.amount_residual_currency, self.source_amount
                )
            )
        )
        return same if len(same) == 1 else items.browse()

    def _has_booked_fee(self):
        """Whether the dispute booked its fee itself."""
        fee_move = self.chargeback_id.fee_move_id
        payouts = self.env["paycollect.settlement"]
        return bool(fee_move) and not payouts.search_count(
            [("move_id", "=", fee_move.id)], limit=1
        )

    def _is_booked_elsewhere(self):
        """Whether a manual payout took it from the balance, and booked its fee."""
        move = self.item_id.move_id
        return bool(move) and move != self.settlement_id.move_id

    def _get_expense(self):
        """Return what the provider keeps for good; negative: what it gave back."""
        if self._is_booked_elsewhere():
            return 0.0
        if self.kind == rules.FEE:
            return -self.net
        return 0.0 if self._has_booked_fee() else self.fee

    def _get_cleared(self):
        """Return what it moves on the clearing account, without its expense."""
        return self.net + self._get_expense()

    def _clear_items(self):
        """Reconcile own items with everything else about the same transaction, or
        with the payout that came back."""
        for line in self.filtered(
            lambda line: line.transaction_id or line.kind == rules.RETURNED
        ):
            account = line.item_id.account_id
            if not account.reconcile or line.item_id.reconciled:
                continue
            items = (line.item_id | line._get_related_items()).filtered(
                lambda item, account=account: (
                    item.account_id == account
                    and item.parent_state == "posted"
                    and not item.reconciled
                )
            )
            balances = items.mapped("balance") or [0.0]
            if min(balances) < 0 < max(balances):
                items.reconcile()

    def _get_related_items(self):
        """Return the items of the payment, its undoing, its disputes, other lines."""
        if self.kind == rules.RETURNED:
            return self._get_returned_item()
        tx = self.transaction_id
        backs = self.env["paycollect.chargeback"].search(
            [("transaction_id", "=", tx.id)]
        )
        others = self.search([("transaction_id", "=", tx.id)])
        moves = (
            tx.payment_id.move_id
            | tx.collection_reversal_id
            | backs.reversal_move_id
            | backs.reversal_move_id.reversal_move_ids
            | backs.fee_move_id
        )
        pooled = others.item_id.filtered(lambda item: not item.partner_id)
        return moves.line_ids | (others.item_id - pooled)

    def _get_returned_item(self):
        """Return the item of the payout that came back with this line, or none."""
        payouts = self.env["paycollect.settlement"]
        if self.kind != rules.RETURNED:
            return payouts.payout_item_id
        payout = payouts._search_row(self.provider_id, self.object_ref)
        return payout.payout_item_id

    # -- its item ----------------------------------------------------------------

    def _get_clearing_account(self, default):
        """Return the account of its payment or returned payout, else the payout's."""
        payment = self.transaction_id.payment_id
        own = payment.outstanding_account_id or self._get_returned_item().account_id
        return own or default

    def _get_kind_label(self, kind):
        return dict(self._fields["kind"]._description_selection(self.env))[kind]

    def _get_item_name(self):
        what = self.transaction_id.reference or self.object_ref or self.reference
        name = self._get_kind_label(self.kind)
        if self.kind == rules.OTHER:
            name = self.label or name
        return f"{name}: {what}"
