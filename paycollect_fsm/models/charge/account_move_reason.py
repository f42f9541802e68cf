# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime

from odoo import fields, models
from odoo.tools import format_datetime


class AccountMove(models.Model):
    """Why an invoice is charged or not, in words.

    Codes and values are what is kept; the words are made for whoever reads them.
    """

    _inherit = "account.move"

    def _get_decision_text(self, decision, token):
        """Return the sentence for a :class:`charge.Decision` about ``token``."""
        return self._get_reason_text(
            decision.reason, self._prepare_reason_params(decision, token)
        )

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
        _ = self.env._
        return {
            "charge": lambda: _("It is charged to %(m)s.", m=params["method"]),
            "not_invoice": lambda: _("Not charged: it is not a customer invoice."),
            "not_posted": lambda: _("Not charged: the invoice is not posted."),
            "paid": lambda: _("Not charged: nothing is due any more."),
            "in_flight": lambda: _(
                "Not charged: a payment of this invoice is already under way."
            ),
            "blocked": lambda: _("Not charged: its payment is blocked."),
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
            "provider_off": lambda: _(
                "Not charged: the payment provider is switched off."
            ),
            "neutralized": lambda: _("Not charged: this is a copy of the database."),
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
