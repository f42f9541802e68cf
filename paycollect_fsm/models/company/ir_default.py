# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class IrDefault(models.Model):
    """A default writes a field of each new record, so it takes the same rights."""

    _inherit = "ir.default"

    @api.model_create_multi
    def create(self, vals_list):
        defaults = super().create(vals_list)
        defaults._check_collection_fields()
        return defaults

    def write(self, vals):
        result = super().write(vals)
        self._check_collection_fields()
        return result

    def _check_collection_fields(self):
        """:raise AccessError: for a field of ours that the user may not write"""
        for row in self.sudo().field_id:
            model = self.env[row.model]
            field = model._fields[row.name]
            if model._is_collection_field(field):
                model._check_field_access(field, "write")
