# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...rules import protocol
from ...rules.const import DECLINED, PAID, SETTLING
from ...rules.const import PLANNED as NOT_SENT
from ...rules.outcome import KEY_REJECTED, Exchange, classify
from ...rules.refund import (
    CANCELED,
    DONE,
    FAILED,
    IN_DOUBT,
    PENDING,
    PLANNED,
    SENT,
    UNKNOWN,
    follow,
)

_logger = logging.getLogger(__name__)

STATES = {NOT_SENT: PLANNED, PAID: DONE, SETTLING: PENDING, DECLINED: FAILED}


class PaycollectRefundPart(models.Model):
    """What goes back to one payment: one transaction, sent once.

    As with a charge, there is a commit before and after the provider is asked. A part
    keeps its transaction, and with it the idempotency key, whatever happens: a second
    request can't refund twice, and a second transaction is never made.
    """

    _name = "paycollect.refund.part"
    _description = "Refund to One Payment"
    _inherit = ["paycollect.worker.mixin", "paycollect.doubt.mixin"]
    _order = "sequence, id"
    _rec_name = "transaction_id"

    refund_id = fields.Many2one(
        "paycollect.refund", required=True, readonly=True, index=True
    )
    sequence = fields.Integer(readonly=True)
    company_id = fields.Many2one(related="refund_id.company_id", store=True)
    source_payment_id = fields.Many2one(
        "account.payment",
        string="Payment",
        required=True,
        readonly=True,
        index=True,
        help="The payment that the money goes back to.",
    )
    transaction_id = fields.Many2one(
        "payment.transaction",
        string="Refund Transaction",
        required=True,
        readonly=True,
        help="Sent to the provider with the same key each time.",
    )
    provider_id = fields.Many2one(related="transaction_id.provider_id")
    method = fields.Char(
        string="Refund To", readonly=True, help="The method, with its last four digits."
    )
    amount = fields.Monetary(required=True, readonly=True)
    currency_id = fields.Many2one(related="refund_id.currency_id")
    state = fields.Selection(
        [
            (PLANNED, "Planned"),
            (SENT, "Being sent"),
            (UNKNOWN, "Unknown"),
            (PENDING, "On its way"),
            (DONE, "Done"),
            (FAILED, "Failed"),
            (CANCELED, "Canceled"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default=PLANNED,
        index=True,
    )
    reason = fields.Char(readonly=True, help="What the provider said.")
    sent_at = fields.Datetime(string="Sent On", readonly=True)

    _one_per_transaction = models.UniqueIndex("(transaction_id)")
    _one_per_payment = models.UniqueIndex("(refund_id, source_payment_id)")
    _refund_in_doubt = models.Index("(state) WHERE state IN ('sent', 'unknown')")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Refunds are part of the history and can't be deleted.")
        )

    # -- sending ----------------------------------------

    def _send(self, now=None):
        """Send the refund request once, with a commit before and after. Network.

        :param now: naive UTC datetime
        :return: whether the outcome is known and anything may follow
        """
        self.ensure_one()
        begin = now or fields.Datetime.now()
        if not self._claim_part(begin):
            return False
        self._commit()
        self._wait_for_lock()
        allowed = not self.refund_id._get_pause()
        match protocol.before_charge(
            protocol.SENT if self.state == SENT else "", allowed, self.sent_at, begin
        ):
            case protocol.CHARGE:
                outcome = self._request()
                self._record(outcome, now or fields.Datetime.now())
            case protocol.PUT_BACK:
                self.write({"state": PLANNED, "sent_at": False})
        self._commit()
        return self.state not in (PLANNED, *IN_DOUBT)

    def _claim_part(self, now):
        """Record that it is being sent; another worker finds it locked or recorded."""
        if not self.try_lock_for_update() or self.state != PLANNED:
            return False
        if self.refund_id._get_pause() or self.provider_id._is_key_rejected(now):
            return False
        self.write({"state": SENT, "sent_at": now, "requested_at": now})
        return True

    def _request(self, again=False):
        """Send the refund request. The same transaction uses the same key.

        :param again: the provider may already know the key
        :return: the :class:`outcome.Outcome`
        """
        exchange = Exchange()
        transaction = self.transaction_id.with_context(
            paycollect_exchange=exchange, payment_backend_action=True
        )
        crashed = False
        try:
            with self.env.cr.savepoint():
                try:
                    transaction._send_refund_request()
                except ValidationError as error:
                    transaction._set_error(str(error))
        except Exception:
            _logger.exception("Refund %s was interrupted", transaction.reference)
            crashed = True
        return classify(transaction.state, exchange, crashed, again)

    def _record(self, outcome, now):
        """Record the provider's answer.

        :param outcome: :class:`outcome.Outcome`
        """
        state = STATES.get(outcome.state, UNKNOWN)
        self.write({"state": state, "reason": self.transaction_id.state_message})
        if state == UNKNOWN:
            self._start_asking(now)
        elif outcome.reason == KEY_REJECTED:
            self.transaction_id._forget_error()
            self.provider_id._set_key_rejected(now)

    def _set_canceled(self):
        """Nothing is sent anymore of a part that wasn't."""
        for part in self.filtered(lambda part: part.state == PLANNED):
            part.state = CANCELED
            part.transaction_id._set_canceled()

    def _filter_standing(self):
        """Return those that didn't fail, also those still on their way."""
        return self.filtered(lambda part: part.state not in (FAILED, CANCELED))

    # -- following ----------------------------------------

    def _sync(self, now):
        """Take the state of the transaction, which an event may have changed, and undo
        the books of a refund that failed after it was done.

        :param now: naive UTC datetime
        """
        for part in self:
            target = follow(part.transaction_id.state)
            if not target or part.state in (PLANNED, CANCELED, target):
                continue
            part.write(
                {
                    "state": target,
                    "reason": part.transaction_id.state_message,
                    "ask_at": False,
                }
            )
        failed = self.filtered(lambda part: part.state == FAILED)
        failed.transaction_id._undo_refund(now)
