# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

import requests

from odoo import models
from odoo.exceptions import ValidationError

from ..charge.account_move_facts import PORTAL_GRACE

_logger = logging.getLogger(__name__)


class PaymentTransaction(models.Model):
    """Payments that a customer started online without a known outcome.

    The page may still be open, or the customer paid and neither the browser nor a
    webhook returned. Before the invoice is charged, they are closed at the provider if
    it supports that. Otherwise they count as abandoned after the grace period.
    """

    _inherit = "payment.transaction"

    def _is_abandoned(self, now):
        """Whether it must be closed at the provider before another charge is sent.

        :param now: naive UTC datetime
        """
        return self._may_be_finished() and self.create_date <= now - PORTAL_GRACE

    def _may_be_finished(self):
        """Whether it may still be paid from a page that is open somewhere."""
        self.ensure_one()
        return bool(
            self.state == "draft"
            and self._is_started_by_customer()
            and self._can_be_closed()
        )

    def _can_be_closed(self):
        """Hook: whether the provider can close it, so that it can no longer be paid."""
        self.ensure_one()
        return False

    def _close_abandoned(self, now):
        """Hook: close it at the provider, or record that it succeeded. Network.

        :param now: naive UTC datetime
        :raise ValidationError: if the provider doesn't respond; it may still be paid
        """
        self.ensure_one()

    def _close_earlier(self, now):
        """Close those that may still be paid. Network; commits what it learned.

        :param now: naive UTC datetime
        :raise ValidationError: if the outcome of one of them is unknown
        """
        for payment in self.filtered(lambda tx: tx._may_be_finished()):
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
