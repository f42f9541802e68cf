# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...rules import policy as rules
from .paycollect_policy_text import domain_operator, is_po_condition


class PaycollectPolicy(models.Model):
    """Why a policy applies to a customer, or why it doesn't."""

    _inherit = "paycollect.policy"

    def _get_basis(self, policy, trials, partner):
        """Return why ``policy`` applies, ready for JSON: a code and its values.

        ``_get_basis_text`` makes the sentence when somebody reads it. Names are those
        of the day.

        :param trials: of ``self``, the policies that were checked; None if the policy
            is set on the customer
        """
        if trials is None:
            return {"code": "customer", "policy": policy.name}
        if not policy:
            return {"code": "none"}
        if reasons := trials[-1].reasons:
            met = [policy._get_met_values(reason, partner) for reason in reasons]
            return {"code": "met", "policy": policy.name, "met": met}
        code = "everybody" if len(trials) == 1 else "rest"
        return {"code": code, "policy": policy.name}

    def _get_met_values(self, reason, partner):
        """Return a criterion that is met: a code and its values."""
        if reason.code == rules.CATEGORY:
            tags = self.env["res.partner.category"].browse(
                reason.params["category_ids"]
            )
            return {"code": "tags", "names": tags.mapped("name")}
        if reason.code == rules.ORDER_TYPE:
            types = self.env["fsm.order.type"].browse(reason.params["order_type_ids"])
            return {"code": reason.code, "names": types.mapped("name")}
        if reason.code == rules.AMOUNT:
            return {
                "code": reason.code,
                "amount": reason.params["amount"],
                "min": self.amount_min,
                "max": self.amount_max,
                "currency": self.currency_id.id,
            }
        if reason.code == rules.DOMAIN:
            return self._get_matched_filter(partner)
        return {"code": reason.code}

    def _get_matched_filter(self, partner):
        """Return what in the filter the customer meets."""
        condition = self._get_partner_domain()
        while domain_operator(condition) == "|":
            condition = next(
                child
                for child in condition.children
                if self._filter_customers(child, partner)
            )
        if tags := self._get_tag_names(condition):
            return {"code": "tags", "names": tags}
        return {"code": "po" if is_po_condition(condition) else "filter"}

    @api.model
    def _get_basis_text(self, basis):
        """Return why a policy applies, in the reader's language."""
        if not basis:
            return ""
        if basis["code"] == "none":
            return self.env._(
                "No policy applies because none matches. Add a policy without "
                "criteria at the end of the list."
            )
        if basis["code"] == "customer":
            return self.env._(
                "Policy “%(policy)s” applies: it is set on the customer.",
                policy=basis["policy"],
            )
        if basis["code"] == "met":
            why = self._join_and([self._get_met_text(met) for met in basis["met"]])
        elif basis["code"] == "everybody":
            why = self.env._("it covers all customers")
        else:
            why = self.env._("no earlier policy matched")
        return self.env._(
            "Policy “%(policy)s” applies: %(why)s.", policy=basis["policy"], why=why
        )

    @api.model
    def _get_met_text(self, met):
        """Return a criterion that is met, as a clause."""
        match met["code"]:
            case "tags":
                return self.env._(
                    "the customer is tagged %(tags)s", tags=self._join_or(met["names"])
                )
            case rules.ORDER_TYPE:
                return self.env._(
                    "the job type is %(types)s", types=self._join_and(met["names"])
                )
            case rules.AMOUNT:
                currency = self.env["res.currency"].browse(met["currency"])
                return self.env._(
                    "the policy is for orders %(limits)s and this one is %(amount)s",
                    amount=currency._format_amount(met["amount"]),
                    limits=self._format_limits(currency, met["min"], met["max"]),
                )
            case rules.NEW_CUSTOMER:
                return self.env._("the customer is new and has not paid an invoice yet")
            case "po":
                return self.env._("the customer requires a PO number")
        return self.env._("the customer matches the policy's filter")

    def _get_unmet_text(self, reason):
        """Return a criterion that is not met, as a sentence."""
        if reason.code == rules.CATEGORY:
            return self.env._(
                "The customer is not tagged %(tags)s.",
                tags=self._join_or(self.partner_category_ids.mapped("name")),
            )
        if reason.code == rules.ORDER_TYPE:
            return self.env._(
                "The job type is not %(types)s.",
                types=self._join_or(self.order_type_ids.mapped("name")),
            )
        if reason.code == rules.AMOUNT:
            if reason.params.get("unknown"):
                return self.env._(
                    "The policy is for orders %(limits)s, and the amount is not known "
                    "yet.",
                    limits=self._get_limits_text(),
                )
            return self.env._(
                "The policy is for orders %(limits)s.", limits=self._get_limits_text()
            )
        if reason.code == rules.NEW_CUSTOMER:
            return self.env._(
                "The customer is not new: they have already paid an invoice."
            )
        if known := self._get_known_filter_text():
            return self.env._("Does not match “%(customers)s”.", customers=known)
        return self.env._("The customer does not match the policy's filter.")
