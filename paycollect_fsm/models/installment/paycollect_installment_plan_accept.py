# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError

from ...rules import installment as rules
from ...rules.const import OPEN_STATES, PLANNED
from .paycollect_installment_plan import REPLACED


class PaycollectInstallmentPlan(models.Model):
    """The customer's answer to an offer."""

    _inherit = "paycollect.installment.plan"

    def action_record_acceptance(self):
        """Button: the customer accepted by phone or in writing, and pays each part by
        hand (Collections users)."""
        self.env["paycollect.access"]._check_user(self)
        for plan in self.sudo():
            if plan.needs_method:
                raise UserError(
                    self.env._(
                        "Only the customer can accept this plan, online, because a "
                        "payment method is charged. Send the offer again."
                    )
                )
            plan.recorded_by_id = self.env.uid
            plan._accept(plan.partner_id, None, "staff", fields.Datetime.now())

    def action_send_again(self):
        """Button: send the offer to the customer again (Collections users)."""
        self.env["paycollect.access"]._check_user(self)
        now = fields.Datetime.now()
        for plan in self.sudo().filtered(lambda plan: plan.state == rules.OFFERED):
            plan._tell("offered", now)

    def _get_offered_methods(self, today):
        """Return the customer's methods (sudo) that the plan can be charged to."""
        self.ensure_one()
        tokens = self.env["payment.token"]._get_collection_tokens(
            self.partner_id, self.company_id
        )
        return tokens[self.partner_id].filtered(
            lambda token: self._is_usable(token, today)
        )

    def _is_usable(self, token, today):
        """Whether the method can be charged: agreed to, not removed, expired or
        refused. A provider that is turned off for a while doesn't count."""
        return (
            token.active
            and token._get_active_consent().customer_id == self.partner_id
            and not token.refused_at
            and not token._is_expired_on(today)
        )

    def _accept(self, contact, token, channel, now, **extra):
        """Put the plan in force, with a consent that names it if a method is charged.

        A part that is due today is charged at once. Call with sudo, after the customer
        read ``_get_consent_text``.

        :param contact: who accepts; of the plan's customer
        :param token: one of ``_get_offered_methods``; None: the customer pays by hand
        :param channel: ``link``, ``portal`` or ``staff``
        :param now: naive UTC datetime
        :param extra: values of the consent, e.g. ``ip_address``
        :raise UserError: if that isn't possible anymore, with what to do
        """
        self._lock()
        if problem := self._find_obstacle_to_accept(token, now):
            raise UserError(problem)
        vals = {"accepted_at": now, "accepted_by_id": contact.id}
        if token:
            consent = self.env["paycollect.consent"]._replace(
                token,
                self._get_consent_text(token),
                channel,
                now,
                copies=False,
                partner_id=contact.id,
                **extra,
            )
            vals |= {
                "token_id": token.id,
                "consent_id": consent.id,
                "is_automatic": True,
            }
        self.replaced_id.filtered(lambda plan: plan._is_in_force())._cancel(
            REPLACED, now
        )
        self._clear_charges(rules.IN_PLAN, now)
        self.write(vals)
        self.flush_recordset()
        self._tell_accepted(now)
        if self.move_id:
            self._charge_due(self.company_id._get_today(now), now)

    def _find_obstacle_to_accept(self, token, now):
        """Return why the plan can't be accepted now, or an empty string."""
        _ = self.env._
        move, today = self.move_id, self.company_id._get_today(now)
        if self.accepted_at:
            return _("This payment plan is accepted already.")
        if self._is_outdated(today):
            return _(
                "This offer has ended, because its first date has passed. Please ask "
                "us for a new one."
            )
        if self.needs_method and not token:
            return _("Please choose a payment method.")
        if move and not move._is_owed():
            return _("Nothing is owed for this invoice anymore.")
        if self.currency_id.compare_amounts(self.amount, self._get_owed()):
            return _(
                "The amount to pay has changed since the plan was offered. Please ask "
                "us for a new offer."
            )
        return ""

    def _get_owed(self):
        """Return what is to be paid: of the invoice, else of the order."""
        if self.move_id:
            return self.move_id.amount_residual
        return self.order_id._get_installment_total()

    def _is_outdated(self, today):
        """Whether the first date of an offer has passed."""
        days = [day for day in self.part_ids.mapped("date") if day]
        return bool(days) and min(days) < today

    def _decline(self, now):
        """The customer doesn't want the plan.

        :raise UserError: if it isn't an open offer
        """
        self._lock()
        if self.accepted_at:
            raise UserError(
                self.env._(
                    "This payment plan is accepted already. Please ask us to change it."
                )
            )
        self.declined_at = now
        self.flush_recordset()
        self._note_declined(now)

    def _note_declined(self, now):
        """Tell accounting, who made the offer."""
        if self.move_id:
            self.company_id._schedule_collection_activity(
                self.move_id,
                self.env._("Payment plan declined"),
                self.env._(
                    "%(customer)s declined the payment plan. Call the customer, or "
                    "offer another plan.",
                    customer=self.partner_id.name,
                ),
                code="plan_declined",
                now=now,
            )

    def _clear_charges(self, code, now):
        """Cancel the charges of the invoice that are planned and not claimed yet.

        :param code: the reason on the attempts
        :raise UserError: if one is on its way
        """
        move = self.move_id
        attempts = move.sudo().collection_attempt_ids.filtered(
            lambda attempt: attempt.state in OPEN_STATES
        )
        planned = attempts.filtered(lambda attempt: attempt.state == PLANNED)
        busy = attempts != planned or move._has_pending_transaction(
            move.transaction_ids
        )
        if busy or planned.try_lock_for_update() != planned:
            raise UserError(
                self.env._(
                    "A payment for %(invoice)s is being processed. Please try again "
                    "once its outcome is known.",
                    invoice=move.name,
                )
            )
        planned._set_canceled(code, now=now)
