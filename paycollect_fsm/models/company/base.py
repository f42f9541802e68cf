# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

PREFIX = "paycollect_"


class Base(models.AbstractModel):
    """Who may write our fields, remote calls included.

    In our modules, ``readonly=True`` is more than a hint for views: only code that runs
    with sudo writes such a field. A field that users write names them with
    ``write_groups="module.group,…"`` (on our own models, the access rights may decide).
    """

    _inherit = "base"

    @api.model
    def _valid_field_parameter(self, field, name):
        return name == "write_groups" or super()._valid_field_parameter(field, name)

    @api.model
    def _has_field_access(self, field, operation):
        if operation == "read" and not field.groups:
            return True  # asked 15,000 times for each job
        if operation == "write" and not self.env.su and not self._may_write(field):
            return False
        return super()._has_field_access(field, operation)

    @api.model
    def _may_write(self, field):
        if groups := getattr(field, "write_groups", None):
            return self.env.user.has_groups(groups)
        return not (field.readonly and self._is_collection_field(field))

    @api.model
    def _is_collection_field(self, field):
        """Return whether one of our modules added the field."""
        return bool(field._modules) and field._modules[0].startswith(PREFIX)
