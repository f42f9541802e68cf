# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import SQL

from ...rules.collectable import AUTOMATIC, NEVER


class AccountMove(models.Model):
    """Money of the customer that is in the books and not applied yet."""

    _inherit = "account.move"

    def _get_open_credits(self):
        """Return what each invoice may use: ``{move: {journal item: amount}}``.

        Credit notes and payments on account, oldest first, in the invoice's currency.
        The invoices of a customer share them: it is one and the same dict. One query,
        and a few more where there is credit.
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
        """Only on the invoice's own account a credit can be applied to it."""
        return (
            self.commercial_partner_id,
            self.company_id,
            self.currency_id,
            self._get_term_lines().account_id[:1],
        )

    # -- using it ----------------------------------------------------------------

    def _use_credits(self, now=None):
        """Apply the customers' credits natively, where the company wants it.

        Whoever applies the same credit at the same moment comes second: the
        reconciliation writes the credit's own row.

        :param now: naive UTC datetime
        :return: what may be asked for now, as ``_get_collectable``
        :raise LockNotAvailable: another transaction works on a credit right now;
            Odoo repeats a request, and the queue a job, for it
        """
        collectables = self._get_collectable(now)
        moves = self.sudo().filtered(
            lambda move: (
                collectables[move].credit
                and move.company_id.collection_credit_use == AUTOMATIC
                and move._may_use_credit()
            )
        )
        if not moves:
            return collectables
        credits = moves._get_open_credits()
        for move in moves:
            move._apply_credits(credits[move], collectables[move].credit)
        return self._get_collectable(now)

    def _may_use_credit(self):
        """A disputed invoice is not paid behind anybody's back."""
        return self._is_owed() and self.payment_state != "blocked"

    def _apply_credits(self, credits, amount):
        """Reconcile credits worth ``amount``, oldest first, with this invoice."""
        self.ensure_one()
        items = self.env["account.move.line"].browse(line.id for line in credits)
        self.env.cr.execute(
            SQL(
                "SELECT FROM account_move_line WHERE id IN %s FOR UPDATE NOWAIT",
                tuple(items.ids),
            )
        )
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
