# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

# Fields that determine who owes how much.
FROZEN_FIELDS = frozenset(
    {
        "account_id",
        "amount_currency",
        "balance",
        "credit",
        "currency_id",
        "debit",
        "discount",
        "display_type",
        "move_id",
        "partner_id",
        "price_unit",
        "product_id",
        "quantity",
        "tax_ids",
    }
)


WRITING = "paycollect_writing_lines"


class AccountMoveLine(models.Model):
    """Invoice lines can't change while a payment for the invoice is on its way."""

    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        move_ids = {vals["move_id"] for vals in vals_list if vals.get("move_id")}
        self.env["account.move"].browse(move_ids)._check_not_on_its_way()
        writing = self.with_context(**{WRITING: True})
        return super(AccountMoveLine, writing).create(vals_list).with_env(self.env)

    def write(self, vals):
        if frozen := FROZEN_FIELDS.intersection(vals):
            will_change = self.env["account.move"]._field_will_change
            self.filtered(
                lambda line: any(will_change(line, vals, name) for name in frozen)
            ).move_id._check_not_on_its_way()
        return super(AccountMoveLine, self.with_context(**{WRITING: True})).write(vals)

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Describe no field if asked for none while a line is created or written.

        Odoo asks for the tracked fields each time, and gets all fields if there are
        none: 5% of the time from a completed job to its receipt.
        """
        if allfields == [] and self.env.context.get(WRITING):
            return {}
        return super().fields_get(allfields, attributes)

    def unlink(self):
        self.move_id._check_not_on_its_way()
        return super().unlink()
