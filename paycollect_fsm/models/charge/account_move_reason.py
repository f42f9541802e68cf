# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime

from odoo import fields, models
from odoo.tools import format_datetime

from ...rules.method_limits import LIMITS


class AccountMove(models.Model):
    """Why an invoice is charged or not, in words.

    Codes and values are what is kept; the words are made for whoever reads them.
    """

    _inherit = "account.move"

    def _prepare_reason_params(self, decision, token):
        """Return the values of a decision as JSON takes them."""
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
        """Name the stored method that may not be charged, and why; empty for none."""
        customer = self.commercial_partner_id
        unusable = self.env["payment.token"]._find_unusable(customer, self.company_id)
        if customer not in unusable:
            return {}
        token, code = unusable[customer]
        return {"method": token._get_label(), "unusable": code}

    def _get_no_method_text(self, params):
        if code := params.get("unusable"):
            return self.env._(
                "Not charged: no usable payment method is on file. %(why)s Request a "
                "payment method: the link asks the customer to agree.",
                why=self.env["payment.token"]._get_unusable_text(
                    code, params["method"]
                ),
            )
        return self.env._("Not charged: no payment method is on file.")

    def _get_reason_text(self, code, params=None):
        """Return the sentence for a reason, in the language of the reader."""
        self.ensure_one()
        text = self._get_reason_texts(params or {}).get(code)
        return text() if text else code

    def _get_reason_texts(self, params):
        """Hook: ``{code: function that returns the sentence}``; each room adds its own.

        :param params: what was stored with the code; dates as strings, amounts in the
            currency of the invoice, limits in that of the company
        """
        return self._get_decision_texts(params) | self._get_outcome_texts(params)

    def _get_outcome_texts(self, params):
        """What became of a charge that was sent, or was not to be sent any more."""
        _ = self.env._
        return {
            "confirmed": lambda: _("The provider confirmed the payment."),
            "pending": lambda: _("The provider accepted it; the money is on its way."),
            "authorized": lambda: _("The amount is authorized, not captured yet."),
            "crashed": lambda: _("The charge was interrupted by an error of ours."),
            "orphaned": lambda: _(
                "The server stopped while the charge was being sent."
            ),
            "no_answer": lambda: _("The provider did not answer."),
            "busy": lambda: _("The provider answered that it could not tell."),
            "undecided": lambda: _("The provider has not decided yet."),
            "contradicted": lambda: _("The provider's answer does not fit the amount."),
            "rejected": lambda: _(
                "The provider rejected the question, not the charge."
            ),
            "declined": lambda: params.get("message") or _("The provider declined it."),
            "returned": lambda: (
                params.get("message") or _("The provider returned the payment.")
            ),
            "superseded": lambda: _("Another charge took its place."),
            "by_user": lambda: _("Canceled by %(user)s.", user=params["user"]),
        }

    def _get_decision_texts(self, params):
        """Why it is charged, later or not at all."""
        _ = self.env._
        return {
            "charge": lambda: _("It is charged to %(m)s.", m=params["method"]),
            "not_invoice": lambda: _("Not charged: it is not a customer invoice."),
            "not_posted": lambda: _("Not charged: the invoice is not posted."),
            "paid": lambda: _("Not charged: nothing is due any more."),
            "in_flight": lambda: _(
                "Not charged: a payment of this invoice is already under way."
            ),
            "in_draft": lambda: _(
                "Held back: the invoice is in draft. It is charged when the invoice is "
                "posted again."
            ),
            "blocked": lambda: _(
                "Held back: its payment is blocked. It is charged when the payment is "
                "unblocked."
            ),
            "other_owner": lambda: _(
                "Not charged: %(m)s was stored for another customer or company, who "
                "did not agree to pay this invoice.",
                m=params["method"],
            ),
            "changed_customer": lambda: _(
                "Not charged: the invoice is for another customer than when the charge "
                "was planned."
            ),
            "changed_currency": lambda: _(
                "Not charged: the invoice is in another currency than when the charge "
                "was planned."
            ),
            "changed_amount": lambda: _(
                "Not charged: more is owed than was agreed when the charge was planned."
            ),
            "customer_paying": lambda: _(
                "Charged later: the customer is paying online right now."
            ),
            "unconfirmed": lambda: _(
                "Charged later: the customer may still confirm an earlier charge."
            ),
            "abandoned": lambda: _(
                "Charged later: the customer began to pay online and has not finished."
            ),
            "mode_net": lambda: _("Not charged: it is paid on terms."),
            "mode_cod": lambda: _("Not charged: it is collected on site."),
            "mode_prepaid": lambda: _(
                "Not charged: the customer pays in advance; what is left is invoiced."
            ),
            "mode_none": lambda: _("Not charged: no policy applies."),
            "over_maximum": lambda: _(
                "Not charged: it is above the %(maximum)s that the policy charges "
                "without asking.",
                maximum=self.currency_id.format(params["maximum"]),
            ),
            "no_method": lambda: self._get_no_method_text(params),
            "no_consent": lambda: _(
                "Not charged: the customer's consent to automatic charges for %(m)s "
                "does not stand. Request a payment method: the link asks for it.",
                m=params["method"],
            ),
            "expired": lambda: _("Not charged: %(m)s is expired.", m=params["method"]),
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
                "Not charged: the bank refused %(m)s for good.", m=params["method"]
            ),
            "network_cap": lambda: _(
                "Charged later: the card was declined so often that the card networks "
                "want it to rest until %(date)s.",
                date=format_datetime(
                    self.env, fields.Datetime.to_datetime(params["until"])
                ),
            ),
            "not_due": lambda: _(
                "It will be charged when it is due, on %(date)s.",
                date=format_datetime(
                    self.env,
                    fields.Datetime.to_datetime(params["until"]),
                    dt_format="short",
                ),
            ),
            "credit": lambda: _(
                "Held back: the customer has a credit of %(credit)s that is not "
                "applied yet. Apply it to the invoice, or release the charge to "
                "collect the full amount.",
                credit=self.currency_id.format(params["credit"]),
            ),
            "provider_off": lambda: _(
                "Held back: %(provider)s is switched off. It goes on when the provider "
                "is switched on again.",
                provider=params["provider"],
            ),
            "key_rejected": lambda: _(
                "Held back: %(provider)s rejects our key. It goes on when a valid key "
                "is entered.",
                provider=params["provider"],
            ),
            "neutralized": lambda: _("Not charged: this is a copy of the database."),
            "moved": lambda: _(
                "Held back: this database is not where automatic collection was "
                "switched on. An administrator has to say whether it is the original."
            ),
            "inactive": lambda: _("Not charged: automatic collection is switched off."),
            "stopped": lambda: _(
                "Held back: all charging was stopped. It goes on when a manager "
                "resumes it."
            ),
            "second_engine": lambda: _(
                "Held back: somebody else tries declined charges again at "
                "%(provider)s. Ours go on when that is switched off.",
                provider=params["provider"],
            ),
            "customer_count_brake": lambda: _(
                "Held back: %(limit)s charges of this customer were sent today, the "
                "daily limit for a customer.",
                limit=params["limit"],
            ),
            "customer_amount_brake": lambda: _(
                "Held back: the customer's charges of today would pass the limit of "
                "%(limit)s for a customer.",
                limit=self.company_id.currency_id.format(params["limit"]),
            ),
            "count_brake": lambda: _(
                "Held back: %(limit)s charges were sent today, the daily limit.",
                limit=params["limit"],
            ),
            "amount_brake": lambda: _(
                "Held back: the day's charges would pass the limit of %(limit)s.",
                limit=self.company_id.currency_id.format(params["limit"]),
            ),
        }
