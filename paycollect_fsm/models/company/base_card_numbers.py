# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import api, models, tools

from ...rules.masking import mask_card_numbers, mask_html, mask_payload

MASKS = {
    "char": mask_card_numbers,
    "text": mask_card_numbers,
    "html": mask_html,
    "json": mask_payload,
}


class Base(models.AbstractModel):
    """Card numbers are never stored, no matter who or what fills in a text.

    This covers every text of ours, unless its field says ``mask_cards=False`` because
    it is technical, such as a hash, and the texts of Odoo that ``_masked_texts`` names.
    The latter are only masked in companies that collect.
    """

    _inherit = "base"
    _masked_texts = ()

    @api.model
    def _valid_field_parameter(self, field, name):
        return name == "mask_cards" or super()._valid_field_parameter(field, name)

    def write(self, vals):
        return super().write(self._mask_card_numbers(vals))

    @api.model
    def _prepare_create_values(self, vals_list):
        """Mask default values, too."""
        completed = super()._prepare_create_values(vals_list)
        if not self._get_masked_texts():
            return completed
        return [self._mask_card_numbers(vals) for vals in completed]

    def _mask_card_numbers(self, vals):
        """Return the values with masked card numbers."""
        masked = {}
        for name in self._get_masked_texts() & vals.keys():
            text = self._mask_text(self._fields[name], vals[name])
            if text != vals[name] and self._is_text_masked(name, vals):
                masked[name] = text
        return {**vals, **masked} if masked else vals

    @api.model
    def _mask_text(self, field, value):
        if not value or not isinstance(value, str) and field.type != "json":
            return value
        text = MASKS[field.type](value)
        return Markup(text) if isinstance(value, Markup) else text

    @api.model
    @tools.ormcache()
    def _get_masked_texts(self):
        """Return the names of the stored texts that may be masked."""
        ours = (
            name
            for name, field in self._fields.items()
            if field.type in MASKS
            and field.store
            and getattr(field, "mask_cards", True)
            and self._is_collection_field(field)
        )
        return frozenset([*ours, *self._masked_texts])

    def _is_text_masked(self, name, vals):
        """Whether this text is ours, or belongs to a company that collects."""
        if name not in self._masked_texts:
            return True
        return self._get_text_company(vals).sudo().collection_active

    def _get_text_company(self, vals):
        """Return the company of these records, or of the one being created."""
        company = self.env["res.company"].browse(vals.get("company_id"))
        if not company and "company_id" in self._fields:
            company = self.company_id[:1]
        return company or self.env.company
