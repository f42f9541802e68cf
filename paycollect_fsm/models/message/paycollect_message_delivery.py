# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from psycopg2 import OperationalError

from odoo import fields, models

from ...rules.const import OCCASION_PART, RECEIPTS
from ...rules.contact import find_emails
from ...rules.messages import (
    FAILED,
    GIVE_UP_AFTER,
    HOLDING,
    INTERRUPTED_AFTER,
    LOOK_AFTER,
    OURS,
    QUEUED,
    SENT,
    SMS,
    UNREACHABLE,
)
from .account_move_part_receipt import PAYMENT

_logger = logging.getLogger(__name__)

BATCH = 100
# Codes of the activities about failures.
REJECTED, UNDELIVERED = "messages_rejected", "message_undelivered"
# A later decline has a notice of its own.
DECLINED_AGAIN = "declined_again"


class PaycollectMessage(models.Model):
    """Delivery of messages, retries and follow-up."""

    _inherit = "paycollect.message"

    def action_send_again(self):
        """Button: resend messages that were not delivered or were rejected so far."""
        self.env["paycollect.access"]._check_user(self)
        now = fields.Datetime.now()
        unsent = self.sudo().filtered("can_send_again")
        unsent._close_failures()
        unsent.write(
            {
                "state": QUEUED,
                "queued_at": now,
                "retry_at": now,
                "try_count": 0,
                "failed_at": False,
                "address": False,
                "reason": False,
            }
        )

    # -- delivery --------------------------------------------------------------

    def _deliver(self, now):
        """Send one queued message; the caller holds the lock on the invoice.

        The address is read each time because it may have been corrected.
        """
        self.ensure_one()
        if self.channel == SMS:
            self._deliver_text(now)
        elif self._claim(now):
            self._deliver_mail(now)

    def _deliver_claimed(self, now):
        """Send messages that were claimed when they were queued.

        A lock on the message is enough: nobody else writes to it.
        """
        unsettled = self
        for message in self:
            if not message._take() or not message._is_clear(now):
                continue
            if message.channel == SMS:
                message._deliver_text(now)
            elif message._deliver_mail(now):
                unsettled -= message
        unsettled._settle()

    def _is_untouched(self):
        """Whether it was claimed, but no worker has taken it up yet."""
        self.ensure_one()
        return self.state == QUEUED and not self.address and not self.try_count

    def _claim(self, now):
        """Claim the message for an email, which ends the lock on the invoice.

        If we are interrupted after it, the message has no email yet and the cron takes
        it up again.

        :return: whether it is still to be sent
        """
        if self.retry_at <= now:
            self.retry_at = now + INTERRUPTED_AFTER
        self._commit()
        return self._take()

    def _take(self):
        """Lock the message; return whether it is still to be sent."""
        return bool(self.try_lock_for_update()) and self.state == QUEUED

    def _deliver_mail(self, now):
        """Write and send the email of a claimed message.

        :return: whether nothing is left to be settled
        """
        address = self._get_address()
        if not address:
            self._set_skipped(UNREACHABLE)
        elif self._write_mail(address, now) and self._keep_links():
            # Nobody else sees the email yet, or it is locked.
            mail = self.mail_id.with_context(collection_mail_locked=True)
            mail.send(auto_commit=False, raise_exception=False)
        is_settled = self.is_settled  # the commit forgets it
        self._commit()
        return is_settled

    def _keep_links(self):
        """Commit the links in an email, so that whoever opens one at once finds it.

        A receipt has none. If we are interrupted afterward, Odoo's mail queue sends
        the email.

        :return: whether the email is still to be sent: the queue may have taken it
        """
        if self.occasion in RECEIPTS:
            return True
        self._commit()
        mail = self.mail_id
        return self._take() and mail.try_lock_for_update() and mail.state == "outgoing"

    def _get_recipient(self):
        """Return the customer: of the invoice, which may have been corrected."""
        return (self.move_id or self).partner_id

    def _get_address(self):
        """Return the recipient's addresses for an email header, or False."""
        return self._get_recipient()._get_collection_email()

    def _is_written_here(self):
        """Whether this is about an invoice, so that we write the message."""
        return bool(self.move_id)

    def _write_mail(self, address, now):
        """Prepare the email to be sent.

        :return: whether there is one; an error counts as a refusal
        """
        mail = self.mail_id
        try:
            with self.env.cr.savepoint():
                if mail:
                    mail.write({"state": "outgoing", "email_to": address})
                else:
                    mail = self._create_mail(address)
        except OperationalError:
            raise  # a concurrent change: the cron takes it up again
        except Exception as error:
            _logger.exception("The email of %s could not be prepared", self)
            self._set_refused("unknown", str(error), now)
            return False
        addresses = ", ".join(find_emails(address))
        self.write(
            {"mail_id": mail.id, "address": addresses, "retry_at": now + LOOK_AFTER}
        )
        return True

    def _create_mail(self, address):
        move = self._get_written_move()
        return move._create_message(self._get_template(), address)

    def _get_written_move(self):
        """Return the invoice in the environment that the message is written in."""
        move = self.move_id._as_collection_system()
        if self.occasion == OCCASION_PART:
            return move.with_context(**{PAYMENT: self.transaction_id.id})
        return move

    def _deliver_text(self, now):
        number = self._get_recipient()._get_collection_number()
        if not number:
            self._set_skipped(UNREACHABLE)
            return
        if self.sms_id:
            self.sms_id.number = number
            self.sms_id.action_set_outgoing()
        else:
            move = self._get_written_move()
            self.sms_id = move._create_text(self.occasion, number)
        self.write({"address": number, "retry_at": now + LOOK_AFTER})
        self.env.ref("sms.ir_cron_sms_scheduler_action")._trigger()

    def _get_template(self):
        receipt = self.occasion in RECEIPTS
        name = "mail_template_receipt" if receipt else "mail_template_invoice"
        return f"paycollect_fsm.{name}"

    def _cancel_carrier(self):
        self.mail_id.filtered(lambda mail: mail.state != "sent").cancel()
        waiting = self.sms_id.filtered(lambda sms: sms.state in ("outgoing", "error"))
        waiting.action_set_canceled()

    def _look_again(self, now):
        """Deliver a message that is due, or record its outcome."""
        self.ensure_one()
        if not self._take():
            return
        if self.move_id:
            self.move_id._lock_or_retry()
        match self._get_carried():
            case "sent":
                self._set_sent(now)
            case "skipped":
                self._set_skipped("canceled")
            case "gone" if self.address or not self._is_written_here():
                self._set_skipped("deleted")
            case None if now > self.queued_at + GIVE_UP_AFTER:
                self._set_refused("not_taken", False, now)
            case None:
                self.retry_at = now + LOOK_AFTER
            case _ if self._is_clear(now):
                self._deliver(now)

    def _is_clear(self, now):
        """Whether nothing prevents it now: never ask for payment twice.

        Otherwise it waits, or is skipped.
        """
        code = self._get_obstacle(now)
        if code in HOLDING:
            self.retry_at = now + LOOK_AFTER
        elif code:
            self._cancel_carrier()
            self._set_skipped(code)
        return not code

    def _get_obstacle(self, now):
        """Return the code of what prevents it now, or None."""
        if self.move_id:
            move = self.move_id._as_collection_system()
            if self.attempt_id and move._get_decline_messages() - self._get_siblings():
                return DECLINED_AGAIN
            return move._get_message_obstacle(self.occasion, now, self)
        return "moved" if self.env["res.company"]._has_moved() else None

    def _get_siblings(self):
        """Return the notices about the same decline, this one included."""
        return self.move_id.collection_message_ids.filtered(
            lambda row: (
                (row.attempt_id, row.declined_at) == (self.attempt_id, self.declined_at)
            )
        )

    # -- what follows -----------------------------------------------------------

    def _settle(self):
        """Record the outcome on the invoice and notify the people concerned."""
        ended = self.filtered(lambda row: row.state != QUEUED and not row.is_settled)
        for message in ended:
            move = message.move_id
            if move and not move.try_lock_for_update():
                continue  # the cron comes back
            match message.state:
                case "sent":
                    move._note_told(message)
                case "failed":
                    message._report_failed()
                case "skipped" if message.reason_code == UNREACHABLE:
                    message._report_unreachable()
            message.is_settled = True

    def _report_failed(self):
        """Create one activity, unless another channel delivered the message."""
        if self._is_said_otherwise():
            return
        ours = self.reason_code in OURS
        summary = (
            self.env._("Outgoing messages are being rejected")
            if ours
            else self.env._("Message not delivered")
        )
        self.company_id._schedule_collection_activity(
            self._get_failure_record(),
            summary,
            self._get_failure_note(),
            once_a_day=ours,
            code=REJECTED if ours else UNDELIVERED,
        )

    def _get_failure_record(self):
        return self.move_id or self.partner_id.commercial_partner_id

    def _close_failures(self):
        """Close the activities about these messages; a new failure opens another."""
        for message in self.filtered(lambda row: row.state == FAILED):
            message.company_id._close_collection_activities(
                message._get_failure_record(),
                self.env._("Sent again."),
                (REJECTED, UNDELIVERED),
            )

    def _report_unreachable(self):
        if self._is_said_otherwise():
            return
        customer = self.partner_id.commercial_partner_id
        self.company_id._schedule_collection_activity(
            customer,
            self.env._("Customer cannot be reached"),
            self._get_unreachable_note(),
            code=UNREACHABLE,
        )

    def _is_said_otherwise(self):
        """Return whether another channel carried the same message."""
        return bool(
            self.search_count(
                [
                    ("move_id", "=", self.move_id.id),
                    ("partner_id", "=", self.partner_id.id),
                    ("occasion", "=", self.occasion),
                    ("id", "!=", self.id),
                    ("queued_at", ">=", self.queued_at),
                    ("state", "in", (QUEUED, SENT)),
                ],
                limit=1,
            )
        )

    # -- cron -------------------------------------------------------------------

    def _cron_deliver(self, now=None):
        """Send overdue messages, retry rejected ones and follow up on outcomes.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        moves = self.env["account.move"]
        self._sweep(moves._search_receipts_to_send(now), "_send_receipt", now)
        self._sweep(moves._search_invoices_to_send(now), "_send_invoice_message", now)
        self._sweep(self._search_to_copy(now), "_queue_copies", now)
        due = [("state", "=", QUEUED), ("retry_at", "<=", now)]
        self._sweep(self.search(due, order="retry_at", limit=BATCH), "_look_again", now)
        unsettled = [("state", "!=", QUEUED), ("is_settled", "=", False)]
        self._sweep(self.search(unsettled, limit=BATCH), "_settle")

    def _sweep(self, records, method, *args):
        """Run ``method`` on each record in a transaction of its own."""
        for record in records:
            with self._separately(f"{record} {method}"):
                getattr(record, method)(*args)
