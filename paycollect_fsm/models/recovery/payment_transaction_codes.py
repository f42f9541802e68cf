# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import replace

from odoo import fields, models

from ...rules.const import DECLINED, SENT, SETTLING, UNKNOWN
from ...rules.outcome import Codes, Outcome, decline_codes
from ...rules.stripe_events import get_bank_code

# An attempt in one of these states learns from a failure that was reported later.
UNDECIDED = (SENT, SETTLING, UNKNOWN)


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

    def _record_failure(self, body, attempts, now):
        """Store the codes of a failure that was told later, and let it be followed.

        :param dict body: an error or intent, see ``outcome.decline_codes``
        :param attempts: locked ``paycollect.attempt`` records of this transaction
        :param now: naive UTC datetime
        """
        codes = decline_codes(body)
        if code := get_bank_code(body.get("payment_intent") or {}):
            codes = replace(codes, decline_code=code)
        self._record_codes(codes)
        outcome = Outcome(DECLINED, "declined", codes)
        attempts.filtered(lambda a: a.state in UNDECIDED)._record_event(outcome, now)

    def _record_return(self, code):
        """Store the bank's code of a debit that was received and then taken back."""
        self.ensure_one()
        self._record_codes(Codes(decline_code=code))
