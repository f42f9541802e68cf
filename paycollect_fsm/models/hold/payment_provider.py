# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...rules.hold import DEFAULT_DAYS


class PaymentProvider(models.Model):
    """How long a provider keeps a hold."""

    _inherit = "payment.provider"

    collection_hold_days = fields.Integer(
        string="Holds Last (Days)",
        default=DEFAULT_DAYS,
        write_groups="base.group_system",
        help="How long the banks keep a hold that isn't captured. Holds for later jobs "
        "are placed that many days before.",
    )

    @api.constrains("collection_hold_days")
    def _check_collection_hold_days(self):
        for provider in self:
            if not 1 <= provider.collection_hold_days <= 31:
                raise ValidationError(
                    self.env._(
                        "“%(field)s” of %(provider)s is %(days)s, but it must be "
                        "between 1 and 31.",
                        field=self._fields["collection_hold_days"]._description_string(
                            self.env
                        ),
                        provider=provider.name,
                        days=provider.collection_hold_days,
                    )
                )

    def _get_window(self):
        """Return how long a hold lasts."""
        self.ensure_one()
        return timedelta(days=self.sudo().collection_hold_days or DEFAULT_DAYS)
