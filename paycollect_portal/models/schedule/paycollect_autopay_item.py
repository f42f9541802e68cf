# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...rules.autopay import OVER_AMOUNT, OVER_MONTH


class PaycollectAutopayItem(models.Model):
    """What autopay did about one due part of an invoice: told, skipped or charged."""

    _name = "paycollect.autopay.item"
    _description = "Autopay: Due Part"
    _order = "id desc"
    _rec_name = "move_id"

    autopay_id = fields.Many2one(
        "paycollect.autopay",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(related="autopay_id.partner_id", string="Customer")
    company_id = fields.Many2one(
        related="autopay_id.company_id", store=True, precompute=True, index=True
    )
    line_id = fields.Many2one(
        "account.move.line",
        string="Due Part",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="autopay_id.currency_id")
    told_amount = fields.Monetary(
        string="Announced Amount",
        readonly=True,
        help="The amount that the customer was told ahead.",
    )
    told_day = fields.Date(
        string="Announced For",
        readonly=True,
        help="The day for which the customer was told of the charge.",
    )
    told_at = fields.Datetime(string="Announced On", readonly=True)
    skipped_at = fields.Datetime(string="Skipped On", readonly=True)
    problem = fields.Selection(
        [
            (OVER_AMOUNT, "Over the limit per charge"),
            (OVER_MONTH, "Over the limit per month"),
        ],
        string="Not Charged Because",
        readonly=True,
    )
    attempt_id = fields.Many2one(
        "paycollect.attempt",
        string="Charge",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    is_left = fields.Boolean(
        string="Left to the Customer",
        readonly=True,
        help="The charge couldn't be made, and the customer was told.",
    )

    _once = models.UniqueIndex("(autopay_id, line_id)")

    @api.model
    def _get_or_create(self, autopay, line):
        """Return the row of one due part (sudo)."""
        found = autopay.item_ids.filtered(lambda item: item.line_id == line)
        return found or self.create(self._prepare_item_vals(autopay, line))

    @api.model
    def _prepare_item_vals(self, autopay, line):
        return {
            "autopay_id": autopay.id,
            "line_id": line.id,
            "move_id": line.move_id.id,
        }
