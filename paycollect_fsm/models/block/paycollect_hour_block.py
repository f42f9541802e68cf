# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...rules.blocks import (
    ACTIVE,
    ENDED,
    EXPIRED,
    HOURS,
    MONEY,
    UNPAID,
    USED,
    get_last_day,
    get_state,
)

READERS = "account.group_account_invoice,account.group_account_readonly"
PAID_STATES = ("paid", "in_payment")


class PaycollectHourBlock(models.Model):
    """Prepaid hours or money of a customer: one for each invoice line that sold it.

    What the customer bought is copied from the product, which may change. What is left,
    and whether it can be used, follows from the invoices: nobody enters it.
    """

    _name = "paycollect.hour.block"
    _description = "Prepaid Block"
    _inherit = ["paycollect.worker.mixin"]
    _order = "id desc"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    line_id = fields.Many2one(
        "account.move.line",
        string="Invoice Line",
        required=True,
        readonly=True,
        ondelete="cascade",
        help="The line that sold the block.",
    )
    move_id = fields.Many2one(
        related="line_id.move_id", string="Invoice", store=True, index=True
    )
    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    kind = fields.Selection(
        [(HOURS, "Hours"), (MONEY, "Money")], required=True, readonly=True
    )
    hours = fields.Float(string="Hours Bought", digits="Product Unit", readonly=True)
    pays_all = fields.Boolean(string="Also Pays Material", readonly=True)
    expires_on = fields.Date(
        string="Valid Until",
        write_groups="paycollect_fsm.group_manager",
        help="The last day on which jobs draw it. Empty: no end.",
    )
    warned_at = fields.Datetime(
        string="Warned On",
        readonly=True,
        help="When the customer was told that it is about to expire.",
    )
    breakage_move_id = fields.Many2one(
        "account.move",
        string="Breakage Entry",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The entry that recognizes the income of what expired.",
    )
    next_move_id = fields.Many2one(
        "account.move",
        string="Next Block's Invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    next_order_id = fields.Many2one(
        "sale.order",
        string="Offer of the Next Block",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    sold_next_at = fields.Datetime(
        string="Next Block Sold On",
        readonly=True,
        help="When the next block was charged or offered; each block leads to one.",
    )
    use_ids = fields.One2many(
        "paycollect.hour.block.use", "block_id", string="History", readonly=True
    )
    amount = fields.Monetary(
        string="Amount Bought", compute="_compute_left", compute_sudo=True
    )
    hours_left = fields.Float(
        digits="Product Unit", compute="_compute_left", compute_sudo=True
    )
    amount_left = fields.Monetary(
        compute="_compute_left", compute_sudo=True, help="With taxes."
    )
    breakage = fields.Monetary(
        compute="_compute_left",
        compute_sudo=True,
        help="What was left when the block expired, with taxes.",
    )
    state = fields.Selection(
        [
            (UNPAID, "Not paid yet"),
            (ACTIVE, "In use"),
            (USED, "Used up"),
            (EXPIRED, "Expired"),
            (ENDED, "Canceled or refunded"),
        ],
        string="Status",
        compute="_compute_left",
        compute_sudo=True,
        search="_search_state",
    )

    _one_per_line = models.UniqueIndex(
        "(line_id)", "This invoice line already has its block."
    )
    _customer_idx = models.Index("(partner_id, company_id)")

    @api.depends("product_id", "move_id")
    def _compute_display_name(self):
        for block in self:
            block.display_name = f"{block.product_id.name} ({block.move_id.name or ''})"

    @api.depends("use_ids", "expires_on")
    def _compute_left(self):
        """Read for the screen, where each request computes it anew: journal items
        aren't followed through to here."""
        for block in self:
            today = block.company_id._get_today()
            parts, rest = block._get_left()
            block.amount = block._from_units(block._get_sold()[0].total)
            block.hours_left = block._from_parts(parts)
            block.amount_left = block._from_units(rest[0].total)
            block.state = get_state(block._get_facts(), today)
            block.breakage = block.amount_left if block.state == EXPIRED else 0.0

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self.sudo().search([]).filtered(lambda block: block.state in value)
        return [("id", "in", found.ids)]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if used := self.filtered("use_ids"):
            raise UserError(used[:1]._get_in_use_text())

    # -- sold ------------------------------------------------------------------------

    @api.model
    def _sell(self, moves):
        """Create the blocks that these posted invoices sell, or follow a corrected one
        that nothing was drawn from (sudo)."""
        lines = moves.sudo().invoice_line_ids.filtered(
            lambda line: line._sells_hour_block()
        )
        known = {block.line_id: block for block in lines.hour_block_ids}
        vals_list = []
        for line in lines:
            vals = self._prepare_vals(line)
            if line not in known:
                vals_list.append(vals)
            elif not known[line].use_ids:
                known[line].write(vals)
        return self.sudo().create(vals_list)

    @api.model
    def _create_missing(self, company):
        """Create the blocks of posted invoices that have none yet (sudo).

        What was invoiced before its product became a block was worked off otherwise.
        """
        products = self.env["product.template"].with_context(active_test=False)
        products = products.search([("hour_block_kind", "!=", False)])
        sold = Domain.OR(
            Domain("product_id.product_tmpl_id", "=", product.id)
            & Domain("create_date", ">=", product.hour_block_since)
            for product in products
        )
        lines = self.env["account.move.line"].search(
            sold
            & Domain("company_id", "=", company.id)
            & Domain("parent_state", "=", "posted")
            & Domain("move_id.move_type", "=", "out_invoice")
            & Domain("hour_block_ids", "=", False)
            & Domain("hour_block_use_ids", "=", False)
        )
        return self._sell(lines.move_id)

    @api.model
    def _prepare_vals(self, line):
        product, move = line.product_id, line.move_id
        quantity = line.quantity
        return {
            "partner_id": move.commercial_partner_id.id,
            "company_id": move.company_id.id,
            "line_id": line.id,
            "product_id": product.id,
            "currency_id": move.currency_id.id,
            "kind": product.hour_block_kind,
            "hours": product.hour_block_hours * quantity
            if product.hour_block_kind == HOURS
            else 0.0,
            "pays_all": product.hour_block_pays_all,
            "expires_on": get_last_day(
                move.invoice_date or move.date, product.hour_block_days
            ),
        }

    def _is_paid(self):
        return (
            self.move_id.state == "posted" and self.move_id.payment_state in PAID_STATES
        )

    # -- buttons ---------------------------------------------------------------------

    def action_open_invoice(self):
        """Button: open the invoice that sold the block."""
        self.ensure_one()
        self.env["paycollect.access"]._check_groups(
            self, READERS, self.env._("Only accounting can open prepaid blocks.")
        )
        return self.move_id._get_records_action()
