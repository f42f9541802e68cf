# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class PaymentTransaction(models.Model):
    """What the provider said when it declined, whoever started the payment."""

    _inherit = "payment.transaction"

    collection_decline_code = fields.Char(string="Decline Code", readonly=True)
    collection_network_code = fields.Char(string="Network Code", readonly=True)
    collection_advice_code = fields.Char(string="Advice Code", readonly=True)
    collection_network_advice_code = fields.Char(
        string="Network Advice Code", readonly=True
    )
    collection_outcome_type = fields.Char(string="Kind of Outcome", readonly=True)
    collection_http_status = fields.Integer(string="HTTP Status", readonly=True)

    def _record_codes(self, codes, status=None):
        """Store the provider's codes; what it did not say keeps what is known.

        :param codes: :class:`outcome.Codes`
        :param status: HTTP status of the answer, None when it came by an event
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
