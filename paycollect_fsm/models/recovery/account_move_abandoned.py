# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

import requests

from odoo import models
from odoo.exceptions import ValidationError

_logger = logging.getLogger(__name__)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_abandoned_payments(self, now):
        """Return the customer's unfinished payments to close first (sudo)."""
        self.ensure_one()
        return self.sudo().transaction_ids.filtered(lambda tx: tx._is_abandoned(now))

    def _close_earlier_payments(self, now):
        """Close earlier online payments before the customer starts a new one.

        Of two open pages, only one can be paid. Asks the provider, and commits what it
        learned.

        :param now: naive UTC datetime
        :raise ValidationError: if the outcome of an earlier payment is unknown
        """
        payments = self.sudo().transaction_ids.filtered(
            lambda tx: tx._may_be_finished()
        )
        for payment in payments:
            try:
                if not payment.try_lock_for_update():
                    raise ValidationError(
                        self.env._("The payment is locked by another transaction.")
                    )
                payment._close_abandoned(now)
            except (ValidationError, requests.RequestException) as error:
                _logger.warning("Payment %s could not be closed: %s", payment.id, error)
                raise ValidationError(
                    self.env._(
                        "You already started a payment for this, and we couldn't "
                        "confirm its outcome. No new charge was made. Please try again "
                        "in a few minutes."
                    )
                ) from error
            self.env["paycollect.attempt"]._commit()
