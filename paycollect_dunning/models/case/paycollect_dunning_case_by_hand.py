# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, fields, models
from odoo.exceptions import UserError

from odoo.addons.paycollect_fsm.models.company.locks import wait_and_lock

from ...rules.const import CLOSED, HANDED_OVER
from ...rules.decision import PAUSE, SEND, Facts, remind_by_hand
from ...rules.outcome import Outcome


class PaycollectDunningCase(models.Model):
    """A reminder that a person sends; the plan goes on with everything else."""

    _inherit = "paycollect.dunning.case"

    def action_open_remind(self):
        """Button: choose what to remind of now, and how firmly (Collections users).

        :raise UserError: if nothing may be said, or nothing is due
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        case, now = self.sudo(), fields.Datetime.now()
        case._check_may_remind()
        lines = case._find_remindable(now)
        if not lines:
            raise UserError(self.env._("Nothing that is asked for is due."))
        levels = case._get_speaking_levels()
        dialog = self.env["paycollect.dunning.remind"].sudo()
        dialog = dialog.create(
            {
                "case_id": case.id,
                "level_id": (case.level_id & levels or levels)[:1].id,
                "line_ids": [Command.set(lines.ids)],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Remind Now"),
            "res_model": dialog._name,
            "res_id": dialog.id,
            "view_mode": "form",
            "target": "new",
        }

    def _get_speaking_levels(self):
        """Return the plan's levels after the due date that say something."""
        return self.plan_id.level_ids.filtered(
            lambda level: (
                level.delay_days >= 0 and not level.hand_over and level._has_channel()
            )
        )

    def _check_may_remind(self):
        """:raise UserError: if reminders are off, held, or the case is elsewhere"""
        self.ensure_one()
        if not self.company_id._is_dunning_on():
            raise UserError(
                self.env._("Reminders are off or stopped, so none can be sent.")
            )
        if self.state == CLOSED or not self._get_speaking_levels():
            raise UserError(self.env._("Nothing is to be said in this case."))
        if self.state == HANDED_OVER:
            raise UserError(self.reason)
        if self.held_reason:
            raise UserError(self.env._("Reminders are on hold. Click “Release” first."))
        if hold := self._find_holds(self.company_id).get(self.partner_id.id):
            raise UserError(self._get_reason_text(hold.code, hold.values))

    def _find_remindable(self, now):
        """Return the due parts (sudo) that are asked for and due, oldest first."""
        company, customer = self.company_id, self.partner_id.commercial_partner_id
        items = customer._get_open_items(company, company._get_today(now))[customer]
        lines = self.env["account.move.line"].sudo()
        return lines.browse(
            item.line.id
            for item in items
            if item.is_due and item.payable and item.currency == self.currency_id
        )

    def _decide_by_hand(self, lines, level, user, now):
        """Return the :class:`rules.outcome.Outcome` that names these due parts."""
        company, plan = self.company_id, self.plan_id
        today, key = company._get_today(now), (self.partner_id.id, self.currency_id.id)
        owed = self._read_exact_items(company, today, plan, [key[0]])
        items, credit = owed.get(key, ([], 0.0))
        context = self._read_context(company, today, {key}, owed, plan, [key[0]])
        holidays = context.places.get(key[0], frozenset())
        facts = context.plans[plan.id]
        scale = facts.get_scale(holidays, False, False, True)
        digits, rate = context.currencies[key[1]]
        index = [one.id for one in facts.levels].index(level.id)
        decision = remind_by_hand(
            Facts(items, scale, credit, rate=rate, digits=digits), index, set(lines.ids)
        )
        return Outcome(
            *key,
            self.id,
            plan.id,
            decision,
            facts.levels,
            rate=rate,
            company_id=company.id,
            holidays=holidays,
            user_id=user.id,
        )

    def _find_warnings(self, outcome, now):
        """Return (whether it may be said, [reason in words]) of what stands in the way
        of a reminder by hand; a person may overrule everything but a pause."""
        found = self._get_obstacles([outcome], now).get(outcome.key, [])
        texts = [self._get_reason_text(one.code, one.values) for one in found]
        return all(one.kind != PAUSE for one in found), texts

    def _remind(self, lines, level, user, now):
        """Write and send a reminder of these due parts (sudo); hours and limits hold.

        :raise UserError: if nothing of it is owed, or nothing may be said
        :return: the messages
        """
        self.ensure_one()
        wait_and_lock(self)
        self._check_may_remind()
        outcome = self._decide_by_hand(lines, level, user, now)
        if outcome.decision.action != SEND:
            raise UserError(
                self.env._(
                    "What you chose has been paid, or isn't asked for now. Reload the "
                    "page."
                )
            )
        may, texts = self._find_warnings(outcome, now)
        if not may:
            raise UserError("\n".join(texts))
        messages = self._write_messages({self.id: outcome}, self.company_id, now)
        if not messages:
            raise UserError(self._get_reason_text("unreachable", {}))
        return messages
