# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...rules import hold as rules
from ...rules.charge import MOVED, PROVIDER_OFF, STOPPED
from ...rules.outcome import KEY_REJECTED
from ..company.moments import format_day
from .paycollect_hold_place import NETWORK_CAP


class PaycollectHold(models.Model):
    """What users read about a hold, and who is told."""

    _inherit = "paycollect.hold"

    reason_text = fields.Char(string="Why?", compute="_compute_reason_text")

    @api.depends("reason_code", "reason_params")
    @api.depends_context("lang", "tz")
    def _compute_reason_text(self):
        for hold in self:
            hold.reason_text = hold.reason_code and hold._get_reason_text(
                hold.reason_code
            )

    def _get_state_label(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return labels[self.state]

    def _get_values(self):
        """Return the values that the sentences name."""
        self.ensure_one()
        return {
            "amount": self.currency_id._format_amount(self.amount),
            "captured": self.currency_id._format_amount(self.captured_amount),
            "method": self.token_id._get_label(),
            "until": self.held_until and format_day(self.env, self._get_last_day()),
            "date": format_day(self.env, self._get_day(self.planned_at)),
        }

    def _get_day(self, moment):
        return self.company_id._get_today(moment)

    def _get_last_day(self):
        return self._get_day(self.held_until)

    def _get_short_text(self):
        """One sentence for the dispatcher: “Hold of $220.00 on Visa •••• 4242 until Dec
        4, 2026.”"""
        self.ensure_one()
        _, values = self.env._, self._get_values()
        texts = {
            rules.PLANNED: lambda: self._get_planned_text(values),
            rules.SENT: lambda: _(
                "A hold of %(amount)s on %(method)s is being placed.", **values
            ),
            rules.UNKNOWN: lambda: _(
                "Whether %(amount)s is held on %(method)s isn't known yet; the "
                "provider is being asked.",
                **values,
            ),
            rules.HELD: lambda: _(
                "Hold of %(amount)s on %(method)s until %(until)s.", **values
            ),
            rules.CAPTURING: lambda: _(
                "The hold of %(amount)s on %(method)s is being captured.", **values
            ),
            rules.VOIDING: lambda: _(
                "The hold of %(amount)s on %(method)s is being released.", **values
            ),
            rules.CAPTURED: lambda: _(
                "%(captured)s of the hold of %(amount)s on %(method)s was captured.",
                **values,
            ),
            rules.VOIDED: lambda: _(
                "The hold of %(amount)s on %(method)s was released.", **values
            ),
            rules.DECLINED: lambda: self._get_declined_text(),
            rules.EXPIRED: lambda: _(
                "The hold of %(amount)s on %(method)s expired.", **values
            ),
            rules.CANCELED: lambda: _("No hold was placed."),
        }
        return texts[self.state]()

    def _get_planned_text(self, values):
        if self.reason_code:  # it is due, and waits for something
            return self.reason_text
        if self.planned_at <= self.write_date:
            return self.env._(
                "A hold of %(amount)s on %(method)s is being placed.", **values
            )
        text = self.env._(
            "No hold yet: a hold lasts %(days)s days, so it will be placed on "
            "%(method)s on %(date)s.",
            days=self.token_id.provider_id._get_window().days,
            **values,
        )
        return " ".join(filter(None, (text, self._get_verification_text())))

    def _get_verification_text(self):
        """Return what stands in for a hold that is placed later, or "": when the bank
        last confirmed the method."""
        moment = self.token_id._get_verified_at()
        if not moment:
            return ""
        return self.env._(
            "The method was last verified on %(date)s.",
            date=format_day(self.env, self._get_day(moment)),
        )

    def _get_declined_text(self):
        """Return what was declined and why, if the code is known."""
        codes = self.env["paycollect.decline.code"]
        params = self.reason_params or {}
        found = codes._browse_row(
            params.get("provider_code", ""), params.get("decline_code", "")
        )
        text = self.env._(
            "The hold of %(amount)s on %(method)s was declined.", **self._get_values()
        )
        why = found.staff_text if found else params.get("message")
        return " ".join(filter(None, (text, why)))

    def _get_reason_text(self, code):
        """Return the sentence for a reason in the reader's language."""
        text = self._get_reason_texts().get(code)
        return text() if text else code

    def _get_reason_texts(self):
        return (
            self._get_needless_texts()
            | self._get_release_texts()
            | self._get_pause_texts()
        )

    def _get_needless_texts(self):
        _ = self.env._
        return {
            rules.NO_BOOKING: lambda: _("The work was deleted or never booked."),
            rules.NOT_CONFIRMED: lambda: _(
                "The order isn't confirmed or was canceled."
            ),
            rules.CLOSED: lambda: _("All jobs of the order are closed."),
            rules.INACTIVE: lambda: _("Collections is switched off."),
            rules.OTHER_POLICY: lambda: _("The collection policy holds nothing."),
            rules.OTHER_MODE: lambda: _(
                "The collection policy charges nothing automatically."
            ),
            rules.BOOKED_BEFORE: lambda: _(
                "The order was confirmed before the policy began to hold estimates."
            ),
            rules.NO_AMOUNT: lambda: _("Nothing is left to charge for the order."),
            rules.NO_METHOD: lambda: _("No payment method on file is valid for it."),
            rules.NOT_HOLDABLE: lambda: _(
                "No amount can be held on the payment method on file. It will be "
                "charged on completion."
            ),
            rules.ALL_DECLINED: lambda: _("Every method on file was declined."),
            rules.OVERDUE: lambda: _(
                "The job is more than a week late. Set a new date to hold again."
            ),
            rules.AWAITS_CAPTURE: lambda: _("The work was billed."),
            rules.BY_USER: lambda: _("A user released the hold."),
        }

    def _get_release_texts(self):
        _ = self.env._
        return {
            rules.CHANGED_CUSTOMER: lambda: _("Somebody else pays for the order."),
            rules.CHANGED_METHOD: lambda: _("The payment method changed."),
            rules.CHANGED_AMOUNT: lambda: _(
                "The order's total is above the hold, so it was replaced."
            ),
            rules.CHANGED_DATE: lambda: _(
                "The hold would have expired long before the job."
            ),
            rules.RENEWED: lambda: _(
                "The hold would have expired before the job, so it was renewed."
            ),
            rules.REFUSED: lambda: _("The provider refused to capture it."),
            rules.LAPSED: lambda: _("The bank or the provider released it."),
            rules.IS_LOST: lambda: _("The request never reached the provider."),
            rules.IN_DASHBOARD: lambda: _("It was captured at the provider."),
            "captured": lambda: _("The work was charged."),
            "declined": lambda: self._get_declined_text(),
        }

    def _get_pause_texts(self):
        _ = self.env._
        return {
            "unknown": lambda: _(
                "The provider didn't answer. It is asked again automatically."
            ),
            MOVED: lambda: _("Waiting: this database may be a copy."),
            STOPPED: lambda: _("Waiting: charging is stopped for the company."),
            PROVIDER_OFF: lambda: _("Waiting: the payment provider is disabled."),
            KEY_REJECTED: lambda: _("Waiting: the provider rejects the API key."),
            NETWORK_CAP: lambda: _(
                "Waiting: the card network allows no further tries at the moment."
            ),
        }

    # -- people ----------------------------------------

    def _report(self, code, summary, note):
        document = self.order_id or self.partner_id
        self.company_id._schedule_collection_activity(
            document, summary, note, code=code
        )

    def _close_tasks(self):
        """The outcome is known."""
        for hold in self.filtered("order_id"):
            hold.company_id._close_collection_activities(
                hold.order_id,
                hold._get_short_text(),
                codes=("hold_unknown", "hold_stuck"),
            )

    def _report_declined(self):
        self._report(
            "hold_declined",
            self.env._("Hold declined"),
            self.env._(
                "%(what)s Request another payment method from the customer, or try it "
                "again under “Holds” of the order.",
                what=self._get_declined_text(),
            ),
        )

    def _report_unknown(self):
        self._report(
            "hold_unknown",
            self.env._("Check a hold at the provider"),
            self.env._(
                "The outcome of the hold %(reference)s of %(amount)s isn't known. Look "
                "it up at the provider. No other hold is placed for this order "
                "until then.",
                reference=self.transaction_id.reference,
                amount=self._get_values()["amount"],
            ),
        )

    def _report_slow_release(self, now):
        """Tell somebody about a hold that can't be released."""
        if self.state == rules.VOIDING and now - self.void_at >= rules.PATIENCE:
            self._report(
                "hold_stuck",
                self.env._("Release a hold at the provider"),
                self.env._(
                    "The hold %(reference)s of %(amount)s on %(method)s can't be "
                    "released: the provider doesn't answer. It is tried again "
                    "automatically. To release it at once, cancel it at the provider.",
                    reference=self.transaction_id.reference,
                    amount=self._get_values()["amount"],
                    method=self._get_values()["method"],
                ),
            )

    def _report_foreign_capture(self, payment):
        self._report(
            "hold_captured",
            self.env._("A hold was captured at the provider"),
            self.env._(
                "%(captured)s of the hold %(reference)s was captured at the provider, "
                "not from here. It was booked as credit of the customer and is used "
                "for the next charge. Refund it if the work isn't done.",
                captured=self._get_values()["captured"],
                reference=payment.reference,
            ),
        )
