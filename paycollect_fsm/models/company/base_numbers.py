# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import formatLang

from ...rules.numbers import MAX_AMOUNT, MAX_INTEGER, MAX_SPAN, is_number

KINDS = {
    "integer": (int, MAX_INTEGER),
    "float": (float, MAX_AMOUNT),
    "monetary": (float, MAX_AMOUNT),
}
SPANS = ("_days", "_grace", "_hours")  # how the names of such integers end


class Base(models.AbstractModel):
    """Our numbers are numbers, whatever a remote call or an import sends.

    “NaN” would pass every limit, and a text would end in an error that names neither
    the field nor what to do. Fields that have a range of their own name it in
    ``_number_ranges`` and check it themselves.
    """

    _inherit = "base"
    _number_ranges = {}  # {field: (minimum, maximum)}

    def write(self, vals):
        self._check_numbers(vals)
        return super().write(vals)

    @api.model
    def _add_missing_default_values(self, values):
        """Check default values, too."""
        completed = super()._add_missing_default_values(values)
        self._check_numbers(completed)
        return completed

    @api.model
    @tools.ormcache()
    def _get_number_fields(self):
        """Return the names of our number fields."""
        return frozenset(
            name
            for name, field in self._fields.items()
            if field.type in KINDS and self._is_collection_field(field)
        )

    @api.model
    def _check_numbers(self, vals):
        """:raise ValidationError: for a value that is no number; names the field, its
        range and what to do"""
        for name in self._get_number_fields() & vals.keys():
            field = self._fields[name]
            kind, limit = KINDS[field.type]
            default = (-limit, limit)
            if kind is int and name.endswith(SPANS):
                limit, default = MAX_SPAN, (0, MAX_SPAN)
            if is_number(vals[name], kind, limit):
                continue
            lowest, highest = self._number_ranges.get(name, default)
            raise ValidationError(
                self.env._(
                    "“%(field)s” must be a number between %(lowest)s and %(highest)s. "
                    "Correct it and try again.",
                    field=field._description_string(self.env),
                    lowest=formatLang(self.env, lowest, digits=0),
                    highest=formatLang(self.env, highest, digits=0),
                )
            )
