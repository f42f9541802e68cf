# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules import desk


class PaycollectDeskItem(models.Model):
    """What to do, in words: from the kind and its values, when somebody reads it."""

    _inherit = "paycollect.desk.item"

    @api.depends("kind", "details")
    @api.depends_context("lang")
    def _compute_to_do(self):
        reasons = self._get_case_reasons()
        for item in self:
            details = item.details or {}
            item.to_do = reasons.get(item) or item._get_to_do(details)

    def _get_to_do(self, details):
        """Hook: return what to do about one row.

        :param details: the row's values
        """
        _ = self.env._
        match self.kind:
            case desk.PROMISE:
                return self._get_promise_to_do(details)
            case desk.PLAN:
                return _(
                    "A part of the payment plan for %(invoice)s is late; %(amount)s is "
                    "open. Call the customer, offer another plan, or cancel this one.",
                    invoice=details.get("invoice") or "",
                    amount=self._say_amount(details, "amount"),
                )
            case desk.DISPUTE:
                return _(
                    "%(invoice)s: %(reason)s. Accept or reject the dispute.",
                    invoice=details.get("invoice") or "",
                    reason=self._get_dispute_reason(details.get("reason")),
                )
            case desk.CREDIT:
                return _(
                    "The dispute of %(invoice)s was accepted. Create the credit note.",
                    invoice=details.get("invoice") or "",
                )
            case desk.REQUEST:
                return self._get_request_to_do(details)
            case desk.CHECK:
                return self._get_check_to_do(details)
            case desk.DIFFERENCE:
                return self._get_difference_to_do()
            case desk.UNKNOWN:
                return _(
                    "Look up %(reference)s at the provider and record whether it was "
                    "charged.",
                    reference=details.get("reference") or "",
                )
            case desk.LETTER if details.get("count") == 1:
                return _("Print 1 letter and mail it.")
            case desk.LETTER:
                return _(
                    "Print %(count)s letters and mail them.",
                    count=details.get("count"),
                )
            case desk.CHARGEBACK:
                return _("Submit evidence to the provider, or let the payment go.")
            case desk.DECLINED:
                return _(
                    "No automatic retry is left. Contact the customer or charge "
                    "another method."
                )
        return details.get("summary") or _("Open it to see what happened.")

    def _get_promise_to_do(self, details):
        values = {
            "amount": self._say_amount(details, "amount"),
            "paid": self._say_amount(details, "paid"),
            "day": format_day(self.env, fields.Date.to_date(details["day"])),
        }
        if details.get("paid"):
            return self.env._(
                "%(paid)s of %(amount)s promised for %(day)s arrived. Ask for the "
                "rest.",
                **values,
            )
        return self.env._(
            "%(amount)s promised for %(day)s didn't arrive. Call the customer.",
            **values,
        )

    def _get_request_to_do(self, details):
        if details.get("kind") == "refund":
            return self.env._(
                "The customer asks for a refund of %(amount)s. Answer the request.",
                amount=self._say_amount(details, "amount"),
            )
        return self.env._(
            "The customer says what a payment of %(amount)s was for. Apply it.",
            amount=self._say_amount(details, "amount"),
        )

    def _get_check_to_do(self, details):
        if details.get("source") == "site":
            return self.env._(
                "%(worker)s collected check %(number)s. Ask where it is.",
                worker=details.get("worker") or self.env._("A worker"),
                number=details.get("number"),
            )
        return self.env._(
            "Check %(number)s hasn't arrived. Ask the customer, or mark it as “Won't "
            "Come.”",
            number=details.get("number"),
        )

    def _say_amount(self, details, name):
        currency = self.env["res.currency"].browse(details["currency"])
        return currency._format_amount(details[name])

    def _get_dispute_reason(self, code):
        field = self.env["paycollect.dispute"]._fields["reason"]
        return dict(field._description_selection(self.env)).get(code, "")

    def _get_case_reasons(self):
        """Return ``{row: why its case needs a decision}``, in bulk."""
        name = "paycollect.dunning.case"
        items = self.filtered(
            lambda item: item.res_model == name and not item.activity_id
        )
        cases = self.env[name].sudo().browse(items.mapped("res_id"))
        reasons = {case.id: case.reason for case in cases}
        return {item: reasons[item.res_id] for item in items}
