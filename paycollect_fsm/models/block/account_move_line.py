# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from .paycollect_hour_block import READERS
from .paycollect_hour_block_use import CREDIT


class AccountMoveLine(models.Model):
    """Lines that sell a block, draw from one, or refund one."""

    _inherit = "account.move.line"

    hour_block_ids = fields.One2many(
        "paycollect.hour.block",
        "line_id",
        string="Prepaid Block Sold",
        readonly=True,
        groups=READERS,
    )
    hour_block_use_ids = fields.One2many(
        "paycollect.hour.block.use",
        "line_id",
        string="Prepaid Block Used",
        readonly=True,
        groups=READERS,
    )

    def _sells_hour_block(self):
        """Whether the line sells a block (sudo)."""
        self.ensure_one()
        return bool(
            self.display_type == "product"
            and self.product_id.hour_block_kind
            and not self.hour_block_use_ids
            and self.quantity > 0
            and self.move_id.move_type == "out_invoice"
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_hour_block_used(self):
        if used := self.sudo().hour_block_ids.filtered("use_ids"):
            raise UserError(used[:1]._get_in_use_text())

    def _copy_data_extend_business_fields(self, values):
        """A credit note gives back what its invoice drew, or refunds the block."""
        result = super()._copy_data_extend_business_fields(values)
        line = self.sudo()
        if use := line.hour_block_use_ids:
            vals = {
                "block_id": use.block_id.id,
                "kind": use.kind,
                "job_id": use.job_id.id,
                "line_hours": use.line_hours,
            }
        elif block := line.hour_block_ids:
            vals = {"block_id": block.id, "kind": CREDIT}
        else:
            return result
        values["hour_block_use_ids"] = [Command.create(vals)]
        return result

    def _measure_for_block(self):
        """Return the pair of :class:`Amounts` of the line: in the smallest units of its
        currency and of the company's."""
        self.ensure_one()
        base_line = self.move_id._prepare_product_base_line_for_taxes_computation(self)
        taxes = self.env["account.tax"]
        taxes._add_tax_details_in_base_line(base_line, self.company_id)
        taxes._round_base_lines_tax_details([base_line], self.company_id)
        return self.env["paycollect.hour.block"]._read_base_line(
            base_line, self.currency_id, self.company_id
        )
