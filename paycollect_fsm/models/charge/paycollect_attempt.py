# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

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
from ...rules.triggers import POLICY, TRIGGERS, get_authorizer, gives_way

# An attempt planned for later than this doesn't keep the customer from paying.
SOON = timedelta(minutes=15)
# The job runner fails, again and again, on a job that waits for 25 days or more.
LONGEST_JOB_WAIT = timedelta(days=20)


class PaycollectAttempt(models.Model):
    """One attempt to charge one invoice; never rewritten by a later attempt."""

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
        string="Customer When Planned",
        compute="_compute_customer_id",
        store=True,
        precompute=True,
        index=True,
        help="The invoice's customer when the charge was planned.",
    )
    amount = fields.Monetary(required=True, readonly=True)
    asked_amount = fields.Monetary(
        string="At Most",
        readonly=True,
        help="The part of what is due that a user chose to charge; 0 = all of it.",
    )
    discount = fields.Monetary(
        string="Early Payment Discount",
        readonly=True,
        help="Discount under the invoice's payment terms for charging it on time.",
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    token_id = fields.Many2one(
        "payment.token",
        string="Payment Method",
        required=True,
        readonly=True,
        index=True,
    )
    transaction_id = fields.Many2one(
        "payment.transaction",
        string="Payment Transaction",
        readonly=True,
        index="btree_not_null",
    )
    state = fields.Selection(
        string="Status",
        selection=[
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
    try_number = fields.Integer(string="Attempt Number", default=1, readonly=True)
    trigger = fields.Selection(
        [(trigger.code, trigger.label) for trigger in TRIGGERS.values()],
        required=True,
        readonly=True,
    )
    planned_at = fields.Datetime(string="Planned On", required=True, readonly=True)
    sent_at = fields.Datetime(string="Sent On", readonly=True)
    done_at = fields.Datetime(
        string="Outcome On",
        readonly=True,
        help="When the latest outcome of this attempt was recorded.",
    )
    returned_at = fields.Datetime(
        string="Returned On",
        readonly=True,
        help="When the bank returned the payment.",
    )
    decline_code = fields.Char(readonly=True)
    network_code = fields.Char(string="Network Decline Code", readonly=True)
    advice_code = fields.Char(readonly=True)
    network_advice_code = fields.Char(readonly=True)
    outcome_type = fields.Char(readonly=True)
    http_status = fields.Integer(string="HTTP Status", readonly=True)
    intent = fields.Char(
        string="Provider Charge ID",
        readonly=True,
        help="ID of the charge at the provider.",
        mask_cards=False,
    )
    reason_code = fields.Char(
        readonly=True,
        help="Technical code of the reason for the status.",
    )
    reason_params = fields.Json(string="Reason Values", readonly=True)
    reason = fields.Char(
        compute="_compute_reason",
        help="Why the attempt has this status.",
    )
    canceled_by_id = fields.Many2one("res.users", readonly=True)
    needs_attention = fields.Boolean(
        compute="_compute_needs_attention",
        search="_search_needs_attention",
    )

    _one_open_per_invoice = models.UniqueIndex(
        "(move_id) WHERE state IN ('planned', 'sent', 'settling', 'unknown')",
        "This invoice already has an open payment attempt.",
    )
    _one_sent_per_customer = models.UniqueIndex(
        "(company_id, partner_id) WHERE state = 'sent'",
        "Another charge to this customer is in progress.",
    )
    _due = models.Index("(planned_at) WHERE state = 'planned'")
    _sent = models.Index("(company_id, sent_at)")
    _paid = models.Index("(done_at) WHERE state = 'paid'")

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
        """Set it once, when the charge is planned, to detect later changes of the
        invoice's customer."""
        for attempt in self:
            attempt.customer_id = attempt.move_id.commercial_partner_id

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Payment attempts are part of the history and can't be deleted.")
        )

    # -- transitions ---------------------------------------------------------

    def _check_may_become(self, state):
        """:raise ValueError: if the current state doesn't lead to ``state``"""
        for attempt in self:
            if not may_become(attempt.state, state):
                raise ValueError(f"attempt {attempt.id}: {attempt.state} → {state}")

    def _set_sent(self, transaction, amount, now):
        self.ensure_one()
        self._check_may_become(SENT)
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

    def _set_state(self, state, code, params=None, now=None, **vals):
        """Record the outcome of the attempt. Repeating it changes nothing.

        :param code: the reason, see ``account.move._get_reason_texts``
        :param params: its values, ready for JSON
        :param now: naive UTC datetime
        :raise ValueError: if the current state doesn't lead to ``state``
        """
        now = now or fields.Datetime.now()
        for attempt in self.filtered(lambda a: a.state != state):
            attempt._check_may_become(state)
            attempt.write(
                attempt._prepare_state_vals(state, now)
                | {"reason_code": code, "reason_params": params or False}
                | vals
            )

    def _prepare_state_vals(self, state, now):
        """Hook: return the values to write when the attempt enters ``state``."""
        return {
            "state": state,
            "parked_code": False,
            "done_at": now,
        }

    def _set_canceled(self, code, params=None, now=None):
        self._set_state(CANCELED, code, params, now)

    def _set_superseded(self, now=None):
        """Cancel a planned retry that another charge replaces.

        :return: whether it was canceled; False if it is being sent
        """
        self.ensure_one()
        if not self.try_lock_for_update() or self.state != PLANNED:
            return False
        self._set_canceled("superseded", now=now)
        return True

    def _set_put_back(self, decision=None):
        """Return a claimed attempt to planned; nothing was sent to the provider.

        :param decision: why it is held back; None: it is decided anew when claimed
        """
        self.ensure_one()
        self._check_may_become(PLANNED)
        transaction = self.transaction_id
        transaction._set_canceled(
            state_message=self.env._("The charge was not sent."),
            extra_allowed_states=("error",),
        )
        transaction.is_post_processed = True
        self.write({"state": PLANNED, "transaction_id": False, "sent_at": False})
        if decision:
            params = self.move_id._prepare_reason_params(decision, self.token_id)
            self._set_parked(decision.reason, params)

    # -- facts and texts -----------------------------------------------------

    def _get_change(self):
        """Return the reason code of what changed on the invoice since planning, or "".

        A charge under a policy follows the invoice's amount. An amount that the
        customer or a user agreed to is never exceeded.
        """
        self.ensure_one()
        move = self.move_id
        if move.commercial_partner_id != self.customer_id:
            return "changed_customer"
        if move.currency_id != self.currency_id:
            return "changed_currency"
        if self._is_ahead():
            asked = self._limit(move._get_collectable()[move].ask(ahead=True))
            if self.currency_id.compare_amounts(asked, self.amount) > 0:
                return "changed_amount"
        return ""

    def _limit(self, amount):
        """Return what may be charged of an amount that is due."""
        return min(amount, self.asked_amount) if self.asked_amount else amount

    def _get_authorizer(self):
        """Hook: return who authorized the charge, see ``rules/triggers.py``."""
        self.ensure_one()
        return get_authorizer(self.trigger)

    def _is_ahead(self):
        """Whether it may take an installment before it is due; not a policy's."""
        return self._get_authorizer() != POLICY

    def _is_waiting(self, now=None):
        """Whether it is planned for later, so that other payments may come first."""
        self.ensure_one()
        now = now or fields.Datetime.now()
        return self.state == PLANNED and self.planned_at > now + SOON

    def _gives_way(self, now=None):
        """Whether another charge may replace it; not if its date was agreed on."""
        return gives_way(self.trigger) and self._is_waiting(now)

    def _get_planned_history_text(self, values):
        if self.parked_code:
            return self.env._(
                "Attempt %(number)s: a charge of %(amount)s to %(method)s was planned "
                "for %(date)s. %(reason)s",
                **values,
            )
        return self.env._(
            "Attempt %(number)s: %(amount)s will be charged to %(method)s on "
            "%(date)s. %(reason)s",
            **values,
        )

    # -- work ----------------------------------------------------------------

    def _enqueue(self, now=None):
        """Queue a job for each attempt; it starts after the commit, or on the day the
        attempt is planned for. The sweep sends what is planned for a distant day."""
        now = now or fields.Datetime.now()
        horizon = now + LONGEST_JOB_WAIT
        for attempt in self.filtered(lambda attempt: attempt.planned_at <= horizon):
            attempt.with_user(SUPERUSER_ID).with_delay(
                eta=attempt.planned_at if attempt._is_waiting(now) else None,
                identity_key=f"paycollect.attempt.{attempt.id}",
                description=self.env._(
                    "Charge %(invoice)s", invoice=attempt.move_id.name
                ),
            )._send()

    def _may_follow(self):
        """Whether a new method may be charged after this last attempt, or after none.

        A retry planned for a later day is replaced.
        """
        if not self or self._gives_way():
            return True
        if self.state == PAID:
            return self.move_id.payment_state == "partial"  # another installment
        return self.state in (DECLINED, CANCELED) and not self.canceled_by_id
