# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta

from odoo import models

from ...rules import protocol
from ...rules.hold import (
    CAPTURED,
    CAPTURING,
    DECLINED,
    EXPIRED,
    HELD,
    IN_DASHBOARD,
    LAPSED,
    VOIDED,
    VOIDING,
    Standing,
    follow,
)

_logger = logging.getLogger(__name__)


class PaycollectHold(models.Model):
    """Releases a hold, and follows what happened to it at the provider.

    To release twice does no harm, so it is repeated until the provider says that the
    hold is gone.
    """

    _inherit = "paycollect.hold"

    def _release(self, now):
        """Release it at the provider. Network.

        :param now: naive UTC datetime
        """
        if not self._claim_release(now):
            self._commit()
            return
        self._commit()
        self._wait_for_lock()
        if self.state == VOIDING:
            standing = self._ask_to_release(now)
            if standing:
                self._follow_standing(standing, now)
            self._report_slow_release(now)
        self._commit()
        if self.state != VOIDING:
            self._review(now)
            self._commit()

    def _claim_release(self, now):
        if not self.try_lock_for_update() or self.state != VOIDING:
            return False
        if not self.try_at or self.try_at > now:
            return False
        wait = protocol.ASK_AFTER[min(self.tries, len(protocol.ASK_AFTER) - 1)]
        self.write({"try_at": now + wait, "tries": self.tries + 1})
        # releasing is allowed even if charging is stopped, but not in a copy
        return not self.company_id._has_moved() and self.token_id._is_provider_on()

    def _ask_to_release(self, now):
        """Return what the provider says afterward, None if it doesn't answer."""
        try:
            with self.env.cr.savepoint():
                return self.transaction_id._release_hold(now)
        except Exception as error:
            _logger.info("%s wasn't released: %s", self.transaction_id.reference, error)
            return None

    def _follow_standing(self, standing, now):
        """Take the state that follows from what the provider says. No network.

        :param standing: :class:`hold.Standing`
        """
        self.ensure_one()
        is_due = bool(self.held_until) and now >= self.held_until - timedelta(hours=1)
        state = follow(self.state, standing, is_due)
        if state == HELD:
            self._set_held(now, standing.until)
        elif state == CAPTURED:
            self._take_foreign_capture(standing.amount, now)
        elif state == DECLINED:
            self._set_over(DECLINED, "declined", now)
        elif state in (EXPIRED, VOIDED):
            reason = LAPSED if state == EXPIRED else self.reason_code
            self._set_over(state, reason, now)
            self.transaction_id._close_hold(was_captured=False)
        elif standing.until and self.state == HELD:
            self.held_until = standing.until

    def _take_foreign_capture(self, amount, now):
        """Book what was captured without us, e.g. in the dashboard, as credit of the
        customer; the next charge uses it.

        :param amount: what was captured
        """
        self.ensure_one()
        payment = self.transaction_id._record_foreign_capture(amount)
        self._set_captured(amount, IN_DASHBOARD, now)
        self._report_foreign_capture(payment)

    def _expire(self, now):
        """It was refused at the capture because the bank keeps nothing anymore."""
        self._follow_standing(Standing("canceled", expired=True), now)

    def _set_capturing(self):
        self.ensure_one()
        self.write({"state": CAPTURING, "reason_code": False, "reason_params": False})

    def _set_not_captured(self):
        """The capture was withdrawn or never arrived: it is held as before."""
        for hold in self.filtered(lambda hold: hold.state == CAPTURING):
            hold.state = HELD
