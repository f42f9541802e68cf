# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class PaymentTransaction(models.Model):
    """The provider's codes for a decline, no matter who started the payment."""

    _inherit = "payment.transaction"

    collection_decline_code = fields.Char(string="Decline Code", readonly=True)
    collection_network_code = fields.Char(string="Network Decline Code", readonly=True)
    collection_advice_code = fields.Char(string="Advice Code", readonly=True)
    collection_network_advice_code = fields.Char(
        string="Network Advice Code", readonly=True
    )
    collection_outcome_type = fields.Char(string="Outcome Type", readonly=True)
    collection_http_status = fields.Integer(string="HTTP Status", readonly=True)

    def _record_codes(self, codes, status=None):
        """Store the provider's codes. Empty codes don't overwrite known ones.

        :param codes: :class:`outcome.Codes`
        :param status: HTTP status of the response; None for an event
        """
        self.ensure_one()
        vals = {
            "collection_decline_code": codes.decline_code,
            "collection_network_code": codes.network_code,
            "collection_advice_code": codes.advice_code,
            "collection_network_advice_code": codes.network_advice_code,
            "collection_outcome_type": codes.outcome_type,
            "collection_http_status": status,
        }
        self.write({name: value for name, value in vals.items() if value})
