# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

from ...rules import protocol
from ...rules.refund import (
    APPROVED,
    CHECK,
    DONE,
    FAILED,
    GO,
    LATER,
    MOVED,
    OPEN_STATES,
    ORIGINAL,
    PARTLY,
    PLANNED,
    PROCESSING,
    REFUSED,
    REJECTED,
    REQUESTED,
    SEND,
    SENT,
    STOP,
    UNANSWERED,
    UNKNOWN,
    decide,
    get_hours,
    get_next,
)

BATCH = 100
LOCKED = 5  # seconds until a refund that is locked is tried again
BOOKS = "books"
UNBOOKED = "unbooked"
# How long a refund waits for its provider before somebody is told.
PATIENCE = timedelta(hours=24)


class PaycollectRefund(models.Model):
    """The worker's steps: ask the provider, claim, send, finish.

    There is a commit between them, so that after a crash the rows show how far it got.
    Asking, claiming and finishing can be repeated; each part is sent once.
    """

    _inherit = "paycollect.refund"

    def _process(self, now=None):
        """Take a refund as far as it gets now.

        Called by the job queue (at least once), the sweep, and after each answer.

        :param now: naive UTC datetime
        :return: a sentence for the job's log
        """
        self.ensure_one()
        refund, begin = self._as_system(), now or fields.Datetime.now()
        if refund.state in (REQUESTED, APPROVED):
            refund._begin(begin)
        if refund.state == PROCESSING:
            refund._send_parts(now)
        if refund.state in (PROCESSING, DONE, FAILED):
            refund._finish(now or fields.Datetime.now())
            refund._commit()
        return refund.state

    def _begin(self, now):
        """Ask the provider, then decide with its answer. Network.

        A refund that isn't approved yet is only checked.
        """
        if code := self._get_pause():
            self._put_off(code, {}, now)
            self._commit()
            return
        standings = self._ask_providers()
        self._commit()  # what is read from here on is newer than the answer
        if all(standing.is_known for standing in standings.values()):
            self._claim(standings, now)
        else:
            self._put_off(UNANSWERED, {}, now)
        self._commit()

    def _claim(self, standings, now):
        """Lock everything, decide again, and record what is about to be sent.

        :param standings: ``{transaction: refund.Standing}``, just asked
        :raise RetryableJobError: if the invoice or a payment is locked
        """
        self._lock_all()
        if self.state not in (REQUESTED, APPROVED):
            return
        decision = decide(self._get_facts(now, standings))
        params = {"limit": decision.limit}
        if decision.verdict == STOP:
            self._set_refused(decision.reason, params, now)
        elif decision.verdict != GO:
            self._put_off(decision.reason, params, now)
        else:
            self.write(
                {"checked_at": now, "reason_code": False, "reason_params": False}
            )
            if self.state == APPROVED:
                self._start_paying(decision.shares, now)
            else:
                self.try_at = False  # it waits for a manager

    def _lock_all(self):
        for records in (self, self.move_id, self._get_transactions()):
            if records and records.sudo().try_lock_for_update() != records.sudo():
                raise RetryableJobError(
                    f"{self.display_name}: its documents are locked",
                    seconds=LOCKED,
                    ignore_retry=True,
                )

    def _touch_all(self):
        """Give the locked rows a new version: a worker that looked at them before, and
        doesn't know of this refund, fails with a conflict and is repeated."""
        for records in (self.move_id, self._get_transactions()):
            if records:
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET write_date = write_date WHERE id IN %s",
                        SQL.identifier(records._table),
                        tuple(records.ids),
                    )
                )

    def _start_paying(self, shares, now):
        """Draft the credit note and each refund transaction; nothing is sent yet.

        :param shares: ``(payment ID, amount)``, in the order of sending
        """
        self._touch_all()
        try:
            with self.env.cr.savepoint():
                self._create_credit_note(now)
        except UserError as error:
            self._set_failed(BOOKS, {"error": str(error)}, now)
            return
        self.write({"state": PROCESSING, "try_at": now, "tries": 0})
        if self.way == ORIGINAL:
            parts = self.env["paycollect.refund.part"]
            for number, (key, amount) in enumerate(shares):
                parts.create(self._prepare_part_vals(number, key, amount))
        elif self.way == CHECK:
            self._create_check(now)

    def _prepare_part_vals(self, number, payment_id, amount):
        payment = self.env["account.payment"].browse(payment_id)
        source = payment.payment_transaction_id
        # Odoo's post-processing leaves a draft alone that counts as processed.
        child = source._create_child_transaction(
            amount, is_refund=True, is_post_processed=True
        )
        return {
            "refund_id": self.id,
            "sequence": number,
            "source_payment_id": payment_id,
            "transaction_id": child.id,
            "method": source._get_refund_label(),
            "amount": amount,
        }

    def _send_parts(self, now):
        """Send one part after the other, as long as nothing is in doubt."""
        for part in self.part_ids:
            if get_next(self.part_ids.mapped("state")) != SEND:
                return
            if part.state == PLANNED and not part._send(now):
                return

    def _finish(self, now):
        """Follow the transactions and bring the books in line. Repeatable; no network.

        :param now: naive UTC datetime
        :raise RetryableJobError: if another worker has it
        """
        self.ensure_one()
        if not self.try_lock_for_update():
            raise RetryableJobError(
                f"{self.display_name} is locked", seconds=LOCKED, ignore_retry=True
            )
        self.part_ids._sync(now)
        states = self.part_ids.mapped("state")
        follows = get_next(states)
        moved = any(state in MOVED for state in states)
        if follows == FAILED and self.state != FAILED:
            self._fail_parts(moved, now)
        error = None
        if DONE in states or (follows == DONE and self.state == PROCESSING):
            error = self._book(now)
        if error and self.state == PROCESSING:
            self._put_off(UNBOOKED, {"error": error}, now)
        elif follows == DONE and self.state != DONE:
            self._set_completed(now)
        elif self.state == FAILED:
            self._drop_credit_note()
        elif self.state == PROCESSING:
            self._put_off(self.reason_code, self.reason_params, now)

    def _fail_parts(self, moved, now):
        self.part_ids._set_canceled()
        was_done = self.state == DONE
        failed = self.part_ids.filtered(lambda part: part.state == FAILED)
        params = {
            "method": failed[:1].method,
            "why": failed[:1].reason,
            "moved": sum(p.amount for p in self.part_ids if p.state in MOVED),
        }
        code = PARTLY if moved else LATER if was_done else REJECTED
        self._set_failed(code, params, now)

    # -- states ----------------------------------------

    def _put_off(self, code, params, now):
        """Try again later, and say why it waits."""
        wait = protocol.ASK_AFTER[min(self.tries, len(protocol.ASK_AFTER) - 1)]
        self.write(
            {
                "reason_code": code,
                "reason_params": params,
                "try_at": now + wait,
                "tries": self.tries + 1,
            }
        )
        since = self.approved_at or self.requested_at
        if self.state != REQUESTED and now - since >= PATIENCE:
            self._report_waiting()

    def _set_completed(self, now):
        self.write(
            {
                "state": DONE,
                "reason_code": False,
                "reason_params": False,
                "done_at": now,
                "hours": get_hours(self.requested_at, now),
                "try_at": False,
            }
        )
        self._close_tasks(self._get_state_label())
        self._notify_done()

    def _set_failed(self, code, params, now):
        """Nothing more is sent."""
        self.write(
            {
                "state": FAILED,
                "reason_code": code,
                "reason_params": params,
                "done_at": False,
                "hours": 0,
                "try_at": False,
            }
        )
        self._drop_credit_note()
        self._report_failed()

    def _drop_credit_note(self):
        """Without any money moved, there is nothing to credit."""
        moved = any(part.state in MOVED for part in self.part_ids)
        if self.credit_note_id.state == "draft" and not moved:
            self.credit_note_id.with_context(force_delete=True).unlink()

    def _set_refused(self, code, params, now):
        self.write(
            {
                "state": REFUSED,
                "reason_code": code,
                "reason_params": params,
                "try_at": False,
            }
        )
        self._close_tasks(self._get_state_label())
        self._notify_refused(now)

    # -- cron ----------------------------------------

    def _cron_process(self, now=None):
        """Do what no job did: refunds that are due, and parts that were interrupted.

        :param now: naive UTC datetime
        """
        begin = now or fields.Datetime.now()
        parts = self.env["paycollect.refund.part"]
        orphans = [
            ("state", "=", SENT),
            ("sent_at", "<=", begin - protocol.ORPHAN_AFTER),
        ]
        doubts = [("state", "=", UNKNOWN), ("ask_at", "<=", begin)]
        due = [("state", "in", OPEN_STATES), ("try_at", "<=", begin)]
        self._sweep_refunds(parts.search(orphans, limit=BATCH), "_set_orphaned", begin)
        self._sweep_refunds(parts.search(doubts, limit=BATCH), "_resolve", now)
        self._sweep_refunds(self.search(due, limit=BATCH), "_process", now)

    def _sweep_refunds(self, records, method, now):
        """Run ``method`` on each record in a separate transaction."""
        for record in records:
            record = record._as_system()
            with record._separately(method):
                getattr(record, method)(now)
