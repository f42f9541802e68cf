# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date

from odoo import api, models

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules.const import HANDED_OVER


class PaycollectDunningCase(models.Model):
    """Reasons in words: codes and values are stored, texts are made when shown."""

    _inherit = "paycollect.dunning.case"

    @api.depends("reason_code", "reason_values")
    @api.depends_context("lang")
    def _compute_reason(self):
        for case in self:
            case.reason = case._get_reason_text(
                case.reason_code, case.reason_values or {}
            )

    def _get_reason_text(self, code, values):
        """Hook: return a reason of a case or a message as a sentence.

        Each room says its own codes and asks super for the others.

        :param values: dict of JSON values: dates as ISO text, amounts as numbers in
            the currency of the case
        """
        texts = self._get_plan_texts(values) | self._get_item_texts(values)
        return texts[code]() if code in texts else code or ""

    def _get_plan_texts(self, values):
        """Return ``{code: function}`` of what the plan and people decided."""
        _, day = self.env._, self._format_value_day(values)
        level = self._format_level(values.get("level"))
        pay_by = self._format_value_day(values, "pay_by")
        return {
            "told": lambda: _(
                "“%(level)s” was sent; it asks for payment by %(day)s.",
                level=level,
                day=pay_by,
            ),
            "next_level": lambda: _("The next level is due on %(day)s.", day=day),
            "last_level": lambda: _("The last level was sent. Decide what follows."),
            "hand_over_due": lambda: _(
                "The plan's last level is reached and nothing was paid. Decide about "
                "the hand-over."
            ),
            HANDED_OVER: lambda: _("Handed over to an agency."),
            "pay_by": lambda: _(
                "The last message asks for payment by %(day)s. Nothing is sent before.",
                day=pay_by,
            ),
            "processing": lambda: _(
                "Payment was asked for by %(pay_by)s and may not be booked yet. The "
                "next reminder may follow on %(day)s.",
                pay_by=pay_by,
                day=day,
            ),
            "below_minimum": lambda: _(
                "Less is owed than the minimum of %(amount)s.",
                amount=self.company_id.currency_id._format_amount(
                    values.get("minimum", 0.0)
                ),
            ),
            "max_per_day": lambda: _(
                "The plan's limit of customers per day is reached. Continues on "
                "%(day)s.",
                day=day,
            ),
            "held": lambda: self._get_held_text(values, day),
            "unreachable": lambda: _(
                "There is no way to reach the customer. Enter an email address or a "
                "phone number."
            ),
            "no_channel": lambda: _("The level sends nothing."),
            "caught_up": lambda: _(
                "Passed over: the items had already reached “%(level)s”.", level=level
            ),
            "changed": lambda: _(
                "Not sent: what is owed changed after this was written."
            ),
            "copied": lambda: _("Not sent: the database was copied."),
            "merged": lambda: _("The customer was merged with another one."),
            "books_stale": lambda: _(
                "The last bank statement is from %(day)s. Import the newest one and "
                "match it.",
                day=day,
            ),
            "unmatched_money": lambda: _(
                "%(amount)s arrived at the bank that may be from this customer. Match "
                "it first.",
                amount=self.currency_id._format_amount(values.get("amount", 0.0)),
            ),
            "old_items": lambda: _(
                "Some items are older than the plan's limit. A manager approves or "
                "writes them off."
            ),
            "no_due_date": lambda: _(
                "Some invoices have no due date. Enter one, so that they can be "
                "reminded of."
            ),
        }

    def _get_item_texts(self, values):
        """Return ``{code: function}`` of why nothing is owed or asked for."""
        _, day = self.env._, self._format_value_day(values)
        return {
            "paid": lambda: _("Nothing is due anymore."),
            "covered_by_credit": lambda: _(
                "The customer's credit covers what is due. Match it."
            ),
            "on_its_way": lambda: _("A payment is on its way."),
            "disputed": lambda: _("The customer disputes what is due."),
            "check_on_the_way": lambda: (
                _("A check is on the way, expected until %(day)s.", day=day)
                if day
                else _("A check is on the way.")
            ),
            "in_plan": lambda: _("Paid by a payment plan."),
            "promised": lambda: _("The customer promised to pay by %(day)s.", day=day),
            "scheduled": lambda: _("Will be charged on %(day)s.", day=day),
            "in_retry": lambda: _("Will be charged again on %(day)s.", day=day),
            "excluded": lambda: _("Left out of reminders by an accountant."),
        }

    def _get_held_text(self, values, day):
        reason = values.get("reason", "")
        if day:
            return self.env._("Held until %(day)s: %(reason)s", day=day, reason=reason)
        return self.env._("Held: %(reason)s", reason=reason)

    def _format_value_day(self, values, name="date"):
        text = values.get(name)
        return format_day(self.env, date.fromisoformat(text)) if text else ""

    def _format_level(self, level_id):
        level = self.env["paycollect.dunning.level"].sudo().browse(level_id or [])
        return level.exists().name or ""
