# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

import requests

from odoo import models
from odoo.exceptions import ValidationError

_logger = logging.getLogger(__name__)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_abandoned_payments(self, now):
        """Return the customer's payments that must be closed first (sudo)."""
        self.ensure_one()
        return self.sudo().transaction_ids.filtered(lambda tx: tx._is_abandoned(now))

    def _close_earlier_payments(self, now):
        """Before the customer pays online anew: of two pages only one can be paid.

        Asks the provider, and commits what it learnt.

        :param now: naive UTC datetime
        :raise ValidationError: nobody knows what became of the earlier one
        """
        payments = self.sudo().transaction_ids.filtered(
            lambda tx: tx._may_be_finished()
        )
        for payment in payments:
            try:
                if not payment.try_lock_for_update():
                    raise ValidationError(self.env._("It is being worked on."))
                payment._close_abandoned(now)
            except (ValidationError, requests.RequestException) as error:
                _logger.warning("Payment %s cannot be closed: %s", payment.id, error)
                raise ValidationError(
                    self.env._(
                        "You began to pay this before, and we could not find out what "
                        "became of it. Nothing was charged now. Please try again in a "
                        "few minutes."
                    )
                ) from error
            self.env["paycollect.attempt"]._commit()
