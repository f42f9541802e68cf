# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

KEEP_FIELDS = (
    "collection_keep_ip_days",
    "collection_keep_address_days",
    "collection_keep_payload_days",
)


class ResCompany(models.Model):
    """How long personal data is kept."""

    _inherit = "res.company"

    collection_keep_ip_days = fields.Integer(
        string="IP Addresses (Days)",
        default=730,
        help="Days that customers' IP addresses are kept after their consent was "
        "revoked or their payment method was archived. 0 = keep. Visits of links are "
        "only kept for one day, without the IP address.",
        write_groups="base.group_system",
    )
    collection_keep_address_days = fields.Integer(
        string="Recipients (Days)",
        default=730,
        help="Days that email addresses and phone numbers are kept in the log of "
        "messages to customers. 0 = keep. The log itself is kept.",
        write_groups="base.group_system",
    )
    collection_keep_payload_days = fields.Integer(
        string="Provider Data (Days)",
        default=90,
        help="Days that the data of processed provider events is kept. 0 = keep. The "
        "events themselves are kept, so that none is applied twice.",
        write_groups="base.group_system",
    )

    @api.constrains(*KEEP_FIELDS)
    def _check_retention(self):
        for company in self:
            for name in KEEP_FIELDS:
                if company[name] < 0:
                    raise ValidationError(
                        self.env._(
                            "“%(field)s” cannot be negative. Enter 0 to keep the data.",
                            field=self._fields[name]._description_string(self.env),
                        )
                    )
