# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models

from ...rules.handoff_call import PENDING, SENDING

# A row whose worker died is taken up again: later than any exchange can take.
LOST_AFTER = timedelta(minutes=15)
HELD_FOR = timedelta(hours=1)
BATCH = 50


class PaycollectExchangeMixin(models.AbstractModel):
    """Something that a job sends to another server: claim and commit, send, record and
    commit.

    The model has ``state``, ``reason_code``, ``tries``, ``sent_at`` and
    ``next_try_at``.
    """

    _name = "paycollect.exchange.mixin"
    _description = "Exchange With a Server"
    _inherit = ["paycollect.worker.mixin"]

    def _send(self, now=None):
        """Send it once and record the answer.

        Called by the job queue (at least once) and by the sweep.

        :param now: naive UTC datetime
        :return: a sentence for the job's log
        """
        self.ensure_one()
        now = now or fields.Datetime.now()
        row = self._as_system()
        claimed = row._claim(now)
        row._commit()
        if claimed:
            row._exchange(now)
            row._commit()
        return row.reason or row.state

    def _claim(self, now):
        """Record that it may have been sent; False if there is nothing to send."""
        if not self.try_lock_for_update():
            return False
        if self.state not in PENDING or (
            self.state == SENDING and self.next_try_at and self.next_try_at > now
        ):
            return False
        if code := self._get_hold():
            self.write({"reason_code": code, "next_try_at": now + HELD_FOR})
            return False
        if not self._make_ready(now):
            return False
        self.write(
            {
                "state": SENDING,
                "tries": self.tries + 1,
                "sent_at": self.sent_at or now,
                "next_try_at": now + LOST_AFTER,
                "reason_code": False,
            }
        )
        return True

    def _get_hold(self):
        """Return why nothing may be sent now, or None."""
        company = self.company_id
        if company._is_neutralized():
            return "copied"
        if company._has_moved():
            return "moved"
        if not company.collection_active:
            return "off"
        if not self.env["paycollect.dossier"]._can_render():
            return "no_pdf"
        return None

    def _make_ready(self, now):
        """Hook: make what is sent; False if it isn't to be sent after all."""
        raise NotImplementedError

    def _exchange(self, now):
        """Hook: talk to the server, and record what came of it. Network."""
        raise NotImplementedError

    @api.model
    def _send_due(self, now):
        """Send what no job sent, and take up what has no clear answer."""
        due = self.search(
            [("next_try_at", "<=", now), ("state", "in", PENDING)],
            order="next_try_at, id",
            limit=BATCH,
        )
        for row in due:
            with row._separately("sending"):
                row._send(now)
