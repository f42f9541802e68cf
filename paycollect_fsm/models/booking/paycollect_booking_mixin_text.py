# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ..company.moments import format_day
from ..method.res_partner_request import REQUEST_GROUPS

PAYMENTS = ("prepayment_due", "deposit_due")


class PaycollectBookingMixin(models.AbstractModel):
    """Readiness of a booking in words."""

    _inherit = "paycollect.booking.mixin"

    def _get_method_label(self, token):
        """Return a label such as ``Visa •••• 4242, expires 04/27``."""
        if not token:
            return False
        if not token.expiry_date:
            return token._get_label()
        return self.env._(
            "%(method)s, expires %(date)s",
            method=token._get_label(),
            date=token.expiry_date.strftime("%m/%y"),
        )

    def _get_readiness_text(self, verdict):
        """Return what is not ready, and what the current user can do about it."""
        step = self._get_step_text(verdict.code)
        return " ".join(filter(None, (self._get_state_text(verdict), step)))

    def _get_step_text(self, code):
        """Return the next step, or who can take it if the user may not; "" for none.

        The other reasons name their step themselves: everyone can take it, or only
        accounting.
        """
        if code in PAYMENTS and (progress := self._get_payment_progress_text()):
            return progress
        if not self.env.user.has_groups(REQUEST_GROUPS):
            return self._get_office_step_text(code)
        if code in PAYMENTS:
            return self._get_payment_step_text()
        return {
            "method_missing": self.env._("Request one from the customer."),
            "method_expired": self.env._("Request a new payment method."),
            "method_limited": self.env._("Request another payment method."),
            "authorization_declined": self.env._(
                "Request another payment method, or open the hold and try it again."
            ),
            "method_unusable": self.env._(
                "Request a payment method: the link asks for the customer's consent."
            ),
            "prepayment_unknown": self.env._("Create a quotation for it."),
        }.get(code, "")

    def _get_payment_progress_text(self):
        """Hook: return what is being done about a payment that is due, so that nobody
        has to ask for it; "" if nothing is."""
        self.ensure_one()
        return ""

    def _get_payment_step_text(self):
        """Hook: return what asks for a payment that is due."""
        return self.env._(
            "Send the customer a payment link. Accounting can also register a payment."
        )

    def _get_office_step_text(self, code):
        if code.startswith(("method_", "authorization_")):
            return self.env._(
                "Ask the office to request a payment method from the customer."
            )
        if code in PAYMENTS:
            return self.env._("Ask the office to send the customer a payment link.")
        if code == "prepayment_unknown":
            return self.env._("Ask the office to create a quotation for it.")
        return ""

    def _get_state_text(self, verdict):
        """Return what is not ready, for everyone at the company.

        The reason for a hold is for collections users only, see
        ``collection_hold_text``.
        """
        params = verdict.params
        if verdict.code == "on_hold" and params["hold_text"]:
            return self.env._(
                "New work for this customer is on hold: %(reason)s. Ask accounting "
                "to remove the hold.",
                reason=params["hold_text"],
            )
        if verdict.code == "on_hold":
            return self.env._(
                "New work for this customer is on hold. Ask accounting to remove the "
                "hold."
            )
        if verdict.code in PAYMENTS:
            return self._get_deposit_text(verdict)
        if verdict.code == "method_expired":
            return self.env._(
                "The payment method on file is valid through %(expiry)s, but the work "
                "is scheduled for %(day)s.",
                expiry=format_day(self.env, params["expiry"]),
                day=format_day(self.env, params["job_date"]),
            )
        if verdict.code == "method_limited":
            limit = params["limit"]
            return self.env._(
                "The payment method on file cannot be charged for this work: "
                "%(reason)s",
                reason=self.env["payment.token"]._get_limit_text(
                    limit.code, limit.params, self.company_id or self.env.company
                ),
            )
        return self._get_readiness_texts()[verdict.code]

    def _get_deposit_text(self, verdict):
        amount = self._format_collection_amount(verdict.params["amount"])
        if verdict.code == "prepayment_due":
            return self.env._(
                "%(amount)s must be paid before a worker can be dispatched.",
                amount=amount,
            )
        return self.env._(
            "%(amount)s of the %(percent)g%% deposit is still due before a worker can "
            "be dispatched.",
            amount=amount,
            percent=verdict.params["percent"],
        )

    def _get_readiness_texts(self):
        """Return the texts for reasons without parameters."""
        return {
            "po_missing": self.env._(
                "A PO number is required. Ask the customer for it and enter it under "
                "“PO Number.”"
            ),
            "prepayment_unknown": self.env._(
                "This work must be paid for before a worker can be dispatched, but "
                "there is no sales order to pay."
            ),
            "method_missing": self.env._("No payment method is on file."),
            "authorization_declined": self.env._(
                "The bank declined the hold for this work."
            ),
            "method": self.env._(
                "The payment method on file will be charged on completion."
            ),
            "net": self.env._("This work is invoiced on terms."),
            "cod": self.env._("The worker collects the payment on site."),
            "paid": self.env._("This work is paid in full."),
            "no_amount": self.env._("There is nothing to pay."),
            "closed": self.env._("This work is closed."),
            "no_policy": self.env._("No collection policy applies."),
        }

    def _format_collection_amount(self, amount):
        """Hook: format an amount in the booking's currency."""
        return self.company_id.currency_id._format_amount(amount)
