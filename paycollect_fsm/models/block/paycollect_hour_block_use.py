# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

JOB = "job"
CREDIT = "credit"


class PaycollectHourBlockUse(models.Model):
    """What one invoice line takes from a block, or gives back to it.

    A job's invoice draws, its credit note gives back; a credit note of the block takes
    away what is refunded. Lines of canceled documents don't count. The amount is the
    line's, so that the books and the block can't differ.
    """

    _name = "paycollect.hour.block.use"
    _description = "Use of a Prepaid Block"
    _order = "id desc"
    _rec_name = "block_id"

    block_id = fields.Many2one(
        "paycollect.hour.block",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    kind = fields.Selection(
        [(JOB, "Job"), (CREDIT, "Refund of the block")],
        required=True,
        readonly=True,
        default=JOB,
    )
    line_id = fields.Many2one(
        "account.move.line",
        string="Invoice Line",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    job_id = fields.Many2one(
        "fsm.order", readonly=True, index="btree_not_null", ondelete="set null"
    )
    line_hours = fields.Float(
        string="Hours of the Line",
        digits="Product Unit",
        readonly=True,
        help="The hours that the line takes; a credit note gives them back.",
    )
    company_id = fields.Many2one(related="block_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="block_id.partner_id", string="Customer")
    currency_id = fields.Many2one(related="block_id.currency_id")
    move_id = fields.Many2one(related="line_id.move_id", string="Document")
    date = fields.Date(related="line_id.move_id.invoice_date", string="Date")
    is_counted = fields.Boolean(
        compute="_compute_taken",
        compute_sudo=True,
        help="Not on a canceled document.",
    )
    hours = fields.Float(
        digits="Product Unit",
        compute="_compute_taken",
        compute_sudo=True,
        help="Below 0: given back.",
    )
    amount = fields.Monetary(
        compute="_compute_taken",
        compute_sudo=True,
        help="With taxes. Below 0: given back.",
    )

    _one_per_line = models.UniqueIndex(
        "(line_id)", "This line already draws from a prepaid block."
    )

    @api.depends("line_hours", "kind")
    def _compute_taken(self):
        for use in self:
            parts, amounts = use._get_taken()
            use.is_counted = use._counts()
            use.hours = use.block_id._from_parts(parts)
            use.amount = use.block_id._from_units(amounts[0].total)
