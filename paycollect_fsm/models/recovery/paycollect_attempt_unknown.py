# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import replace

from odoo import fields, models

from ...rules import protocol
from ...rules.charge import GO, decide
from ...rules.const import DECLINED, UNKNOWN

BATCH = 100


class PaycollectAttempt(models.Model):
    """Charges with an unknown outcome, the provider's answers, and what follows."""

    _name = "paycollect.attempt"
    _inherit = ["paycollect.attempt", "paycollect.doubt.mixin"]

    requested_at = fields.Datetime(
        string="Last Charge Request",
        help="When the last request that may have charged the customer was sent.",
    )
    is_lost = fields.Boolean(
        string="Never Charged",
        readonly=True,
        help="The charge never reached the provider, so it wasn't declined.",
    )
    inquiry_ids = fields.One2many(
        "paycollect.inquiry",
        "attempt_id",
        string="Outcome Checks",
        readonly=True,
    )

    _to_ask = models.Index("(ask_at) WHERE state = 'unknown'")

    # -- asking ----------------------------------------------------------------

    def _get_document_name(self):
        return self.move_id.name

    def _may_ask(self, now):
        return self._get_chore(now) == protocol.ASK

    def _may_still_be_sent(self, now):
        return self._may_still_be_charged(now)

    def _may_still_be_charged(self, now):
        """Whether a request that was lost may be executed now.

        Daily limits are ignored: they counted the attempt when it was sent.
        """
        move = self.move_id
        facts = move._get_charge_facts(self.token_id, now, self.trigger, attempt=self)
        allowed = decide(replace(facts, released=True)).verdict == GO
        return allowed and self._is_owed_in_full()

    # -- answers ---------------------------------------------------------------

    def _take_absence(self, _text, now):
        self._set_lost("lost", now=now)
        self._plan_again(now)

    def _follow_answer(self, now):
        self._finish(now)

    def _note_answer(self, way, verdict, text, now):
        self._note_inquiry(way, verdict, text, now)
        if verdict == protocol.FOUND:
            self._close_inquiry(text)

    def _note_inquiry(self, way, verdict, text, now=None):
        for attempt in self:
            self.env["paycollect.inquiry"].create(
                attempt._prepare_inquiry_vals(
                    way, verdict, text, now or fields.Datetime.now()
                )
            )

    def _prepare_inquiry_vals(self, way, verdict, text, now):
        return {
            "attempt_id": self.id,
            "asked_at": now,
            "way": way,
            "verdict": verdict,
            "text": text,
        }

    def _close_inquiry(self, text):
        """Close the activity: the outcome is known."""
        if self.parked_code:
            self.company_id._close_collection_activities(self.move_id, text)

    def _set_lost(self, code, params=None, now=None):
        """Record that it never reached the provider. A later success still counts."""
        self.ensure_one()
        text = self._get_reason_text(code, params)
        self.transaction_id._set_error(text)
        self._close_inquiry(text)
        self._set_state(DECLINED, code, params, now, is_lost=True)

    def _plan_again(self, now):
        """Plan a new charge for one that was lost, unless that keeps happening.

        It is for the same, and for no more: what the customer set up, or the part that
        a user chose.
        """
        move = self.move_id
        if not move._is_owed():
            return
        attempt = self.browse()
        if protocol.may_replan(move._count_lost_attempts()):
            attempt = move._plan_collection(
                self.trigger, now, token=self.token_id, asked=self.asked_amount
            )
            attempt.write(self._get_origin_vals())
        if not attempt:
            self._report_exhausted(
                move.collection_decision, self.env._("Payment not charged")
            )

    # -- cron ------------------------------------------------------------------

    def _cron_resolve_unknown(self, now=None):
        """Ask the provider about unknown charges that no job asked about.

        :param now: naive UTC datetime
        """
        begin = now or fields.Datetime.now()
        attempts = self.search(
            [("state", "=", UNKNOWN), ("ask_at", "<=", begin)],
            order="ask_at",
            limit=BATCH,
        )
        self._sweep(attempts, "_resolve", now)  # each at its own time
        payments = self.env["payment.transaction"]._search_unanswered(begin)
        self._sweep(payments, "_ask_about_payment", begin)
