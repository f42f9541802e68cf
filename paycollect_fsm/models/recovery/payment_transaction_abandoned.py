# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta

import requests
from psycopg2.errors import LockNotAvailable

from odoo import models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..charge.account_move_facts import PORTAL_GRACE

LOCK_TIMEOUT = "3s"

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

    def _make_way(self, documents, now):
        """Make sure that one new payment of the documents can be paid, and no other.

        Payments that were started on another page are closed first. The caller
        creates the new one in this transaction.

        :param documents: invoices or orders (sudo)
        :param now: naive UTC datetime
        :raise ValidationError: if another payment may still be finished
        """
        self._lock_to_pay(documents)
        earlier = documents.transaction_ids
        earlier._check_finished(now)
        if earlier._close_earlier(now):
            self._lock_to_pay(documents)
            if any(tx._may_be_finished() for tx in documents.transaction_ids):
                raise ValidationError(self._get_elsewhere_text())

    def _lock_to_pay(self, documents):
        """Lock the documents, so that two pages can't start a payment at once.

        What holds the lock for a moment, e.g. the provider's event about the payment
        that was just closed, is waited for. The rows are also updated: a transaction
        that began before another one ended fails with a serialization error. Odoo then
        repeats its request, which finds the new payment.

        :raise ValidationError: if they are still locked after some seconds
        """
        cr = self.env.cr
        documents.flush_recordset()
        try:
            with cr.savepoint(flush=False):
                cr.execute(SQL("SET LOCAL lock_timeout = %s", LOCK_TIMEOUT))
                cr.execute(
                    SQL(
                        "UPDATE %s SET id = id WHERE id IN %s",
                        SQL.identifier(documents._table),
                        tuple(documents.ids) or (0,),
                    ),
                    log_exceptions=False,
                )
        except LockNotAvailable as error:
            raise ValidationError(self._get_elsewhere_text()) from error
        cr.execute(SQL("SET LOCAL lock_timeout = DEFAULT"))
        documents.invalidate_recordset(["transaction_ids"])

    def _get_elsewhere_text(self):
        return self.env._(
            "This is already being paid, maybe in another window. Please reload the "
            "page in a minute to see the outcome."
        )

    def _check_finished(self, now):
        """Refuse a second payment while the first can't be closed.

        :raise ValidationError: with the time until another one can be started
        """
        for payment in self.filtered(lambda tx: tx._is_out_of_reach()):
            left = payment.create_date + PORTAL_GRACE - now
            if left > timedelta(0):
                raise ValidationError(
                    self.env._(
                        "You already started a payment for this with %(provider)s. If "
                        "you have finished it, you don't need to do anything. "
                        "Otherwise, please finish it there, or start over in "
                        "%(minutes)s minutes.",
                        provider=payment.provider_id.name,
                        minutes=max(2, -(-left // timedelta(minutes=1))),
                    )
                )

    def _is_out_of_reach(self):
        """Whether it may still be paid, and the provider can't close it."""
        return bool(
            self.state == "draft"
            and self._is_started_by_customer()
            and self.provider_code != "custom"  # a wire is sent by the customer alone
            and not self._can_be_closed()
        )

    def _close_earlier(self, now):
        """Close those that may still be paid. Network; commits what it learned.

        :param now: naive UTC datetime
        :return: whether it committed
        :raise ValidationError: if the outcome of one of them is unknown
        """
        payments = self.filtered(lambda tx: tx._may_be_finished())
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
        return bool(payments)
