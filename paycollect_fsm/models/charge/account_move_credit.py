# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.collectable import AUTOMATIC, NEVER


class AccountMove(models.Model):
    """Customer credit in the books that hasn't been applied yet."""

    _inherit = "account.move"

    def _get_open_credits(self):
        """Return the credits each invoice may use: ``{move: {journal item: amount}}``.

        Credit notes and payments on account, oldest first, in the invoice's currency.
        Invoices of the same customer share one dict. Takes one query, plus a few if
        there is credit.
        """
        using = self.filtered(lambda m: m.company_id.collection_credit_use != NEVER)
        usable = self.env["account.move.line"]._get_open_credits(
            using.commercial_partner_id, using.company_id, using.currency_id
        )
        none = {}
        return {
            move: usable.get(move._get_credit_key(), none)
            if usable and move in using
            else none
            for move in self
        }

    def _get_credit_key(self):
        """A credit can only be applied to an invoice on the same account."""
        return (
            self.commercial_partner_id,
            self.company_id,
            self.currency_id,
            self._get_term_lines().account_id[:1],
        )

    # -- using it ----------------------------------------------------------------

    def _use_credits(self, now=None, ahead=False):
        """Apply the customers' credits with Odoo's reconciliation, if the company's
        settings say so.

        Concurrent uses of a credit conflict, because reconciling writes the credit's
        own row.

        :param now: naive UTC datetime
        :param ahead: the next installment is charged before its due date
        :return: what can be collected now, as in ``_get_collectable``
        :raise LockNotAvailable: if a credit is locked by another transaction; Odoo
            repeats a request for it, and the queue repeats a job
        """
        collectables = self._get_collectable(now)
        moves = self.sudo().filtered(
            lambda move: (
                collectables[move].get_credit(ahead)
                and move.company_id.collection_credit_use == AUTOMATIC
                and move._may_use_credit()
            )
        )
        if not moves:
            return collectables
        credits = moves._get_open_credits()
        for move in moves:
            move._apply_credits(credits[move], collectables[move].get_credit(ahead))
        return self._get_collectable(now)

    def _may_use_credit(self):
        """Whether credit may be applied; never while payment is blocked."""
        return (
            self.company_id.collection_active
            and self._is_owed()
            and self.payment_state != "blocked"
        )

    def _apply_credits(self, credits, amount):
        """Reconcile credits worth ``amount``, oldest first, with this invoice."""
        self.ensure_one()
        items = self.env["account.move.line"].browse(line.id for line in credits)
        items._lock_credits()
        before = self.amount_residual
        for item in items.filtered(lambda item: not item.reconciled):
            if (
                self.currency_id.compare_amounts(before - self.amount_residual, amount)
                >= 0
            ):
                break
            (
                item + self._get_term_lines().filtered(lambda t: not t.reconciled)
            ).reconcile()
        self.collection_credit_used += before - self.amount_residual
