# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from odoo.addons.paycollect_portal.rules import open_items
from odoo.addons.paycollect_portal.rules.disputes import is_contested

from ...rules.late_fee import LateItem


class AccountMoveLine(models.Model):
    """A due part of an invoice that is late."""

    _inherit = "account.move.line"

    def _get_late_item(self, state):
        """Return a due part as :class:`rules.late_fee.LateItem`.

        :param state: of the open item
        """
        self.ensure_one()
        payments = [
            (partial.max_date, partial.debit_amount_currency)
            for partial in self.matched_credit_ids
        ]
        return LateItem(
            amount=abs(self.amount_currency),
            due=self.date_maturity,
            disputed=self._get_disputed_amount(state),
            payments=tuple(sorted(payments)),
        )

    def _get_disputed_amount(self, state):
        """Return what is in dispute: all of it, where the bank took the money back."""
        found = self.move_id.sudo().collection_dispute_ids.filtered(
            lambda one: is_contested(one.state, one.is_credited)
        )
        if found:
            return min(sum(found.mapped("amount")), abs(self.amount_currency))
        if state == open_items.DISPUTED:
            return abs(self.amount_currency)
        return 0.0
