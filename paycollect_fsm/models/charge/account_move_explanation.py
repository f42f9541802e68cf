# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup, escape

from odoo import api, fields, models

from ...rules.charge import APPROVAL, COMMON_WAITS, CREDIT
from ...rules.const import PLANNED
from ..company.moments import format_day

# The order of the kinds of lines. Kinds of other addons follow, then the next step.
KINDS = (
    "policy",
    "credit",
    "decision",
    "approval",
    "hold",
    "try",
    "payment",
    "dispute",
    "message",
)
NEXT = "next"


class AccountMove(models.Model):
    """“Why?”: the collection history of the invoice, compiled from stored reasons."""

    _inherit = "account.move"

    collection_explanation = fields.Html(
        string="Why?",
        compute="_compute_collection_explanation",
        help="How collection was decided, what has happened, and what happens next.",
        groups="base.group_user",
    )

    @api.depends(lambda self: self._get_explanation_dependencies())
    @api.depends_context("lang", "tz")
    def _compute_collection_explanation(self):
        for move in self:
            lines = move._get_explanation()
            move.collection_explanation = (
                Markup("<ul class='mb-0'>%s</ul>")
                % Markup("").join(
                    Markup("<li>%s</li>") % escape(text) for _kind, text in lines
                )
                if lines
                else False
            )

    def _get_explanation_dependencies(self):
        """Hook: names of the fields that the explanation depends on."""
        return (
            "collection_policy_reason",
            "collection_credit_used",
            "collection_decision_code",
            "collection_attempt_ids.state",
            "collection_attempt_ids.planned_at",
            "collection_attempt_ids.reason_code",
            "collection_attempt_ids.parked_code",
            "payment_state",
            "transaction_ids.state",
        )

    def _get_explanation(self):
        """Return (kind, sentence) pairs, with the next step last."""
        self.ensure_one()
        order = {kind: place for place, kind in enumerate(KINDS)}
        lines = sorted(
            self._get_explanation_lines(),
            key=lambda line: order.get(line[0], len(KINDS)),
        )
        if lines and (text := self._get_next_step(self._get_last_attempt())):
            lines.append((NEXT, text))
        return lines

    def _get_explanation_lines(self):
        """Hook: return what happened as (kind, sentence) pairs, oldest first per kind.

        Each room adds its own. They are sorted by kind.
        """
        self.ensure_one()
        lines = []
        if self.collection_policy_reason:
            lines.append(("policy", self.collection_policy_reason))
        if self.collection_credit_used:
            text = self.env._(
                "%(amount)s of the customer's credit was applied.",
                amount=self.currency_id._format_amount(self.collection_credit_used),
            )
            lines.append(("credit", text))
        attempts = self.sudo().collection_attempt_ids.sorted("id")
        if not attempts and self.collection_decision:
            lines.append(("decision", self.collection_decision))
        approvals = self.env["paycollect.approval"].sudo()
        found = approvals.search([("move_id", "=", self.id)], order="id")
        lines += [("approval", approval._get_history_text()) for approval in found]
        lines += [("try", attempt._get_history_text()) for attempt in attempts]
        online = self.sudo().transaction_ids._get_online_payments()
        return lines + [("payment", payment._get_online_text()) for payment in online]

    def _get_next_step(self, last):
        """Hook: return a sentence about what happens next, or an empty string.

        :param last: the last attempt (sudo), or none
        """
        waits = last.state == PLANNED and last.parked_code in COMMON_WAITS
        if waits:
            return ""  # the attempt's own sentence says what it waits for
        if self.state != "posted":
            return self.env._("Next: nothing until the invoice is posted.")
        if self._is_settled():
            return self.env._("Nothing more to do: the invoice is paid.")
        match last.state:
            case "planned":
                if last.parked_code == CREDIT:
                    return self.env._(
                        "Next: accounting applies the credit, or a manager releases or "
                        "cancels the charge."
                    )
                if last.parked_code == APPROVAL:
                    return self._get_approval_step(last.reason_params)
                if last.parked_code:
                    return self.env._(
                        "Next: a manager must release or cancel the charge."
                    )
                if last._is_waiting() and last.trigger != "retry":
                    return self.env._(
                        "Next: %(amount)s will be charged on %(date)s, when it is due.",
                        amount=self.currency_id._format_amount(last.amount),
                        date=format_day(
                            self.env, self.company_id._get_today(last.planned_at)
                        ),
                    )
                if last._is_waiting():
                    return last._get_planned_text()
                return self.env._("Next: the charge will be sent.")
            case "sent":
                return self.env._(
                    "Next: the provider's response, usually within a minute or two."
                )
            case "settling":
                return self.env._("Next: the provider confirms or returns the payment.")
            case "declined":
                return self.env._(
                    "Next: the customer adds another payment method, which is charged "
                    "immediately, or accounting decides what to do."
                )
        if self.collection_mode == "auto":
            return self._get_next_step_without_charge(last)
        return self.env._("Next: %(terms)s", terms=self._get_due_text())

    def _get_next_step_without_charge(self, last):
        """Return what happens to an invoice that is to be charged, but has no open
        attempt."""
        if not self.company_id.collection_active:
            return self.env._(
                "Next: nothing happens automatically while automatic collection is "
                "turned off."
            )
        if self.collection_decision_code == APPROVAL or not last._may_follow():
            return self.env._(
                "Next: the customer pays the invoice, or accounting charges it with "
                "“Collect Now.”"
            )
        return self.env._(
            "Next: once the customer adds a payment method, it will be charged."
        )
