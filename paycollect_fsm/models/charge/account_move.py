# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...rules.charge import APPROVAL
from ...rules.const import OPEN_STATES, PLANNED
from ..company.paycollect_access import GROUP_USER


class AccountMove(models.Model):
    _inherit = "account.move"
    _masked_texts = ("narration", "ref")

    collection_policy_id = fields.Many2one(
        "paycollect.policy",
        copy=False,
        readonly=True,
        index="btree_not_null",
        groups="base.group_user",
    )
    collection_policy_basis = fields.Json(
        string="Policy Basis",
        copy=False,
        readonly=True,
        groups="base.group_user",
    )
    collection_policy_reason = fields.Char(
        string="Policy Reason",
        compute="_compute_collection_policy_reason",
        help="Why this policy applies.",
        groups="base.group_user",
    )
    collection_mode = fields.Selection(
        related="collection_policy_id.collection_mode",
        groups="base.group_user",
    )
    collection_decision_code = fields.Char(
        string="Charge Decision Code",
        copy=False,
        readonly=True,
        help="Technical code of the last decision about charging this invoice.",
        groups="base.group_user",
    )
    collection_decision_params = fields.Json(
        string="Charge Decision Values",
        copy=False,
        readonly=True,
        groups="base.group_user",
    )
    collection_decision = fields.Char(
        string="Charge Decision",
        compute="_compute_collection_decision",
        help="The last decision about charging this invoice, and the reason for it.",
        groups="base.group_user",
    )
    collection_attempt_ids = fields.One2many(
        "paycollect.attempt",
        "move_id",
        string="Payment Attempts",
        groups="account.group_account_invoice,account.group_account_readonly",
        readonly=True,
    )
    collection_attempt_count = fields.Integer(
        string="Payment Attempt Count",
        compute="_compute_collection_attempt_count",
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    @api.depends("collection_policy_basis")
    @api.depends_context("lang")
    def _compute_collection_policy_reason(self):
        for move in self:
            move.collection_policy_reason = move._get_policy_reason()

    def _get_policy_reason(self):
        """Hook: the sentence for the basis; rooms with codes of their own extend it."""
        policies = self.env["paycollect.policy"]
        return policies._get_basis_text(self.collection_policy_basis)

    @api.depends("collection_attempt_ids")
    def _compute_collection_attempt_count(self):
        counts = dict(
            self.env["paycollect.attempt"]._read_group(
                [("move_id", "in", self.ids)], ["move_id"], ["__count"]
            )
        )
        for move in self:
            move.collection_attempt_count = counts.get(move, 0)

    @api.depends("collection_decision_code", "collection_decision_params")
    @api.depends_context("lang", "tz")
    def _compute_collection_decision(self):
        for move in self:
            code = move.collection_decision_code
            move.collection_decision = code and move._get_reason_text(
                code, move.collection_decision_params
            )

    @api.model_create_multi
    def create(self, vals_list):
        """Our payments stay on the invoices that they were made for."""
        moves = super().create(vals_list)
        if any("transaction_ids" in vals for vals in vals_list):
            moves.transaction_ids._check_not_ours()
        return moves

    def write(self, vals):
        """Skip the accounting sync when only collection fields change.

        Otherwise each of these writes would recompute taxes and due dates and flag the
        invoice as manually modified.
        """
        if self._get_collection_fields().issuperset(vals):
            self = self.with_context(
                skip_invoice_sync=True,
                check_move_validity=False,
                skip_is_manually_modified=True,
            )
        if "transaction_ids" not in vals:
            return super().write(vals)
        self.transaction_ids._check_not_ours()
        result = super().write(vals)
        self.transaction_ids._check_not_ours()
        return result

    def _is_text_masked(self, name, vals):
        """Leave the references of bills and bank statements alone."""
        kind = vals.get("move_type") or self[:1].move_type
        customers = kind in ("out_invoice", "out_refund")
        ours = name not in self._masked_texts
        return (ours or customers) and super()._is_text_masked(name, vals)

    def _get_collection_fields(self):
        """Hook: names of fields about collection that affect no amount and no line."""
        return {
            "collection_policy_id",
            "collection_policy_basis",
            "collection_credit_used",
            "collection_decision_code",
            "collection_decision_params",
        }

    def action_view_collection_attempts(self):
        self.ensure_one()
        self.check_access("read")
        self.env["paycollect.attempt"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_fsm.action_paycollect_attempt"
        )
        action["domain"] = [("move_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_collect_now(self):
        """Button: charge the primary payment method now, regardless of the policy.

        If it has to be approved, the dialog for that opens. If another rule prevents
        the charge, a notification gives the reason.
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        return self._collect_now()

    def _collect_now(self, token=None, amount=0.0):
        """Charge the invoice, or return why it can't be charged.

        :param token: the method; default: the customer's first usable one
        :param amount: the part of what is due to charge; default: all of it
        """
        attempt = self._plan_collection("manual", token=token, asked=amount)
        if not attempt and self._is_approved_here():
            return self.action_approve_charge()
        if not attempt:
            return self._notify(self.collection_decision, "warning")
        return self._notify(
            self.env._(
                "%(amount)s will be charged to %(method)s now.",
                amount=self.currency_id._format_amount(attempt.amount),
                method=attempt.token_id._get_label(),
            ),
            "success",
        )

    def _is_approved_here(self):
        """Whether the charge has to be approved, and the user may open the dialog."""
        waits = self.collection_decision_code == APPROVAL
        return waits and (self.env.su or self.env.user.has_group(GROUP_USER))

    def _notify(self, message, kind):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": kind,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _invoice_paid_hook(self):
        """Close the exception activities of paid invoices, however they were paid."""
        result = super()._invoice_paid_hook()
        collected = self.filtered(
            lambda move: move.company_id.collection_active or move.collection_policy_id
        )
        if collected:
            collected.company_id._close_collection_activities(
                collected, self.env._("The invoice was paid.")
            )
        return result

    def _cancel_planned_charges(self):
        """Cancel what is planned for those of these invoices that are settled.

        A charge that is being sent right now decides for itself.
        """
        settled = self.sudo().filtered(
            lambda move: move.collection_policy_id and move._is_settled()
        )
        planned = settled.collection_attempt_ids.filtered(lambda a: a.state == PLANNED)
        if planned:
            planned.try_lock_for_update()._set_canceled("paid")

    def _has_to_be_paid(self):
        """Don't offer online payment for an invoice that is being charged."""
        return super()._has_to_be_paid() and not self._has_open_attempt()

    def _get_online_payment_error(self):
        if self._has_open_attempt():
            return self.env._(
                "This invoice is being charged to your payment method on file. Please "
                "wait for the receipt before paying another way."
            )
        return super()._get_online_payment_error()

    def _get_last_attempt(self):
        self.ensure_one()
        return self.sudo().collection_attempt_ids.sorted("id")[-1:]

    def _has_open_attempt(self):
        self.ensure_one()
        return any(
            attempt.state in OPEN_STATES
            and not (attempt.state == PLANNED and attempt.parked_code)
            and not attempt._is_waiting()
            for attempt in self.sudo().collection_attempt_ids
        )

    def _is_settled(self):
        """Whether nothing more is owed, or a payment for the rest is in process."""
        self.ensure_one()
        return self.payment_state in ("paid", "in_payment", "reversed")

    def _get_collection_jobs(self):
        """Return the jobs that the invoice bills."""
        return self.invoice_line_ids.fsm_order_ids
