# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

import requests

from odoo import models
from odoo.exceptions import ValidationError

from odoo.addons.queue_job.exception import RetryableJobError

from ...rules.charge import LEFT_OPEN, decide
from ...rules.const import PLANNED

_logger = logging.getLogger(__name__)

LOCKED = 2  # seconds


class PaycollectAttempt(models.Model):
    """Closes payments that the customer left open before a charge is sent.

    If one was confirmed or paid a moment earlier, the invoice is paid, and the claim
    finds nothing to charge. If the provider doesn't respond, the charge waits.
    """

    _inherit = "paycollect.attempt"

    def _close_left_open(self, now):
        goes_on = super()._close_left_open(now)
        if self.state != PLANNED or self.planned_at > now:
            return goes_on
        others = self.move_id._get_open_authentications() - self
        payments = self.move_id._get_abandoned_payments(now)
        if not (others or payments) or others._is_customer_at_bank(now):
            return goes_on
        if not self._is_hindered_by_them_alone(now):
            return goes_on
        closed = all(other._close_authentication(now) for other in others)
        if not closed:
            self._postpone("not_closed_unconfirmed", {}, now)
        elif not self._close_abandoned_payments(payments, now):
            closed = False
            self._postpone("not_closed_abandoned", {}, now)
        self._commit()
        return goes_on and closed

    def _is_hindered_by_them_alone(self, now):
        """Whether nothing else keeps the charge from being sent.

        If the charge is held back anyway, the customer's payments stay open.
        """
        facts = self.move_id._get_charge_facts(
            self.token_id, now, self.trigger, attempt=self
        )
        return decide(facts).reason in LEFT_OPEN

    def _close_abandoned_payments(self, payments, now):
        """Return whether all of them are closed or paid after all. Network.

        :raise RetryableJobError: if one of them is locked by another transaction
        """
        if payments.try_lock_for_update() < payments:
            raise RetryableJobError(
                f"a payment for {self.move_id.name} is locked by another transaction",
                seconds=LOCKED,
                ignore_retry=True,
            )
        return all(self._close_abandoned(payment, now) for payment in payments)

    def _close_abandoned(self, payment, now):
        try:
            payment._close_abandoned(now)
        except (ValidationError, requests.RequestException) as error:
            _logger.warning("Payment %s could not be closed: %s", payment.id, error)
            return False
        return True
