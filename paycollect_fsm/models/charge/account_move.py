# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.tools import format_datetime

from ...rules.const import DECLINED, OPEN_STATES, PLANNED, SENT, SETTLING, UNKNOWN

# They say how the invoice is collected, and change no amount and no line.
COLLECTION_FIELDS = frozenset(
    {
        "collection_policy_id",
        "collection_policy_reason",
        "collection_decision",
        "decline_message_at",
        "decline_sms_at",
        "invoice_message_at",
        "receipt_message_id",
        "receipt_sent_at",
    }
)


class AccountMove(models.Model):
    _inherit = "account.move"

    collection_policy_id = fields.Many2one(
        "paycollect.policy", copy=False, readonly=True, index="btree_not_null"
    )
    collection_policy_reason = fields.Char(copy=False, readonly=True)
    collection_mode = fields.Selection(related="collection_policy_id.collection_mode")
    collection_decision = fields.Char(
        copy=False,
        readonly=True,
        help="What was last decided about charging it, and why.",
    )
    collection_attempt_ids = fields.One2many(
        "paycollect.attempt",
        "move_id",
        string="Payment Attempts",
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    collection_attempt_count = fields.Integer(
        compute="_compute_collection_attempt_count",
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    collection_explanation = fields.Html(
        string="Why?",
        compute="_compute_collection_explanation",
        help="What was decided, by which rule, what happens next and when.",
    )
    invoice_message_at = fields.Datetime(
        copy=False, readonly=True, help="When the open invoice was sent (UTC)."
    )
    receipt_message_id = fields.Many2one(
        "mail.message", copy=False, readonly=True, index="btree_not_null"
    )
    receipt_sent_at = fields.Datetime(
        copy=False, readonly=True, help="When the receipt left for the customer (UTC)."
    )

    @api.depends("collection_attempt_ids")
    def _compute_collection_attempt_count(self):
        counts = dict(
            self.env["paycollect.attempt"]._read_group(
                [("move_id", "in", self.ids)], ["move_id"], ["__count"]
            )
        )
        for move in self:
            move.collection_attempt_count = counts.get(move, 0)

    @api.depends(
        "collection_policy_reason",
        "collection_decision",
        "decline_message_at",
        "decline_sms_at",
        "collection_attempt_ids.state",
        "collection_attempt_ids.planned_at",
        "collection_attempt_ids.parked_reason",
        "collection_attempt_ids.ask_at",
        "collection_attempt_ids.follow_up",
        "payment_state",
        "receipt_sent_at",
    )
    def _compute_collection_explanation(self):
        for move in self:
            lines = move._get_explanation_lines()
            move.collection_explanation = (
                Markup("<ul class='mb-0'>%s</ul>")
                % Markup("").join(
                    Markup("<li>%s</li>") % escape(line) for line in lines
                )
                if lines
                else False
            )

    def write(self, vals):
        """Leave the accounting lines alone when only the collection changes.

        Otherwise each of these writes recomputes taxes and due dates, and marks the
        invoice as changed by hand.
        """
        if COLLECTION_FIELDS.issuperset(vals):
            self = self.with_context(
                skip_invoice_sync=True,
                check_move_validity=False,
                skip_is_manually_modified=True,
            )
        return super().write(vals)

    def action_view_collection_attempts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_fsm.action_paycollect_attempt"
        )
        action["domain"] = [("move_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_collect_now(self):
        """Charge the primary method on file now, whatever the policy says.

        :raise UserError: when a rule forbids the charge, with its reason
        """
        self.ensure_one()
        self.env["paycollect.attempt"]._check_collections_user()
        attempt = self._plan_collection("manual")
        if not attempt:
            return self._notify(self.collection_decision, "warning")
        return self._notify(
            self.env._(
                "%(amount)s will be charged to %(method)s now.",
                amount=self.currency_id.format(attempt.amount),
                method=attempt.token_id._get_label(),
            ),
            "success",
        )

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
        """What was paid, by whichever way, is no exception any more."""
        result = super()._invoice_paid_hook()
        self.company_id._close_collection_activities(self, self.env._("It is paid."))
        return result

    def _has_to_be_paid(self):
        """An invoice that is being charged is not offered for payment as well."""
        return super()._has_to_be_paid() and not self._has_open_attempt()

    def _get_online_payment_error(self):
        if self._has_open_attempt():
            return self.env._(
                "This invoice is being charged to your method on file. Please wait for "
                "the receipt before paying in another way."
            )
        return super()._get_online_payment_error()

    def _get_last_attempt(self):
        self.ensure_one()
        return self.sudo().collection_attempt_ids.sorted("id")[-1:]

    def _has_open_attempt(self):
        self.ensure_one()
        return any(
            attempt.state in OPEN_STATES
            and not (attempt.state == PLANNED and attempt.parked_reason)
            and not attempt._is_waiting()
            for attempt in self.sudo().collection_attempt_ids
        )

    def _is_settled(self):
        """The customer owes nothing more on it, or the money is on its way in."""
        self.ensure_one()
        return self.payment_state in ("paid", "in_payment", "reversed")

    def _get_collection_jobs(self):
        """Return the jobs whose work is on the invoice."""
        return self.invoice_line_ids.fsm_order_ids

    def _get_collection_state(self):
        """Return ``paid | charging | failed | to_collect`` (see fsm.order)."""
        self.ensure_one()
        if self.move_type == "out_refund" or self._is_settled():
            return "paid"
        last = self._get_last_attempt()
        if last.trigger == "retry" and last._is_waiting():
            return "failed"
        if last.state in (PLANNED, SENT, SETTLING):
            return "charging"
        if last.state in (DECLINED, UNKNOWN):
            return "failed"
        return "to_collect"

    def _get_status_text(self):
        """One sentence for the technician: no method, no transaction."""
        self.ensure_one()
        amount = self.currency_id.format(self.amount_residual)
        if self.move_type == "out_refund":
            return self.env._("Credit note %(name)s was made.", name=self.name)
        if self.currency_id.is_zero(self.amount_total):
            return self.env._("%(name)s: nothing is due.", name=self.name)
        values = {"name": self.name, "amount": amount}
        match self._get_collection_state():
            case "paid":
                return self.env._("%(name)s is paid.", **values)
            case "charging":
                return self.env._("%(name)s: %(amount)s is being charged.", **values)
            case "failed":
                return self.env._(
                    "%(name)s: %(amount)s could not be charged yet.", **values
                )
        match self.collection_mode:
            case "cod":
                return self.env._("%(name)s: collect %(amount)s on site.", **values)
            case "net":
                return self.env._(
                    "%(name)s: %(amount)s, invoiced until %(date)s.",
                    date=fields.Date.to_string(self.invoice_date_due),
                    **values,
                )
        return self.env._("%(name)s: %(amount)s is open.", **values)

    def _get_explanation_lines(self):
        """Return the sentences of “Why?”, from stored reasons, oldest first."""
        self.ensure_one()
        lines = [self.collection_policy_reason] if self.collection_policy_reason else []
        attempts = self.sudo().collection_attempt_ids.sorted("id")
        if not attempts and self.collection_decision:
            lines.append(self.collection_decision)
        lines += [attempt._get_history_text() for attempt in attempts]
        if self.receipt_sent_at:
            lines.append(
                self.env._(
                    "The receipt was sent on %(date)s.",
                    date=format_datetime(
                        self.env, self.receipt_sent_at, dt_format="short"
                    ),
                )
            )
        if lines and (next_step := self._get_next_step(attempts[-1:])):
            lines.append(next_step)
        return lines

    def _get_next_step(self, last):
        if self.state != "posted":
            return self.env._("Next: nothing happens before the invoice is posted.")
        if self._is_settled():
            return self.env._("Nothing more to do: it is paid.")
        match last.state:
            case "planned":
                if last.parked_reason:
                    return self.env._("Next: a manager releases or cancels the charge.")
                if last._is_waiting():
                    return self.env._("Next: %(text)s", text=last._get_planned_text())
                return self.env._("Next: the charge is sent.")
            case "sent":
                return self.env._(
                    "Next: the provider's answer, within a minute or two."
                )
            case "settling":
                return self.env._("Next: the provider confirms or returns the money.")
            case "unknown":
                return last._get_question_text()
            case "declined" if last.escalate_at:
                return self.env._(
                    "Next: the customer acts, which is charged at once; without an "
                    "answer accounting is told on %(date)s.",
                    date=format_datetime(self.env, last.escalate_at),
                )
            case "declined":
                return self.env._(
                    "Next: the customer adds another method, which is charged at once, "
                    "or accounting decides."
                )
        if self.collection_mode == "auto":
            return self.env._(
                "Next: when the customer adds a payment method, it is charged."
            )
        return self.env._(
            "Next: the customer pays by %(date)s.",
            date=fields.Date.to_string(self.invoice_date_due),
        )
