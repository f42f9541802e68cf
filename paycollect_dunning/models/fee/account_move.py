# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...rules.late_fee import COSTS, INTEREST, PRINCIPAL

READERS = "account.group_account_invoice,account.group_account_readonly"


class AccountMove(models.Model):
    """Invoices of late fees, and the invoices that they were charged for."""

    _inherit = "account.move"

    late_fee_ids = fields.One2many(
        "paycollect.late.fee",
        "fee_move_id",
        string="Late Fees",
        readonly=True,
        groups=READERS,
    )

    def _get_debt_kind(self):
        """Return what kind of debt an invoice is, see ``rules/late_fee.py``."""
        kinds = set(self.sudo().late_fee_ids.mapped("kind"))
        if not kinds:
            return PRINCIPAL
        return INTEREST if kinds == {INTEREST} else COSTS
