# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

import requests

from odoo import fields, models
from odoo.exceptions import ValidationError

from odoo.addons.queue_job.exception import RetryableJobError

from ...rules.const import PLANNED

_logger = logging.getLogger(__name__)

LOCKED = 2  # seconds


class PaycollectAttempt(models.Model):
    """Before a charge is sent, what the customer left unfinished is closed."""

    _inherit = "paycollect.attempt"

    def _send(self, now=None):
        """Close abandoned online payments of the invoice, then send.

        One that was paid after all has paid the invoice, so that the claim finds
        nothing to charge. Without an answer the charge waits.
        """
        self.ensure_one()
        attempt = self._as_system()
        now = now or fields.Datetime.now()
        if not attempt._close_abandoned_payments(now):
            return attempt.reason
        return super()._send(now)

    def _close_abandoned_payments(self, now):
        """Return whether nothing hinders the claim, which still looks for itself."""
        self.ensure_one()
        payments = self.move_id._get_abandoned_payments(now)
        if not payments or self.state != PLANNED or self.planned_at > now:
            return True
        if not self._would_be_sent(now):
            return True
        if payments.try_lock_for_update() < payments:
            raise RetryableJobError(
                f"a payment of {self.move_id.name} is being worked on",
                seconds=LOCKED,
                ignore_retry=True,
            )
        closed = all(self._close_abandoned(payment, now) for payment in payments)
        if not closed:
            self._postpone(
                self.env._(
                    "The customer began to pay online and did not finish; the provider "
                    "did not answer when that payment was to be closed."
                ),
                now,
            )
        self._commit()
        return closed

    def _close_abandoned(self, payment, now):
        try:
            payment._close_abandoned(now)
        except (ValidationError, requests.RequestException) as error:
            _logger.warning("Payment %s cannot be closed: %s", payment.id, error)
            return False
        return True
