# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError

from ...rules.blocks import AS_USED, REFILL_ABOVE, REFILL_OFF
from ...rules.charge import STOP, Obstacle
from ...rules.triggers import POLICY
from .paycollect_hour_block import READERS
from .paycollect_hour_block_use import CREDIT

UNDONE = frozenset({"draft", "cancel"})


class AccountMove(models.Model):
    """Invoices that sell blocks, and credit notes that refund them."""

    _inherit = "account.move"

    hour_block_ids = fields.One2many(
        "paycollect.hour.block",
        "move_id",
        string="Prepaid Blocks",
        readonly=True,
        groups=READERS,
    )
    hour_block_refilled_ids = fields.One2many(
        "paycollect.hour.block",
        "next_move_id",
        string="Refilled Blocks",
        readonly=True,
        groups=READERS,
        help="The blocks whose next block this invoice sells.",
    )

    def _post(self, soft=True):
        """Blocks come into being with their invoice; a refund takes what isn't used."""
        collected = self.filtered("company_id.collection_active")
        for move in collected:
            move._check_hour_block_account()
            move._link_hour_block_credit()
        posted = super()._post(soft)
        collected = posted.filtered("company_id.collection_active")
        invoices = collected.filtered(lambda move: move.move_type == "out_invoice")
        self.env["paycollect.hour.block"]._sell(invoices)
        notes = collected.filtered(lambda move: move.move_type == "out_refund")
        notes._check_hour_block_credit()
        return posted

    def write(self, vals):
        """The invoice of a block stays as it is once jobs draw the block."""
        if vals.get("state") in UNDONE:
            posted = self.sudo().filtered(lambda move: move.state == "posted")
            posted.hour_block_ids._serialize()
            used = posted.hour_block_ids.filtered(
                lambda block: any(use._counts() for use in block.use_ids)
            )
            if used:
                raise UserError(used[:1]._get_in_use_text())
        return super().write(vals)

    def _check_hour_block_account(self):
        """:raise UserError: if the income should be held back, but nobody said where"""
        for line in self.sudo().invoice_line_ids.filtered(
            lambda line: line._sells_hour_block()
        ):
            missing = not self.company_id.sudo().collection_block_account_id
            if line.product_id.hour_block_income == AS_USED and missing:
                raise UserError(
                    self.env._(
                        "Income of “%(product)s” is recognized as it is used, but "
                        "there is no account for it yet. Ask an administrator to "
                        "select a “Prepaid Services Account” under Collections in the "
                        "settings of Invoicing, or let the product recognize it when "
                        "it is sold.",
                        product=line.product_id.name,
                    )
                )

    # -- refunds of blocks -----------------------------------------------------------

    def _link_hour_block_credit(self):
        """Find the lines that refund a block on a credit note of an amount, whose lines
        aren't copies of the invoice's."""
        note = self.sudo()
        blocks = note.reversed_entry_id.hour_block_ids
        if note.move_type != "out_refund" or not blocks:
            return
        lines = note._get_product_lines()
        if lines.hour_block_use_ids:
            return
        for line in lines.filtered(lambda line: line.price_total > 0):
            block = blocks.filtered(
                lambda b, line=line: b.line_id.account_id == line.account_id
            )[:1]
            if block:
                self.env["paycollect.hour.block.use"].sudo().create(
                    {"block_id": block.id, "line_id": line.id, "kind": CREDIT}
                )

    def _check_hour_block_credit(self):
        """Refuse to refund what was used; give back what expired.

        :raise UserError: with what can be refunded
        """
        uses = self.sudo().invoice_line_ids.hour_block_use_ids
        blocks = uses.block_id
        blocks._serialize()
        for block in uses.filtered(lambda use: use.kind == CREDIT).block_id:
            block._check_not_below_used(uses)
        blocks._undo_breakage()

    def _get_hour_block_used(self):
        """Return what of the invoice can't be refunded anymore: what was drawn from the
        blocks that it sold."""
        self.ensure_one()
        used = 0.0
        for block in self.sudo().hour_block_ids:
            sold, (_parts, rest) = block._get_sold()[0], block._get_left()
            credited = sum(
                use._get_taken()[1][0].total
                for use in block.use_ids
                if use.kind == CREDIT
            )
            used += block._from_units(sold.total - rest[0].total - credited)
        return self.currency_id.round(used)

    # -- charges of the next block ---------------------------------------------------

    def _is_asked_in_any_mode(self):
        refilled = self.sudo().hour_block_refilled_ids
        return super()._is_asked_in_any_mode() or bool(refilled)

    def _get_charge_obstacles(self, now, attempt=None):
        """The next block is charged only while its customer agrees to that, and only
        up to the agreed amount, also where the invoice was changed since."""
        obstacles = super()._get_charge_obstacles(now, attempt)
        for block in self.sudo().hour_block_refilled_ids:
            by_policy = not attempt or attempt._get_authorizer() == POLICY
            if by_policy and (code := block._get_refill_obstacle()):
                obstacles[block.next_move_id].append(Obstacle(code, STOP))
        return obstacles

    def _get_reason_texts(self, params):
        return super()._get_reason_texts(params) | {
            REFILL_OFF: lambda: self.env._(
                "Not charged: the customer turned off that the next block of prepaid "
                "hours is charged automatically."
            ),
            REFILL_ABOVE: lambda: self.env._(
                "Not charged: the next block of prepaid hours costs more than the "
                "customer agreed to."
            ),
        }
