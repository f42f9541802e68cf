# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError

from odoo.addons.paycollect_fsm.models.company.res_company import EXCEPTION_ACTIVITY

from ...rules import handoff as rules
from ...rules.handoff import (
    ADJUST,
    APPROVED,
    HANDED_OVER,
    HTTP,
    NOTHING,
    OPEN_STATES,
    PROPOSED,
    RECALL,
    RECALLED,
    SENT,
)


class PaycollectHandoff(models.Model):
    """A hand-over while money moves, and what the agency is told."""

    _inherit = "paycollect.handoff"

    # -- while money moves -----------------------------------------------------------

    def _follow(self, now):
        """Adjust or recall what was paid, credited or disputed meanwhile.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        if not self.try_lock_for_update() or self.state not in OPEN_STATES:
            return
        facts = self.item_ids._get_facts()
        digits = self.currency_id.decimal_places
        change = rules.get_change(facts.values(), digits, self.collected)
        if change.kind == NOTHING and self.state == SENT:
            return
        before = self.amount
        self.item_ids._take_facts(facts)
        self.amount = change.amount
        values = {"before": before, "amount": change.amount}
        if change.kind == RECALL or not change.amount:
            code = change.code or rules.PAID
            self._set_ended(RECALLED, code, values, now)
        elif change.kind == ADJUST:
            self._set_adjusted(change.code, values, now)

    def _set_adjusted(self, code, values, now):
        self.write({"reason_code": f"adjusted_{code}", "reason_values": values})
        if self.state != PROPOSED:
            self.message_post(body=self.reason)
            self._tell("adjusted", now)

    def _set_ended(self, state, code, values, now):
        """End the hand-over; the agency is told if it may know of it."""
        was = self.state
        self.write(
            {
                "state": state,
                "reason_code": code,
                "reason_values": values,
                "closed_at": now,
            }
        )
        if was in HANDED_OVER:
            self.amount = 0.0
            self._tell("recalled", now)
            self.case_id._set_taken_back(self)
        self.message_post(body=self.reason)
        self.activity_feedback([EXCEPTION_ACTIVITY], feedback=self.reason)

    def _set_sent(self, now, reference=None):
        """The agency has the file."""
        if self.state != APPROVED:
            return
        self.write(
            {
                "state": SENT,
                "sent_at": now,
                "reason_code": "sent",
                "reason_values": {},
                "agency_reference": reference or self.agency_reference,
            }
        )

    # -- telling the agency ------------------------------------------------------------

    def _tell(self, event, now):
        """Queue a call with the whole claim, or ask a person to tell the agency.

        It replaces older calls that have no answer: one that may have arrived is
        followed by a newer version, and the newest counts.

        :param event: ``handed_over``, ``adjusted`` or ``recalled``
        """
        if self.channel != HTTP:
            if self.sent_at:
                self._ask_to_tell(now)
            return
        self.call_ids._supersede()
        if not self.sent_at and not self.call_ids.filtered("sent_at"):
            if event == "recalled":
                return  # the agency never heard of it
            event = "handed_over"
        self.version += 1
        self.call_ids._create_call(self, event, now)

    def _ask_to_tell(self, now):
        self.company_id._schedule_collection_activity(
            self,
            self.env._(
                "Tell %(agency)s about %(name)s",
                agency=self.agency_id.name,
                name=self.name,
            ),
            self.reason,
            code="handoff_tell",
            now=now,
        )

    def _send_again(self, now):
        """:raise UserError: if no call waits for an answer"""
        calls = self.call_ids.filtered(lambda call: call.is_unsettled)
        if not calls:
            raise UserError(
                self.env._("%s has no call that can be repeated.", self.name)
            )
        for call in calls[:1]:
            call._repeat(now)

    def _note_refusal(self, call, now):
        """The agency's server refused the file: a person finds out why."""
        self.write(
            {
                "reason_code": "refused_by_agency",
                "reason_values": {"text": (call.answer or "")[:200]},
            }
        )
        self._report_call(call, now)

    def _report_call(self, call, now):
        self.company_id._schedule_collection_activity(
            self,
            self.env._("Check the hand-over to %s", self.agency_id.name),
            self.env._(
                "%(reason)s The file of %(customer)s may not have arrived. Ask the "
                "agency, fix the cause, then click “Send Again.”",
                reason=call.reason,
                customer=self.partner_id.display_name,
            ),
            code="handoff_call",
            now=now,
        )
