# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from odoo.addons.paycollect_portal.rules.open_items import DISPUTED

from ...rules.late_fee import LateItem


class AccountMoveLine(models.Model):
    """A due part of an invoice that is late."""

    _inherit = "account.move.line"

    def _get_late_item(self, rows):
        """Return a due part as :class:`rules.late_fee.LateItem`.

        :param rows: the due part as ``OpenItem`` rows
        """
        self.ensure_one()
        payments = [
            (partial.max_date, partial.debit_amount_currency)
            for partial in self.matched_credit_ids
        ]
        return LateItem(
            amount=abs(self.amount_currency),
            due=self.date_maturity,
            disputed=self._get_disputed_amount(rows),
            payments=tuple(sorted(payments)),
        )

    def _get_disputed_amount(self, rows):
        """Return what is in dispute, also of what is paid: it wasn't owed before."""
        open_part = sum(row.residual for row in rows if row.state == DISPUTED)
        if not open_part:
            return 0.0
        move, total = self.move_id.sudo(), abs(self.amount_currency)
        if not move.collection_is_contested:
            return total  # the bank took the money back
        others = sum(move._spread_contested().values()) - open_part
        return max(min(move._get_contested_amount() - others, total), open_part)
