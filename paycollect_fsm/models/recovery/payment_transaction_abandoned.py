# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ..charge.account_move_decision import PORTAL_GRACE


class PaymentTransaction(models.Model):
    """Payments that a customer began online, and of which nothing was heard since.

    The page may still be open, or the customer paid and neither the browser nor a
    webhook came back. Before the invoice is charged, the provider is asked to close
    them, where it can; otherwise they count as given up after the grace.
    """

    _inherit = "payment.transaction"

    def _is_abandoned(self, now):
        """Whether it must be closed at the provider before anything else is charged.

        :param now: naive UTC datetime
        """
        return self._may_be_finished() and self.create_date <= now - PORTAL_GRACE

    def _may_be_finished(self):
        """Whether a page may be open somewhere that can still pay it."""
        self.ensure_one()
        return bool(
            self.state == "draft"
            and self._is_started_by_customer()
            and self._can_be_closed()
        )

    def _can_be_closed(self):
        """Hook: whether the provider can make sure that it is not paid any more."""
        self.ensure_one()
        return False

    def _close_abandoned(self, now):
        """Hook: make sure that it cannot be paid any more, or take its success.

        Network.

        :param now: naive UTC datetime
        :raise ValidationError: no answer; it may still be possible
        """
        self.ensure_one()
