# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime

from odoo import fields, models

from ...rules.method_limits import LIMITS
from ..company.moments import format_moment


class AccountMove(models.Model):
    """The sentences that explain why an invoice is charged or not.

    Reasons are stored as codes and values, and rendered in the reader's language.
    """

    _inherit = "account.move"

    def _prepare_reason_params(self, decision, token):
        """Return the values of a decision, ready for JSON."""
        params = {
            name: fields.Datetime.to_string(value)
            if isinstance(value, datetime)
            else value
            for name, value in decision.params.items()
        }
        if token:
            params["method"] = token._get_label()
            params["provider"] = token.provider_id.sudo().name
        elif decision.reason == "no_method":
            params |= self._prepare_unusable_params()
        return params

    def _prepare_unusable_params(self):
        """Return the stored method that can't be charged and why; empty if none."""
        customer = self.commercial_partner_id
        unusable = self.env["payment.token"]._find_unusable(customer, self.company_id)
        if customer not in unusable:
            return {}
        token, code = unusable[customer]
        return {"method": token._get_label(), "unusable": code}

    def _get_no_method_text(self, params):
        if code := params.get("unusable"):
            return self.env._(
                "Not charged: there is no usable payment method on file. %(why)s Use "
                "“Request Payment Method” to ask the customer for a method and their "
                "consent.",
                why=self.env["payment.token"]._get_unusable_text(
                    code, params["method"]
                ),
            )
        return self.env._("Not charged: there is no payment method on file.")

    def _get_reason_text(self, code, params=None):
        """Return the sentence for a reason in the reader's language."""
        self.ensure_one()
        text = self._get_reason_texts(params or {}).get(code)
        return text() if text else code

    def _get_reason_texts(self, params):
        """Hook: ``{code: function that returns the sentence}``; each room adds its own.

        :param params: the values stored with the code; dates as strings, amounts in
            the invoice's currency, limits in the company's
        """
        return self._get_decision_texts(params) | self._get_outcome_texts(params)

    def _get_outcome_texts(self, params):
        """Return the sentences about charges that were sent or canceled."""
        _ = self.env._
        return {
            "confirmed": lambda: _("The provider confirmed the payment."),
            "pending": lambda: _(
                "The provider accepted the charge; the payment is still processing."
            ),
            "authorized": lambda: _("The amount is authorized but not captured yet."),
            "crashed": lambda: _("An internal error interrupted the charge."),
            "orphaned": lambda: _(
                "The server stopped while the charge was being sent."
            ),
            "no_answer": lambda: _("The provider didn't respond."),
            "busy": lambda: _("The provider couldn't confirm the outcome."),
            "undecided": lambda: _("The provider hasn't reported an outcome yet."),
            "contradicted": lambda: _(
                "The provider's response doesn't match this charge."
            ),
            "rejected": lambda: _(
                "The provider rejected the status request, not the charge."
            ),
            "declined": lambda: (
                params.get("message") or _("The provider declined the charge.")
            ),
            "returned": lambda: (
                params.get("message") or _("The provider returned the payment.")
            ),
            "superseded": lambda: _("It was replaced by another charge."),
            "by_user": lambda: _("Canceled by %(user)s.", user=params["user"]),
        }

    def _get_decision_texts(self, params):
        """Return the sentences about charges that are planned, held back or refused."""
        _ = self.env._
        return {
            "charge": lambda: _(
                "A charge to %(m)s has been planned.", m=params["method"]
            ),
            "not_invoice": lambda: _("Not charged: this is not a customer invoice."),
            "not_posted": lambda: _("Not charged: the invoice is not posted."),
            "paid": lambda: _("Not charged: nothing is due."),
            "in_flight": lambda: _(
                "Not charged: another payment for this invoice is already in progress."
            ),
            "in_draft": lambda: _(
                "Held back: the invoice is in draft. It will be charged once it is "
                "posted again."
            ),
            "blocked": lambda: _(
                "Held back: payment of the invoice is blocked. It will be charged once "
                "the payment is unblocked."
            ),
            "archived": lambda: _(
                "Held back: the customer is archived. It will be charged once the "
                "contact is restored."
            ),
            "other_owner": lambda: _(
                "Not charged: %(m)s was saved for another customer or company, which "
                "has not agreed to pay this invoice.",
                m=params["method"],
            ),
            "changed_customer": lambda: _(
                "Not charged: the invoice's customer changed after the charge was "
                "planned."
            ),
            "changed_currency": lambda: _(
                "Not charged: the invoice's currency changed after the charge was "
                "planned."
            ),
            "changed_amount": lambda: _(
                "Not charged: the amount due is higher than the amount agreed to when "
                "the charge was planned."
            ),
            "customer_paying": lambda: _(
                "On hold: the customer is paying online right now."
            ),
            "unconfirmed": lambda: _(
                "On hold: the customer can still confirm an earlier charge."
            ),
            "abandoned": lambda: _(
                "On hold: the customer started an online payment and hasn't finished "
                "it."
            ),
            "mode_net": lambda: _("Not charged: the customer pays on terms."),
            "mode_cod": lambda: _("Not charged: payment is collected on site."),
            "mode_prepaid": lambda: _(
                "Not charged: the customer pays in advance. Any remaining balance is "
                "invoiced."
            ),
            "mode_none": lambda: _("Not charged: no collection policy applies."),
            "no_method": lambda: self._get_no_method_text(params),
            "no_consent": lambda: _(
                "Not charged: there is no valid consent to charge %(m)s "
                "automatically. Use “Request Payment Method”; the link asks the "
                "customer for consent.",
                m=params["method"],
            ),
            "expired": lambda: _("Not charged: %(m)s has expired.", m=params["method"]),
            **{
                code: lambda code=code: _(
                    "Not charged to %(method)s: %(limit)s",
                    method=params["method"],
                    limit=self.env["payment.token"]._get_limit_text(
                        code, params, self.company_id
                    ),
                )
                for code in LIMITS
            },
            "refused": lambda: _(
                "Not charged: the bank permanently declined %(m)s.", m=params["method"]
            ),
            "network_cap": lambda: _(
                "On hold until %(date)s: this card has reached the card networks' "
                "retry limit.",
                date=format_moment(
                    self.env, fields.Datetime.to_datetime(params["until"])
                ),
            ),
            "not_due": lambda: _(
                "Will be charged when it is due, on %(date)s.",
                date=format_moment(
                    self.env, fields.Datetime.to_datetime(params["until"])
                ),
            ),
            "credit": lambda: _(
                "Held back: the customer has an unapplied credit of %(credit)s. Apply "
                "it to the invoice, or release the charge to collect the full amount.",
                credit=self.currency_id._format_amount(params["credit"]),
            ),
            "provider_off": lambda: _(
                "Held back: %(provider)s is disabled. Charging will resume once it is "
                "enabled again.",
                provider=params["provider"],
            ),
            "key_rejected": lambda: _(
                "Held back: %(provider)s is rejecting the API key. Charging will "
                "resume once a valid key is entered.",
                provider=params["provider"],
            ),
            "neutralized": lambda: _("Not charged: this database is a copy."),
            "moved": lambda: _(
                "Held back: this database may be a copy. An administrator must confirm "
                "whether it is the original."
            ),
            "inactive": lambda: _("Not charged: automatic collection is turned off."),
            "stopped": lambda: _(
                "Held back: all charging is stopped until a manager resumes it."
            ),
            "second_engine": lambda: _(
                "Held back: declined charges are also being retried externally at "
                "%(provider)s. Retries will resume once the external retries are "
                "turned off.",
                provider=params["provider"],
            ),
            "customer_count_brake": lambda: _(
                "Held back: the customer's daily charge limit (%(limit)s) was reached.",
                limit=params["limit"],
            ),
            "customer_amount_brake": lambda: _(
                "Held back: this charge would exceed the customer's daily limit of "
                "%(limit)s.",
                limit=self.company_id.currency_id._format_amount(params["limit"]),
            ),
            "count_brake": lambda: _(
                "Held back: the daily charge limit (%(limit)s) was reached.",
                limit=params["limit"],
            ),
            "amount_brake": lambda: _(
                "Held back: this charge would exceed the daily limit of %(limit)s.",
                limit=self.company_id.currency_id._format_amount(params["limit"]),
            ),
        }
