# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...rules.handoff import ItemNow


class PaycollectHandoffItem(models.Model):
    """One due part of an invoice that an agency collects."""

    _name = "paycollect.handoff.item"
    _description = "Item of a Hand-Over"
    _order = "due_date, id"

    handoff_id = fields.Many2one(
        "paycollect.handoff",
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
    due_date = fields.Date(readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    first_amount = fields.Monetary(string="At Hand-Over", readonly=True)
    amount = fields.Monetary(string="Claim", readonly=True)
    credited = fields.Monetary(
        readonly=True, help="What credit notes had taken off when it was last told."
    )
    residual = fields.Monetary(
        string="Open Today", related="line_id.amount_residual_currency"
    )

    _once = models.UniqueIndex(
        "(handoff_id, line_id) WHERE line_id IS NOT NULL",
        "An item stands in a hand-over once.",
    )

    @api.model
    def _prepare_item_vals(self, item, company):
        """Return the values for an open item of the portal."""
        return {
            "company_id": company.id,
            "line_id": item.line.id,
            "move_id": item.move.id,
            "due_date": item.due_date,
            "currency_id": item.currency.id,
            "first_amount": item.residual,
            "amount": item.residual,
            "credited": self._get_credited(item.line),
        }

    def _get_facts(self):
        """Return ``{item: rules.handoff.ItemNow}``, in bulk."""
        disputed = self.line_id._get_disputed_parts()
        return {
            item: ItemNow(
                told=item.amount,
                first=item.first_amount,
                residual=item.line_id.amount_residual_currency,
                disputed=disputed.get(item.line_id, 0.0),
                credited=item._get_credited(item.line_id) - item.credited,
            )
            for item in self
        }

    @api.model
    def _get_credited(self, line):
        """Return what credit notes took off a due part, in its currency."""
        notes = line.matched_credit_ids.filtered(
            lambda match: match.credit_move_id.move_id.move_type == "out_refund"
        )
        return sum(notes.mapped("debit_amount_currency"))

    def _take_facts(self, facts):
        """Take over what the agency is told from now on."""
        for item in self:
            item.credited += facts[item].credited
            item.amount = facts[item].claim
