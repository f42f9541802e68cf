# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class PaycollectDunningMessageLine(models.Model):
    """One item that a reminder names, with the item's own level."""

    _name = "paycollect.dunning.message.line"
    _description = "Item of a Reminder"
    _order = "message_id, due_date, id"

    message_id = fields.Many2one(
        "paycollect.dunning.message",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    line_id = fields.Many2one(
        "account.move.line",
        string="Due Part",
        readonly=True,
        index=True,
        ondelete="set null",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    due_date = fields.Date(required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    residual = fields.Monetary(
        string="Open Amount",
        readonly=True,
        help="What the ledger says is open, less what is in dispute.",
    )
    credit = fields.Monetary(
        string="Covered by Credit",
        readonly=True,
        help="The part that the customer's unapplied credit and payments cover.",
    )
    amount = fields.Monetary(
        readonly=True, help="What the reminder asks for: open amount less credit."
    )
    level_id = fields.Many2one(
        "paycollect.dunning.level", readonly=True, ondelete="set null"
    )
    delay_days = fields.Integer(
        readonly=True, help="The level's days when it was told."
    )
