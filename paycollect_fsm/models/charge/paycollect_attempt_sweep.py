# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...rules import protocol
from ...rules.charge import (
    APPROVAL,
    ARCHIVED,
    BLOCKED,
    CREDIT,
    IN_DRAFT,
    MOVED,
    PROVIDER_OFF,
    STOPPED,
)
from ...rules.const import (
    PLANNED,
    SENT,
    UNKNOWN,
)
from ...rules.outcome import KEY_REJECTED, Outcome

BATCH = 100


class PaycollectAttempt(models.Model):
    """The cron that does what no job did."""

    _inherit = "paycollect.attempt"

    def _cron_send_due(self, now=None):
        """Pick up what no job did: send, finish, and detect interrupted charges.

        :param now: naive UTC datetime
        """
        self.env["payment.provider"].sudo()._close_accepted_keys()
        self._commit()
        for attempts, method, args in self._get_sweeps(now or fields.Datetime.now()):
            self._sweep(attempts, method, now, *args)

    def _get_sweeps(self, now):
        """Hook: return the sweep's tasks; each room adds its own, in any order.

        :param now: naive UTC datetime
        :return: list of (attempts, method name, arguments); the method is called with
            the time of the call (naive UTC) and the arguments
        """
        waits = (STOPPED, PROVIDER_OFF, KEY_REJECTED, MOVED, IN_DRAFT, BLOCKED)
        waits += (ARCHIVED, CREDIT, APPROVAL)
        return [
            *(
                (self._search_unparkable(code, now), "_set_unparked", ())
                for code in waits
            ),
            (self._search_unfinished(), "_finish", ()),
            (self._search_orphans(now), "_set_orphaned", ()),
            (self._search_due(now), "_send", ()),
            (self._search_parts_left(now), "_plan_next_part", ()),
        ]

    def _search_due(self, now):
        return self.search(
            [
                ("state", "=", PLANNED),
                ("parked_code", "=", False),
                ("planned_at", "<=", now - protocol.SWEEP_AFTER),
            ],
            order="planned_at",
            limit=BATCH,
        )

    def _search_orphans(self, now):
        return self.search(
            [
                ("state", "=", SENT),
                ("sent_at", "<=", now - protocol.ORPHAN_AFTER),
            ],
            order="sent_at",
            limit=BATCH,
        )

    def _search_unfinished(self):
        """Search by transaction: an index covers the few that are unfinished."""
        transactions = self.env["payment.transaction"].search(
            [
                ("is_post_processed", "=", False),
                ("collection_attempt_ids.state", "in", protocol.FINISHABLE),
            ],
            limit=BATCH,
        )
        return transactions.collection_attempt_ids.filtered(
            lambda attempt: attempt.state in protocol.FINISHABLE
        )

    def _sweep(self, attempts, method, now, *args):
        """Run ``method`` on each attempt, or payment, in a separate transaction.

        :param now: naive UTC datetime; None: the time of each call
        """
        for attempt in attempts:
            attempt = attempt._as_system()
            with self._separately(f"{attempt} {method}"):
                getattr(attempt, method)(now or fields.Datetime.now(), *args)

    def _get_chore(self, now, **facts):
        """Return what the sweep does with the attempt, see ``protocol.get_chore``."""
        self.ensure_one()
        return protocol.get_chore(
            self.state,
            now,
            planned_at=self.planned_at,
            sent_at=self.sent_at,
            is_parked=bool(self.parked_code),
            **facts,
        )

    def _set_orphaned(self, now):
        """Mark the attempt as unknown: the process that was sending it is gone."""
        if not self.try_lock_for_update() or self._get_chore(now) != protocol.ORPHAN:
            return
        self._set_state(UNKNOWN, "orphaned", now=now)
        self._after_outcome(Outcome(UNKNOWN, "orphaned"), now)
