# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta

import requests

from odoo import fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

_logger = logging.getLogger(__name__)

POSSIBLE = "possible"
CLOSED = "closed"

# How long a customer may take to confirm at the bank.
GRACE = timedelta(minutes=15)
RETRY_CLOSING = timedelta(minutes=15)
LOCKED = 2  # seconds


class PaycollectAttempt(models.Model):
    """Declined charges that the customer may still confirm at the bank.

    While that is possible, the charge may still succeed. So it is closed at the
    provider before another charge is sent for the invoice.
    """

    _inherit = "paycollect.attempt"

    authentication = fields.Selection(
        [
            (POSSIBLE, "Awaiting confirmation"),
            ("confirmed", "Confirmed by customer"),
            (CLOSED, "No longer possible"),
        ],
        string="Customer Confirmation",
        readonly=True,
    )
    authentication_opened_at = fields.Datetime(
        string="Redirected to Bank On",
        readonly=True,
        help="When the customer was last redirected to the bank.",
    )
    authentication_close_at = fields.Datetime(
        string="Retry Closing On",
        readonly=True,
        help="When closing the payment at the provider will be tried again.",
    )

    _confirmable = models.Index("(move_id) WHERE authentication = 'possible'")

    def _is_customer_at_bank(self, now):
        """Whether the customer may be confirming one of these right now."""
        return any(
            attempt.authentication_opened_at
            and attempt.authentication_opened_at > now - GRACE
            for attempt in self
        )

    def _close_authentication(self, now):
        """Close the payment at the provider, or record that it succeeded. Network.

        :param now: naive UTC datetime
        :return: whether it is settled; False if the provider didn't respond
        :raise RetryableJobError: if it is locked by another transaction
        """
        self.ensure_one()
        if not self.try_lock_for_update():
            raise RetryableJobError(
                f"attempt {self.id} is locked by another transaction",
                seconds=LOCKED,
                ignore_retry=True,
            )
        if self.authentication != POSSIBLE:
            return True
        try:
            self.transaction_id._cancel_authentication(now)
        except (ValidationError, requests.RequestException) as error:
            _logger.warning("Attempt %s could not be closed: %s", self.id, error)
            self.authentication_close_at = now + RETRY_CLOSING
            return False
        if self.transaction_id.state == "error":
            self.authentication = CLOSED
        else:
            self._follow_authentication()
        return True

    def _follow_authentication(self):
        """Book the provider's result of a confirmed charge. Repeatable."""
        self.ensure_one()
        transaction = self.transaction_id
        if transaction.state == "pending":
            self.authentication = "confirmed"  # the payment is processing
        self._commit()
        if not transaction.is_post_processed:
            transaction._post_process()

    # -- the customer --------------------------------------------------------------

    def _open_authentication(self, now):
        """Return what the browser needs to confirm this charge. Network.

        Commits first that the customer is being redirected to the bank, so that nothing
        else is sent for the invoice in the meantime.

        :param now: naive UTC datetime
        :return: see ``payment.transaction._get_authentication_values``
        :raise ValidationError: if the provider doesn't respond
        """
        self.ensure_one()
        self.authentication_opened_at = now
        self._commit()
        values = self.transaction_id._get_authentication_values()
        if not values:
            self._finish_authentication()
        return values

    def _check_authentication(self, confirmed=None):
        """Record what the customer did at the bank. Network.

        :param confirmed: the customer's answer to a simulated bank
        :return: a message for the customer if it wasn't confirmed, else ""
        :raise ValidationError: if the provider doesn't respond
        """
        self.ensure_one()
        if confirmed is not None:
            self.transaction_id._simulate_authentication(confirmed)
        message = self.transaction_id._refresh_authentication()
        self._finish_authentication()
        return message

    def _finish_authentication(self):
        """Record that the customer is back, so that other charges may continue."""
        self.authentication_opened_at = False
        if self.transaction_id.state != "error":
            self._follow_authentication()

    # -- sweep -------------------------------------------------------------------

    def _search_needless_authentications(self, now):
        """Return attempts that can still be confirmed although their amount is no
        longer owed."""
        self.env["account.move"].flush_model(["state", "payment_state"])
        self.env["account.move"].flush_model(["amount_residual"])
        self.flush_model(["authentication", "authentication_close_at", "amount"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT attempt.id
                  FROM paycollect_attempt attempt
                  JOIN account_move move ON move.id = attempt.move_id
                 WHERE attempt.authentication = 'possible'
                   AND COALESCE(attempt.authentication_close_at, %(now)s) <= %(now)s
                   AND COALESCE(attempt.authentication_opened_at, '-infinity')
                       <= %(grace)s
                   AND (move.state <> 'posted'
                        OR move.payment_state NOT IN ('not_paid', 'partial', 'blocked')
                        OR move.amount_residual < attempt.amount)
                 ORDER BY attempt.id
                 LIMIT 100
                """,
                now=now,
                grace=now - GRACE,
            )
        )
        return self.browse(row[0] for row in rows)
