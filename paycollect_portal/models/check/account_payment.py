# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class AccountPayment(models.Model):
    """The payment of a check, and what became of it at the bank."""

    _inherit = "account.payment"

    collection_check_notice_id = fields.Many2one(
        "paycollect.check.notice",
        string="Check",
        readonly=True,
        index="btree_not_null",
        copy=False,
        ondelete="restrict",
    )
    collection_bounce_move_id = fields.Many2one(
        "account.move",
        string="Returned By",
        readonly=True,
        index="btree_not_null",
        copy=False,
        help="Entry that reversed the payment because the bank returned the check.",
    )
