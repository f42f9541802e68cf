# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.fields import Domain

from ...rules import installment as rules
from ...rules.const import CANCELED, DECLINED
from .paycollect_installment_plan import (
    LIVE,
    ORDER_CANCELED,
    OTHER_CUSTOMER,
    SETTLED,
)

LATE_TASK = "plan_broken"


class PaycollectInstallmentPlan(models.Model):
    """Every day: tell what is coming, charge what is due, see what is late."""

    _inherit = "paycollect.installment.plan"

    @api.model
    def _cron_run(self, now=None):
        """Take each plan that is offered or in force one step further.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        companies = self.env["res.company"].sudo()
        if companies._has_moved():
            return
        for company in companies.search([("collection_active", "=", True)]):
            own = LIVE & Domain("company_id", "=", company.id)
            unpaid = Domain("move_id", "=", False) | Domain(
                "move_id.amount_residual", ">", 0
            )
            settled = Domain("accepted_at", "=", False)
            for plan in self.sudo().search(own & (unpaid | settled), order="id"):
                plan._run_alone(now)

    def _run_alone(self, now):
        with self._separately("its scheduled work"):
            self._as_system()._run(now)

    def _run(self, now):
        self.ensure_one()
        today = self.company_id._get_today(now)
        if not self.try_lock_for_update():
            return
        if not self.move_id and self.order_id.state == "cancel":
            self._cancel(ORDER_CANCELED, now)
        elif not self.accepted_at:
            self._check_offer(today, now)
        elif self.move_id and self._is_in_force() and self.move_id._is_owed():
            if self.move_id.commercial_partner_id != self.partner_id:
                self._end_for_customer(now)
                return
            if not self.end_asked_at:
                if self.is_automatic:
                    self._check_method(today, now)
                self._announce(today, now)
                self._charge_due(today, now)
            self._report_late(now)

    def _check_offer(self, today, now):
        if self.move_id and not self.move_id._is_owed():
            self._cancel(SETTLED, now)
        elif self._is_outdated(today):
            self._cancel(rules.EXPIRED, now)

    def _end_for_customer(self, now):
        """Another customer owes the invoice now; nothing of this plan is theirs."""
        if not self.move_id._has_open_attempt():
            self._cancel(OTHER_CUSTOMER, now)

    # -- the method ----------------------------------------------------------------

    def _check_method(self, today, now):
        """Move on to the customer's next method where one can't be charged anymore.

        The customer is told, and asked for a method if none is left.
        """
        if self.token_id and self._is_usable(self.token_id, today):
            return
        before, after = self.token_id, self._get_offered_methods(today)[:1]
        if before == after:
            return
        self.token_id = after
        self._tell("moved" if after else "no_method", now, before=before)

    # -- before and on the day -------------------------------------------------------

    def _get_dues(self):
        """Return list of (part, :class:`installment.Due`) of what is open."""
        dues, amount = [], 0.0
        for part, left in self._get_open_rows():
            amount = self.currency_id.round(amount + left)
            if part.date:
                dues.append((part, self._prepare_due(part, amount)))
        return dues

    def _prepare_due(self, part, amount):
        return rules.Due(
            day=part.date,
            amount=amount,
            agreed=part.amount,
            is_bank=self.token_id.method_kind == "bank",
            told_on=part.told_on or None,
            told_amount=part.told_amount,
        )

    def _announce(self, today, now):
        """Tell the customer N days ahead, and always about more than was agreed on."""
        days = self.company_id.collection_installment_notice
        agreed_on = self.company_id._get_today(self.accepted_at)
        for part, due in self._get_dues():
            is_next = due.day >= today or self._is_last_due(part, today)
            if is_next and rules.is_to_be_told(due, days, agreed_on, today):
                part.write({"told_on": today, "told_amount": due.amount})
                day = rules.get_charge_day(due, today)
                self._tell("ahead", now, part=part, amount=due.amount, day=day)

    def _is_last_due(self, part, today):
        """Whether a charge would be made for this part today: the last one due."""
        due = [row for row, due in self._get_dues() if due.day <= today]
        return bool(due) and part == due[-1]

    def _charge_due(self, today, now):
        """Plan one attempt for everything that is due, once for each part."""
        ready = [pair for pair in self._get_dues() if pair[1].day <= today]
        if not ready or not self.token_id or self._spread()[1]:
            return
        part, due = ready[-1]
        move = self.move_id
        if part._was_tried(self.token_id) or move._is_customer_paying(now):
            return
        if not rules.may_charge(due, today):
            return
        attempts = move._plan_collection(
            "schedule",
            now,
            token=self.token_id,
            collectables=move._use_credits(now),
        )
        attempts.write({"installment_id": part.id, "installment_plan_id": self.id})

    def _get_obstacle(self, attempt, now):
        """Return why a planned charge isn't sent anymore, or an empty string.

        :param attempt: the ``paycollect.attempt`` that is being claimed
        """
        self.ensure_one()
        if not self._is_in_force() or self.end_asked_at:
            return rules.ENDED
        if not self.company_id.collection_active:
            return rules.ENDED
        today = self.company_id._get_today(now)
        ready = [due for _part, due in self._get_dues() if due.day <= today]
        if not ready:
            return rules.NOTHING_DUE
        asked = attempt.move_id._get_collectable(now)[attempt.move_id].ask()
        if self.currency_id.compare_amounts(asked, ready[-1].amount) > 0:
            return rules.CHANGED
        return "" if rules.may_charge(ready[-1], today) else rules.CHANGED

    # -- late ------------------------------------------------------------------------

    def _report_late(self, now):
        """Tell accounting once that the plan is broken; take it back when it isn't."""
        company, move = self.company_id, self.move_id
        facts = self._get_facts(company._get_today(now))
        if rules.get_state(facts) != rules.BROKEN:
            self._close_task(now)
            return
        company._schedule_collection_activity(
            move,
            self.env._("Payment plan broken"),
            self.env._(
                "%(amount)s of the payment plan is late. Call the customer, offer "
                "another plan, or cancel this one.",
                amount=self.currency_id._format_amount(facts.late),
            ),
            code=LATE_TASK,
            now=now,
        )

    def _close_task(self, _now):
        if self.move_id:
            self.company_id._close_collection_activities(
                self.move_id,
                self.env._("The payment plan isn't broken anymore."),
                codes=(LATE_TASK,),
            )


class PaycollectInstallment(models.Model):
    _inherit = "paycollect.installment"

    def _was_tried(self, token):
        """Whether the part was charged, or somebody canceled that; a method that was
        added since is tried, too."""
        self.ensure_one()
        last = self._get_last_attempt()
        if not last or (last.state == CANCELED and not last.canceled_by_id):
            return False
        if last.state != DECLINED or last.token_id == token:
            return True
        agreed = token._get_active_consent().date
        return not (agreed and last.sent_at and agreed > last.sent_at)
