# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

RANKS = frozenset({"customer_rank", "supplier_rank"})


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _increase_rank(self, field, n=1):
        """Count an invoice or a payment without reading all tracked fields for it.

        The rank is not tracked, and each charge is counted.
        """
        counting = self.with_context(mail_notrack=True)
        return super(ResPartner, counting)._increase_rank(field, n)

    def _fields_sync(self, values):
        """Don't look for contacts to share a rank with: it belongs to one contact."""
        if values.keys() <= RANKS:
            return None
        return super()._fields_sync(values)

    def _collection_method_added(self, token):
        """Charge the invoices that waited for a payment method to the new one."""
        self.env["account.move"]._plan_waiting(self, token)
        return super()._collection_method_added(token)

    def _get_waiting_moves(self, company):
        moves = self.env["account.move"]._get_waiting(self)
        moves = moves.filtered(lambda move: move.company_id == company)
        collectables = moves._get_collectable()
        due = moves.filtered(
            lambda move: (
                collectables[move].amount
                and not move._find_approval(collectables[move], "completion")[0]
            )
        )
        return super()._get_waiting_moves(company) | due

    def _get_waiting_amounts(self, company):
        moves = self._get_waiting_moves(company)
        return super()._get_waiting_amounts(company) | {
            move: move._get_amount_to_pay() for move in moves
        }
