# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from dataclasses import replace

from odoo import fields, models

from odoo.addons.queue_job.exception import RetryableJobError

from ...rules.const import CANCELED, DECLINED, PAID, SETTLING, UNKNOWN
from ...rules.hold import (
    AT_REST,
    CAPTURING,
    HELD,
    IN_DASHBOARD,
    REFUSED,
    TAKEN,
    VOIDING,
)
from ...rules.outcome import Outcome

_logger = logging.getLogger(__name__)

BUSY_SECONDS = 3
HOLD_GONE = "hold_gone"
CAPTURE_FAILED = (HOLD_GONE, IN_DASHBOARD, REFUSED)


class PaycollectAttempt(models.Model):
    """An attempt captures the hold of its order, if there is one: claimed, sent and
    resolved like any charge. What the hold doesn't cover is an attempt of its own.

    A capture that is refused was not declined by the bank: the provider is asked what
    became of the hold, and the whole amount is charged.
    """

    _inherit = "paycollect.attempt"

    hold_id = fields.Many2one(
        "paycollect.hold",
        string="Captured Hold",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    # -- claiming ----------------------------------------

    def _create_transaction(self, amount):
        hold = self._find_hold(amount)
        if not hold:
            return super()._create_transaction(amount)
        self.hold_id = hold
        hold._set_capturing()
        vals = self._prepare_transaction_vals(min(amount, hold.amount))
        return hold.transaction_id._create_capture(vals)

    def _find_hold(self, amount):
        """Return the hold (locked) that this attempt captures, if any.

        :param amount: that is charged
        :raise RetryableJobError: if another worker has the hold
        """
        move = self.move_id
        hold = move._get_holds(HELD).filtered(
            lambda hold: (
                hold.token_id == self.token_id
                and hold.currency_id == move.currency_id
                and hold.partner_id == move.commercial_partner_id
            )
        )[:1]
        if not hold or move._is_for_deposits_only():
            return hold.browse()
        if move.currency_id.compare_amounts(amount, hold.amount) > 0:
            if move._get_collectable()[move].discount:
                return hold.browse()  # it has to be paid at once
        if not hold.try_lock_for_update():
            raise RetryableJobError(
                f"{hold.display_name} is locked",
                seconds=BUSY_SECONDS,
                ignore_retry=True,
            )
        return hold if hold.state == HELD else hold.browse()

    def _set_put_back(self, decision=None):
        hold = self.hold_id
        result = super()._set_put_back(decision)
        if hold:
            hold._set_not_captured()
            self.hold_id = False
        return result

    # -- sending ----------------------------------------

    def _request(self, again=False):
        outcome = super()._request(again)
        if not self.transaction_id._is_capture() or outcome.state != DECLINED:
            return outcome
        standing = self._ask_about_captured_hold()
        if standing is None:
            return Outcome(UNKNOWN, "no_answer")
        if standing.state == TAKEN:
            return self._take_capture(standing.amount, outcome)
        reason = REFUSED if standing.state == AT_REST else HOLD_GONE
        return replace(outcome, reason=reason)

    def _ask_about_captured_hold(self):
        """Return what the provider says about the hold, None if it doesn't answer."""
        try:
            with self.env.cr.savepoint():
                return self.hold_id.transaction_id._ask_about_hold()
        except Exception as error:
            _logger.info("%s can't be asked about: %s", self.hold_id, error)
            return None

    def _take_capture(self, amount, outcome):
        """The hold is captured: by this attempt, or by somebody else.

        :param amount: what was captured
        """
        transaction = self.transaction_id
        if transaction.currency_id.compare_amounts(amount, transaction.amount):
            self.hold_id.captured_amount = amount
            return replace(outcome, reason=IN_DASHBOARD)
        transaction._set_done()
        return Outcome(PAID, "confirmed")

    def _record(self, outcome, now):
        if self.hold_id and outcome.reason in CAPTURE_FAILED:
            self._fail_capture(outcome.reason, now)
        else:
            super()._record(outcome, now)

    def _fail_capture(self, reason, now):
        """Nothing was captured by this attempt: charge the amount without the hold."""
        hold = self.hold_id
        if reason == IN_DASHBOARD:
            hold._take_foreign_capture(hold.captured_amount, now)
        elif reason == HOLD_GONE:
            hold._expire(now)
        else:
            hold._set_voiding(reason, now)
        self._set_lost(reason, now=now)
        self._plan_again(now)

    # -- following ----------------------------------------

    def _set_state(self, state, code, params=None, now=None, **vals):
        result = super()._set_state(state, code, params, now, **vals)
        for attempt in self.filtered("hold_id"):
            attempt._follow_into_hold(now or fields.Datetime.now())
        return result

    def _follow_into_hold(self, now):
        """Bring the hold in line with what is known about its capture."""
        hold = self.hold_id
        if self.state in (PAID, SETTLING):
            if hold.state in (CAPTURING, HELD, VOIDING):
                hold._set_captured(self.amount, "captured", now)
        elif self.state in (DECLINED, CANCELED):
            hold._set_not_captured()

    def _after_outcome(self, outcome, now):
        """Paid or not: decide what the order's hold is still needed for."""
        result = super()._after_outcome(outcome, now)
        ended = outcome.state in (PAID, CANCELED, DECLINED)
        if ended and self.env["paycollect.hold"]._is_used():
            orders = self.move_id.line_ids.sale_line_ids.order_id
            orders._review_changed_holds(now)
        return result
