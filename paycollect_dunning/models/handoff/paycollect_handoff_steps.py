# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.paycollect_fsm.models.company.locks import wait_and_lock
from odoo.addons.paycollect_fsm.models.company.res_company import EXCEPTION_ACTIVITY

from ...rules import handoff as rules
from ...rules.handoff import (
    APPROVED,
    BY_USER,
    HANDED_OVER,
    HTTP,
    OPEN_STATES,
    PROPOSED,
    REFUSED,
    SETTLED,
)


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
        return (
            self.browse()
            if kept or not items or case.kept_at
            else self._create_proposal(case, items, now)
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
            self.env._("Decide whether to hand over %s", self.partner_id.display_name),
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
            with self._separately(f"proposals of {company}"):
                self.env["paycollect.dunning.case"]._propose_due(company, now)
        handoffs = self.search([("state", "in", OPEN_STATES)])
        for handoff in handoffs.filtered(lambda h: h.company_id in companies):
            with handoff._separately("following what was paid"):
                handoff._follow(now)
        self.env["paycollect.handoff.call"]._send_due(now)
        self.env["paycollect.evidence"]._send_due(now)

    # -- decisions of people -------------------------------------------------------

    def _approve(self, user, now):
        """Approve the hand-over; a job sends it.

        :param now: naive UTC datetime
        :raise UserError: if it isn't proposed any more, or doesn't fit the agency
        """
        self.ensure_one()
        wait_and_lock(self)
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
        wait_and_lock(self)
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
        if state == REFUSED:
            self.case_id._keep(text, now)
