# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import replace

from odoo import models

from ...rules.const import DECLINED, SENT, SETTLING, UNKNOWN
from ...rules.outcome import Outcome, decline_codes
from ...rules.stripe_events import get_bank_code

# A failure that is reported later applies to attempts in one of these states.
UNDECIDED = (SENT, SETTLING, UNKNOWN)


class PaymentTransaction(models.Model):
    """Failures that Stripe reports after its response."""

    _inherit = "payment.transaction"

    def _record_failure(self, body, attempts, now):
        """Store the codes of a failure that was reported later, and follow up on it.

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
