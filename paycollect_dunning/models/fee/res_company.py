# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...rules.late_fee import COSTS_FIRST, DEFAULT_ORDER, INTEREST_FIRST, KEEP, WAIVE

ORDERS = {
    "costs": COSTS_FIRST,
    "interest": INTEREST_FIRST,
    "principal": DEFAULT_ORDER,
}


class ResCompany(models.Model):
    """How charges for late payment are booked, and what becomes of them."""

    _inherit = "res.company"

    dunning_fee_product_id = fields.Many2one(
        "product.product",
        string="Product for Late Fees",
        domain="[('type', '=', 'service')]",
        ondelete="restrict",
        groups="base.group_user",
        help="Its income account and its customer taxes are used.",
        write_groups="base.group_system",
    )
    dunning_fee_rest = fields.Selection(
        [
            (WAIVE, "Waive it with a credit note"),
            (KEEP, "Keep asking for it"),
        ],
        string="Late Fees Left Once the Invoice Is Paid",
        required=True,
        default=WAIVE,
        groups="base.group_user",
        help="What becomes of late fees and interest that are open when the invoice "
        "is paid. Managers can choose otherwise for each of them.",
        write_groups="base.group_system",
    )
    dunning_fee_order = fields.Selection(
        [
            ("principal", "The invoice first"),
            ("costs", "Late fees, interest, then the invoice"),
            ("interest", "Interest, the invoice, then late fees"),
        ],
        string="A Payment Covers",
        groups="base.group_user",
        help="Leave empty to follow the rules of the company's country.",
        write_groups="base.group_system",
    )

    def _get_fee_order(self):
        """Return the company's choice for :func:`rules.late_fee.get_order`, or None."""
        return ORDERS.get(self.dunning_fee_order)
