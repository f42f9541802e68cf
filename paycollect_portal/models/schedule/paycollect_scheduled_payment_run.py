# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.paycollect_fsm.rules.const import OPEN_STATES, PAID

from ...rules import scheduled
from ...rules.scheduled import MORE_OWED, NOTHING_OWED, PLANNED, REFUSED
from .paycollect_autopay_plan import HARMLESS


class PaycollectScheduledPayment(models.Model):
    """When the day has come: look again at what is owed, and charge it."""

    _inherit = "paycollect.scheduled.payment"

    @api.model
    def _cron_run(self, now=None):
        """Remind customers the day before, and start what is due, once.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        if self.env["res.company"]._has_moved():
            return
        companies = self.env["res.company"].sudo()
        for company in companies.search([("collection_active", "=", True)]):
            today = company._get_today(now)
            near = self.sudo().search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", PLANNED),
                    ("date", "<=", today + timedelta(days=1)),
                ],
                order="date, id",
            )
            for payment in near:
                payment._run_alone(today, now)

    def _run_alone(self, today, now):
        with self._separately("its start"):
            self._as_system()._run(today, now)

    def _run(self, today, now):
        self.ensure_one()
        if not self.try_lock_for_update() or self.state != PLANNED:
            return
        if self.date <= today:
            if not any(move._is_customer_paying(now) for move in self.move_ids):
                self._start(now)
        elif not self.reminded_at and scheduled.is_to_be_told(
            self.date, self.company_id._get_today(self.planned_at), today
        ):
            self.reminded_at = now
            self._tell_ahead()

    def _start(self, now):
        """Look again at what is owed, and plan an attempt for each invoice."""
        moves = self.move_ids.sorted(lambda m: (m.invoice_date_due or m.date, m.id))
        collectables = moves._use_credits(now, ahead=True)
        owed = [
            (
                move.id,
                collectables[move].ask(ahead=True),
                self._get_still_open(move),
            )
            for move in moves
        ]
        digits = self.currency_id.decimal_places
        chosen, refused = scheduled.choose(owed, self.amount, digits)
        charged = moves.browse(chosen)
        attempts = charged._plan_collection(
            "schedule", now, token=self.token_id, collectables=collectables
        )
        attempts.scheduled_payment_id = self
        unplanned = (charged - attempts.move_id).filtered(
            lambda move: move.collection_decision_code not in HARMLESS
        )
        self.write(
            {
                "started_at": now,
                "reason": self._get_reason(attempts, unplanned, refused),
            }
        )
        if self.reason:
            self._tell_not_charged(unplanned | moves.browse(refused))

    def _get_still_open(self, move):
        """Return what is open of the due parts that were planned."""
        lines = self.line_ids.filtered(
            lambda line: line.move_id == move and line.parent_state == "posted"
        )
        return move.currency_id.round(sum(lines.mapped("amount_residual_currency")))

    def _get_reason(self, attempts, unplanned, refused):
        if unplanned:
            return REFUSED
        if refused:
            return MORE_OWED
        return False if attempts else NOTHING_OWED

    def _get_obstacle(self, attempt, now):
        """Return why a planned charge isn't sent anymore, or an empty string.

        A retry may find more open than what was scheduled.
        """
        self.ensure_one()
        move = attempt.move_id
        asked = move._get_collectable(now)[move].ask(ahead=True)
        others = (self.attempt_ids - attempt).filtered(
            lambda other: other.state in (*OPEN_STATES, PAID)
        )
        digits = self.currency_id.decimal_places
        if scheduled.exceeds(asked, others.mapped("amount"), self.amount, digits):
            return scheduled.CHANGED
        if move.currency_id.compare_amounts(asked, self._get_still_open(move)) > 0:
            return scheduled.CHANGED
        return scheduled.CHANGED if self.canceled_at else ""

    def _note_more_owed(self, move):
        """Tell the customer that this invoice isn't charged, as more is owed."""
        for payment in self.filtered(lambda payment: not payment.canceled_at):
            payment.reason = MORE_OWED
            payment._tell_not_charged(move)
