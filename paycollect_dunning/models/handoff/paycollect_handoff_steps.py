# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from psycopg2 import OperationalError

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.paycollect_fsm.models.company.res_company import EXCEPTION_ACTIVITY

from ...rules import handoff as rules
from ...rules.handoff import (
    ADJUST,
    APPROVED,
    BY_USER,
    HANDED_OVER,
    HTTP,
    NOTHING,
    OPEN_STATES,
    PROPOSED,
    RECALL,
    RECALLED,
    REFUSED,
    SENT,
    SETTLED,
)

_logger = logging.getLogger(__name__)
BATCH = 100


class PaycollectHandoff(models.Model):
    """From the proposal to the end of a hand-over."""

    _inherit = "paycollect.handoff"

    # -- proposing ---------------------------------------------------------------

    @api.model
    def _propose(self, case, items, now):
        """Propose a case (sudo), unless it was, and a person or the agency ended it.

        :param items: the asked ``OpenItem`` rows of the case, oldest first
        :param now: naive UTC datetime
        :return: the hand-over; none if there is nothing to hand over
        """
        known = self.search([("case_id", "=", case.id)])
        kept = known.filtered(
            lambda handoff: (
                handoff.state in (*OPEN_STATES, REFUSED, SETTLED)
                or handoff.reason_code == BY_USER
            )
        )
        return self.browse() if kept or not items else self._create_proposal(
            case, items, now
        )

    def _create_proposal(self, case, items, now):
        rows = self.env["paycollect.handoff.item"]
        company = case.company_id
        amount = case.currency_id.round(sum(item.residual for item in items))
        agency, choice = self.env["paycollect.agency"]._choose(
            case.partner_id, company, case.currency_id, amount
        )
        handoff = self.create(
            {
                "case_id": case.id,
                "company_id": company.id,
                "partner_id": case.partner_id.id,
                "currency_id": case.currency_id.id,
                "agency_id": agency.id,
                "amount": amount,
                "first_amount": amount,
                "proposed_at": now,
                "reason_code": "fits" if agency else "no_agency",
                "reason_values": {
                    "obstacles": [
                        [key, why.code, why.values] for key, why in choice.obstacles
                    ]
                },
                "item_ids": [
                    Command.create(rows._prepare_item_vals(item, company))
                    for item in items
                ],
            }
        )
        handoff._ask_manager(now)
        return handoff

    def _ask_manager(self, now):
        self.company_id._schedule_collection_activity(
            self,
            self.env._("Decide on the hand-over of %s", self.partner_id.display_name),
            self.reason,
            code="handoff_proposed",
            now=now,
        )

    @api.model
    def _cron_work(self, now=None):
        """Propose, follow what was paid or disputed, and call agencies.

        The safety net of the queue jobs, and the daily look at every open hand-over.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        companies = self.env["res.company"].search([("collection_active", "=", True)])
        for company in companies:
            self.env["paycollect.dunning.case"]._propose_due(company, now)
        self._commit()
        handoffs = self.search([("state", "in", OPEN_STATES)])
        for handoff in handoffs.filtered(lambda h: h.company_id in companies):
            try:
                handoff._follow(now)
                handoff._commit()
            except OperationalError as error:
                _logger.info("Hand-over %s waits: %s", handoff.name, error)
                handoff._rollback()
        self.env["paycollect.handoff.call"]._send_due(now)

    # -- decisions of people -------------------------------------------------------

    def _approve(self, user, now):
        """Approve the hand-over; a job sends it.

        :param now: naive UTC datetime
        :raise UserError: if it isn't proposed any more, or doesn't fit the agency
        """
        self.ensure_one()
        self.lock_for_update()
        if self.state == PROPOSED:
            self._follow(now)
        if self.state != PROPOSED:
            raise UserError(
                self.env._(
                    "%(name)s isn't proposed any more: %(reason)s",
                    name=self.name,
                    reason=self.reason or self._get_state_label(),
                )
            )
        self._check_agency()
        self.write(
            {
                "state": APPROVED,
                "approved_at": now,
                "approved_by_id": user.id,
                "first_amount": self.amount,
                "reason_code": "approved",
                "reason_values": {},
            }
        )
        self.activity_feedback([EXCEPTION_ACTIVITY], feedback=self.reason)
        self.case_id._set_handed_over(self)
        if self.channel == HTTP:
            self._tell("handed_over", now)

    def _check_agency(self):
        """:raise UserError: without an agency, or if it doesn't take the case"""
        if not self.agency_id:
            raise UserError(self.env._("Choose the agency that gets the case."))
        debtor = rules.Debtor(
            self.amount,
            self.currency_id.name,
            self.partner_id.country_id.code or self.company_id.country_id.code or "",
            self.partner_id.is_company,
        )
        obstacle = rules.get_obstacle(debtor, self.agency_id._get_terms())
        if obstacle:
            raise UserError(self.agency_id._get_obstacle_text(obstacle))

    def _end_by_user(self, state, text, now):
        """Keep the case, or take it back from the agency, with the user's reason.

        :param state: ``refused`` (only while it is proposed) or ``recalled``
        :raise UserError: in another state
        """
        self.ensure_one()
        self.lock_for_update()
        allowed = (PROPOSED,) if state == REFUSED else HANDED_OVER
        if self.state not in allowed:
            raise UserError(
                self.env._(
                    "%(name)s can't be changed any more: it is “%(state)s.”",
                    name=self.name,
                    state=self._get_state_label(),
                )
            )
        self._set_ended(state, BY_USER, {"text": text}, now)

    # -- while money moves -----------------------------------------------------------

    def _follow(self, now):
        """Adjust or recall what was paid, credited or disputed meanwhile.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        if not self.try_lock_for_update() or self.state not in OPEN_STATES:
            return
        facts = self.item_ids._get_facts(self.company_id._get_today(now))
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
