# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules import policy as rules
from .paycollect_policy_text import domain_operator, is_po_condition


class PaycollectPolicy(models.Model):
    """Why a policy applies to a customer, or why it doesn't."""

    _inherit = "paycollect.policy"

    def _get_resolution_text(self, policy, trials, partner):
        """Return why ``policy`` applies; ``self``: the policies that were checked."""
        if trials is None:
            return self.env._(
                "Policy “%(policy)s” applies: it is set on customer %(customer)s.",
                policy=policy.name,
                customer=partner.commercial_partner_id.display_name,
            )
        if not policy:
            return self.env._(
                "No policy applies because none matches. Add a policy without "
                "criteria at the end of the list."
            )
        reasons = trials[-1].reasons
        if reasons:
            why = self._join_and(
                [policy._get_met_text(reason, partner) for reason in reasons]
            )
        elif len(trials) == 1:
            why = self.env._("it covers all customers")
        else:
            why = self.env._("no earlier policy matched")
        return self.env._(
            "Policy “%(policy)s” applies: %(why)s.", policy=policy.name, why=why
        )

    def _get_met_text(self, reason, partner):
        """Return a criterion that is met, as a clause."""
        if reason.code == rules.CATEGORY:
            tags = self.env["res.partner.category"].browse(
                reason.params["category_ids"]
            )
            return self._get_tagged_text(tags.mapped("name"))
        if reason.code == rules.ORDER_TYPE:
            types = self.env["fsm.order.type"].browse(reason.params["order_type_ids"])
            return self.env._(
                "the job type is %(types)s",
                types=self._join_and(types.mapped("name")),
            )
        if reason.code == rules.AMOUNT:
            return self.env._(
                "the policy is for orders %(limits)s and this one is %(amount)s",
                amount=self.currency_id._format_amount(reason.params["amount"]),
                limits=self._get_limits_text(),
            )
        if reason.code == rules.NEW_CUSTOMER:
            return self.env._("the customer is new and has not paid an invoice yet")
        return self._get_matched_filter_text(partner)

    def _get_matched_filter_text(self, partner):
        """Return what in the filter the customer meets, as a clause."""
        condition = self._get_partner_domain()
        while domain_operator(condition) == "|":
            condition = next(
                child
                for child in condition.children
                if self._filter_customers(child, partner)
            )
        if tags := self._get_tag_names(condition):
            return self._get_tagged_text(tags)
        if is_po_condition(condition):
            return self.env._("the customer requires a PO number")
        return self.env._("the customer matches the policy's filter")

    def _get_tagged_text(self, tags):
        return self.env._("the customer is tagged %(tags)s", tags=self._join_or(tags))

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
