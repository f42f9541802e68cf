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

# How long a customer who pressed the button may take with the bank.
GRACE = timedelta(minutes=15)
RETRY_CLOSING = timedelta(minutes=15)
LOCKED = 2  # seconds


class PaycollectAttempt(models.Model):
    """A declined charge that its customer may still confirm at the bank.

    As long as that is possible it is a charge that may succeed: before another one
    is sent for the invoice, it is made impossible at the provider.
    """

    _inherit = "paycollect.attempt"

    authentication = fields.Selection(
        [
            (POSSIBLE, "The customer may confirm it"),
            ("confirmed", "The customer confirmed it"),
            (CLOSED, "Not possible any more"),
        ],
        readonly=True,
    )
    authentication_opened_at = fields.Datetime(
        readonly=True, help="When the customer was last sent to the bank (UTC)."
    )
    authentication_close_at = fields.Datetime(
        readonly=True, help="When closing it at the provider is tried again (UTC)."
    )

    _confirmable = models.Index("(move_id) WHERE authentication = 'possible'")

    def _is_customer_at_bank(self, now):
        """Whether somebody may be confirming one of these right now."""
        return any(
            attempt.authentication_opened_at
            and attempt.authentication_opened_at > now - GRACE
            for attempt in self
        )

    def _close_authentication(self, now):
        """Make it impossible at the provider, or take its success; network.

        :param now: naive UTC datetime
        :return: whether it is decided; False: no answer
        :raise RetryableJobError: somebody works on it right now
        """
        self.ensure_one()
        if not self.try_lock_for_update():
            raise RetryableJobError(
                f"attempt {self.id} is being worked on",
                seconds=LOCKED,
                ignore_retry=True,
            )
        if self.authentication != POSSIBLE:
            return True
        try:
            self.transaction_id._cancel_authentication(now)
        except (ValidationError, requests.RequestException) as error:
            _logger.warning("Attempt %s cannot be closed: %s", self.id, error)
            self.authentication_close_at = now + RETRY_CLOSING
            return False
        if self.transaction_id.state == "error":
            self.authentication = CLOSED
        else:
            self._follow_authentication()
        return True

    def _follow_authentication(self):
        """Book what the provider said about a confirmed charge. Repeatable."""
        self.ensure_one()
        transaction = self.transaction_id
        if transaction.state == "pending":
            self.authentication = "confirmed"  # the money is on its way
        self._commit()
        if not transaction.is_post_processed:
            transaction._post_process()

    # -- the customer --------------------------------------------------------------

    def _open_authentication(self, now):
        """Return what the browser needs to confirm this charge; network.

        That the customer is on the way to the bank is committed first: nothing else
        is sent for the invoice meanwhile.

        :param now: naive UTC datetime
        :return: see ``payment.transaction._get_authentication_values``
        :raise ValidationError: no answer
        """
        self.ensure_one()
        self.authentication_opened_at = now
        self._commit()
        values = self.transaction_id._get_authentication_values()
        if not values:
            self._finish_authentication()
        return values

    def _check_authentication(self, confirmed=None):
        """Follow what the customer did at the bank; network.

        :param confirmed: the answer to a simulated bank
        :return: what the customer is told when it was not confirmed, or ""
        :raise ValidationError: no answer
        """
        self.ensure_one()
        if confirmed is not None:
            self.transaction_id._simulate_authentication(confirmed)
        message = self.transaction_id._refresh_authentication()
        self._finish_authentication()
        return message

    def _finish_authentication(self):
        """The customer is back: others may go on."""
        self.authentication_opened_at = False
        if self.transaction_id.state != "error":
            self._follow_authentication()

    # -- sweep -------------------------------------------------------------------

    def _search_needless_authentications(self, now):
        """What could still be confirmed although its amount is not owed any more."""
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
