# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ...rules.const import (
    CANCELED,
    DECLINED,
    PAID,
    PLANNED,
    SENT,
    SETTLING,
    UNKNOWN,
)
from ...rules.protocol import may_become
from ...rules.triggers import TRIGGERS, gives_way, is_ahead

# A try that starts later than this does not keep the customer from paying.
SOON = timedelta(minutes=15)


class PaycollectAttempt(models.Model):
    """One try to charge one invoice; history, never rewritten by a later try."""

    _name = "paycollect.attempt"
    _description = "Payment Attempt"
    _inherit = ["paycollect.worker.mixin"]
    _order = "id desc"
    _rec_name = "move_id"

    move_id = fields.Many2one(
        "account.move", string="Invoice", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one(
        related="move_id.company_id", store=True, precompute=True, index=True
    )
    partner_id = fields.Many2one(
        related="move_id.commercial_partner_id",
        string="Customer",
        store=True,
        precompute=True,
        index=True,
    )
    customer_id = fields.Many2one(
        "res.partner",
        string="Planned For",
        compute="_compute_customer_id",
        store=True,
        precompute=True,
        index=True,
        help="Whose invoice it was when the charge was planned.",
    )
    amount = fields.Monetary(required=True, readonly=True)
    discount = fields.Monetary(
        string="Discount for Early Payment",
        readonly=True,
        help="What the invoice's terms deduct from what is due, because it was charged "
        "in time.",
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    token_id = fields.Many2one(
        "payment.token", string="Method", required=True, readonly=True, index=True
    )
    transaction_id = fields.Many2one(
        "payment.transaction", readonly=True, index="btree_not_null"
    )
    state = fields.Selection(
        [
            (PLANNED, "Planned"),
            (SENT, "Sent"),
            (PAID, "Paid"),
            (SETTLING, "Settling"),
            (DECLINED, "Declined"),
            (UNKNOWN, "Unknown"),
            (CANCELED, "Canceled"),
        ],
        default=PLANNED,
        required=True,
        readonly=True,
        index=True,
    )
    try_number = fields.Integer(string="Try", default=1, readonly=True)
    trigger = fields.Selection(
        [(trigger.code, trigger.label) for trigger in TRIGGERS.values()],
        required=True,
        readonly=True,
    )
    planned_at = fields.Datetime(required=True, readonly=True)
    sent_at = fields.Datetime(readonly=True)
    done_at = fields.Datetime(readonly=True)
    returned_at = fields.Datetime(
        readonly=True, help="When the bank took the money back."
    )
    decline_code = fields.Char(readonly=True)
    network_code = fields.Char(readonly=True)
    advice_code = fields.Char(readonly=True)
    network_advice_code = fields.Char(readonly=True)
    outcome_type = fields.Char(readonly=True)
    http_status = fields.Integer(string="HTTP Status", readonly=True)
    intent = fields.Char(
        string="Provider's Charge", readonly=True, help="The provider's id of it."
    )
    reason_code = fields.Char(
        readonly=True, help="Why it is in this state, as it is kept."
    )
    reason_params = fields.Json(readonly=True)
    reason = fields.Char(compute="_compute_reason", help="Why it is in this state.")
    canceled_by_id = fields.Many2one("res.users", readonly=True)
    needs_attention = fields.Boolean(
        compute="_compute_needs_attention", search="_search_needs_attention"
    )

    _one_open_per_invoice = models.UniqueIndex(
        "(move_id) WHERE state IN ('planned', 'sent', 'settling', 'unknown')",
        "This invoice already has an open payment attempt.",
    )
    _one_sent_per_customer = models.UniqueIndex(
        "(company_id, partner_id) WHERE state = 'sent'",
        "Another charge of this customer is being sent.",
    )
    _due = models.Index("(planned_at) WHERE state = 'planned'")
    _sent = models.Index("(company_id, sent_at)")
    _paid = models.Index("(done_at) WHERE state = 'paid'")

    @api.depends("reason_code", "reason_params")
    @api.depends_context("lang", "tz")
    def _compute_reason(self):
        for attempt in self:
            attempt.reason = attempt.reason_code and attempt._get_reason_text(
                attempt.reason_code, attempt.reason_params
            )

    def _get_reason_text(self, code, params=None):
        """Return the sentence for a reason, in the language of the reader."""
        return self.move_id._get_reason_text(code, params)

    @api.depends("state", "parked_code")
    def _compute_needs_attention(self):
        for attempt in self:
            attempt.needs_attention = bool(
                attempt.state in (PLANNED, UNKNOWN) and attempt.parked_code
            )

    def _search_needs_attention(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [
            ("state", "in", (PLANNED, UNKNOWN)),
            ("parked_code", "!=", False),
        ]

    @api.depends()
    def _compute_customer_id(self):
        """Once, when it is planned: that the invoice's changes later is the point."""
        for attempt in self:
            attempt.customer_id = attempt.move_id.commercial_partner_id

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Payment attempts are history and cannot be deleted.")
        )

    # -- buttons -------------------------------------------------------------

    def action_cancel(self):
        """Give up planned attempts that were not sent."""
        self.env["paycollect.access"]._check_user(self)
        locked = self.sudo().filtered(lambda a: a.state == PLANNED)
        locked = locked.try_lock_for_update()
        if not locked or locked < self.sudo():
            raise UserError(
                self.env._(
                    "Only a planned charge can be canceled; one of these was sent. "
                    "Refund it instead."
                )
            )
        locked.canceled_by_id = self.env.user
        locked._set_canceled("by_user", {"user": self.env.user.name})

    # -- transitions ---------------------------------------------------------

    def _set_sent(self, transaction, amount, now):
        self.ensure_one()
        self.write(
            {
                "state": SENT,
                "transaction_id": transaction.id,
                "amount": amount,
                "sent_at": now,
                "reason_code": False,
                "reason_params": False,
                "parked_code": False,
            }
        )

    def _set_state(self, state, code, params=None, **vals):
        """Close the try, or note that it hangs; a repeat changes nothing.

        :param code: the reason, see ``account.move._get_reason_texts``
        :param params: its values, as JSON takes them
        :raise ValueError: from a state that does not lead there
        """
        for attempt in self.filtered(lambda a: a.state != state):
            if not may_become(attempt.state, state):
                raise ValueError(f"attempt {attempt.id}: {attempt.state} → {state}")
            attempt.write(
                attempt._prepare_state_vals(state)
                | {"reason_code": code, "reason_params": params or False}
                | vals
            )

    def _prepare_state_vals(self, state):
        """Hook: what is written when the attempt enters ``state``."""
        return {
            "state": state,
            "parked_code": False,
            "done_at": fields.Datetime.now(),
        }

    def _set_canceled(self, code, params=None):
        self.write(
            {
                "state": CANCELED,
                "reason_code": code,
                "reason_params": params or False,
                "done_at": fields.Datetime.now(),
            }
        )

    def _set_superseded(self):
        """Cancel a planned retry because something better is charged now.

        :return: whether it is canceled; not when it is being sent
        """
        self.ensure_one()
        if not self.try_lock_for_update() or self.state != PLANNED:
            return False
        self._set_canceled("superseded")
        return True

    def _set_put_back(self, decision=None):
        """Nothing left the house: as if never claimed.

        :param decision: why it waits for a manager; without, the claim decides anew
        """
        self.ensure_one()
        transaction = self.transaction_id
        transaction._set_canceled(
            state_message=self.env._("It was not sent."),
            extra_allowed_states=("error",),
        )
        transaction.is_post_processed = True
        self.write({"state": PLANNED, "transaction_id": False, "sent_at": False})
        if decision:
            params = self.move_id._prepare_reason_params(decision, self.token_id)
            self._set_parked(decision.reason, params)

    # -- facts and texts -----------------------------------------------------

    def _get_change(self):
        """Return what of its invoice is not as it was planned, as a reason, or "".

        A policy charges what the invoice says; what a person agreed to is never
        exceeded.
        """
        self.ensure_one()
        move = self.move_id
        if move.commercial_partner_id != self.customer_id:
            return "changed_customer"
        if move.currency_id != self.currency_id:
            return "changed_currency"
        if is_ahead(self.trigger):
            asked = move._get_collectable()[move].ask(ahead=True)
            if self.currency_id.compare_amounts(asked, self.amount) > 0:
                return "changed_amount"
        return ""

    def _is_waiting(self, now=None):
        """Whether it is a try of a later day, which somebody else may pre-empt."""
        self.ensure_one()
        now = now or fields.Datetime.now()
        return self.state == PLANNED and self.planned_at > now + SOON

    def _gives_way(self):
        """Whether another charge may take its place; not a date that was agreed."""
        return gives_way(self.trigger) and self._is_waiting()

    def _get_planned_text(self):
        self.ensure_one()
        return self.env._(
            "It is tried again with %(method)s on %(date)s.",
            method=self.token_id._get_label(),
            date=format_datetime(self.env, self.planned_at, dt_format="short"),
        )

    def _get_history_text(self):
        """One sentence for “Why?”."""
        self.ensure_one()
        values = {
            "number": self.try_number,
            "amount": self.currency_id.format(self.amount),
            "method": self.token_id._get_label(),
            "date": format_datetime(
                self.env,
                self.done_at or self.sent_at or self.planned_at,
                dt_format="short",
            ),
            "reason": " ".join(filter(None, self._get_history_reasons())),
        }
        texts = {
            PLANNED: self.env._(
                "Try %(number)s: %(amount)s is to be charged to %(method)s on "
                "%(date)s. %(reason)s",
                **values,
            ),
            SENT: self.env._(
                "Try %(number)s: %(amount)s was sent to %(method)s on %(date)s.",
                **values,
            ),
            PAID: self.env._(
                "Try %(number)s: %(amount)s was paid with %(method)s on %(date)s.",
                **values,
            ),
            SETTLING: self.env._(
                "Try %(number)s: %(amount)s from %(method)s is on its way since "
                "%(date)s.",
                **values,
            ),
            DECLINED: self.env._(
                "Try %(number)s: %(method)s was declined on %(date)s. %(reason)s",
                **values,
            ),
            UNKNOWN: self.env._(
                "Try %(number)s: nobody knows whether %(amount)s was charged to "
                "%(method)s on %(date)s. %(reason)s",
                **values,
            ),
            CANCELED: self.env._("Try %(number)s was not sent. %(reason)s", **values),
        }
        return texts[self.state]

    def _get_history_reasons(self):
        """Hook: sentences that say why it is where it is."""
        return [self.parked_reason or self.reason]

    # -- work ----------------------------------------------------------------

    def _enqueue(self):
        """Hand each attempt to the job queue; the job starts after the commit.

        One of another day starts on that day.
        """
        for attempt in self:
            attempt.with_user(SUPERUSER_ID).with_delay(
                eta=attempt.planned_at if attempt._is_waiting() else None,
                identity_key=f"paycollect.attempt.{attempt.id}",
                description=self.env._(
                    "Charge %(invoice)s", invoice=attempt.move_id.name
                ),
            )._send()

    def _may_follow(self):
        """Whether a new method may be tried after this last attempt, or after none.

        A retry that is planned for another day gives way to it.
        """
        if not self or self._gives_way():
            return True
        if self.state == PAID:
            return self.move_id.payment_state == "partial"  # of another part
        return self.state in (DECLINED, CANCELED) and not self.canceled_by_id
