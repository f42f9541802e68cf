# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_list

from ...rules import policy as rules
from .paycollect_policy import CRITERIA_FIELDS


class PaycollectPolicy(models.Model):
    """Readable descriptions of a policy and of why it applies."""

    _inherit = "paycollect.policy"

    @api.depends(
        *CRITERIA_FIELDS,
        "collection_mode",
        "payment_term_id",
        "deposit_percent",
        "method_requirement",
        "require_po",
        "max_auto_amount",
        "approval_extras_amount",
        "approval_extras_percent",
        "approval_discount_percent",
        "currency_id",
    )
    def _compute_rule_text(self):
        for policy in self:
            try:
                policy.rule_text = policy._get_rule_text()
            except (ValueError, SyntaxError, TypeError):
                policy.rule_text = self.env._("The customer filter is invalid.")

    def _get_rule_text(self):
        """Return a summary: who the policy applies to and how they pay."""
        sentence = self.env._(
            "%(customers)s %(how)s.",
            customers=self._get_customers_text(),
            how=self._get_mode_text(),
        )
        return " ".join([sentence, *self._get_condition_texts()])

    def _get_customers_text(self):
        domain = self._get_partner_domain()
        who = (
            self.env._("New customers")
            if self.new_customer_only
            else self.env._("Customers")
        )
        criteria = []
        if self.partner_category_ids:
            criteria.append(
                self.env._(
                    "tagged %(tags)s",
                    tags=self._join_or(self.partner_category_ids.mapped("name")),
                )
            )
        if not domain.is_true():
            criteria.append(self._describe_domain(domain, nested=bool(criteria)))
        words = [who, self._join_and(criteria)] if criteria else [who]
        if self._get_rule().is_catch_all:
            words = [self.env._("All customers")]
        if self.order_type_ids:
            types = self._join_or(self.order_type_ids.mapped("name"))
            words.append(self.env._("with a %(types)s job", types=types))
        if self.amount_min or self.amount_max:
            words.append(self.env._("for %(limits)s", limits=self._get_limits_text()))
        return " ".join(words)

    def _get_limits_text(self):
        amount_min = self.currency_id.format(self.amount_min)
        amount_max = self.currency_id.format(self.amount_max)
        if not self.amount_max:
            return self.env._("%(amount_min)s or more", amount_min=amount_min)
        if not self.amount_min:
            return self.env._("up to %(amount_max)s", amount_max=amount_max)
        return self.env._(
            "%(amount_min)s to %(amount_max)s",
            amount_min=amount_min,
            amount_max=amount_max,
        )

    def _get_mode_text(self):
        texts = {
            "prepaid": self.env._("pay before a worker is dispatched"),
            "auto": self.env._(
                "are charged on completion to their payment method on file"
            ),
            "cod": self.env._("pay on site"),
            "net": self.env._("are invoiced"),
        }
        text = texts.get(self.collection_mode, "")
        if self.payment_term_id and self.collection_mode == "net":
            return self.env._(
                "are invoiced on %(term)s", term=self.payment_term_id.name
            )
        return text

    def _get_condition_texts(self):
        texts = []
        if self.deposit_percent and self.collection_mode != "prepaid":
            texts.append(
                self.env._(
                    "A deposit of %(percent)g%% is due before a worker is dispatched.",
                    percent=self.deposit_percent,
                )
            )
        if self.require_po:
            texts.append(self.env._("A PO number is required."))
        if self.collection_mode == "auto" and (limits := self._get_approval_texts()):
            texts.append(
                self.env._(
                    "Charges wait for approval if %(limits)s.",
                    limits=self._join_or(limits),
                )
            )
        if self.method_requirement == "warn":
            texts.append(
                self.env._("If no payment method is on file, a warning is logged.")
            )
        elif self.method_requirement == "block":
            texts.append(
                self.env._(
                    "If no payment method is on file, confirmation and dispatch are "
                    "blocked."
                )
            )
        return texts

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
            why = self.env._("no earlier policy matches")
        return self.env._(
            "Policy “%(policy)s” applies: %(why)s.", policy=policy.name, why=why
        )

    def _get_met_text(self, reason, partner):
        """Return a criterion that is met, as a clause."""
        if reason.code == rules.CATEGORY:
            tags = self.env["res.partner.category"].browse(
                reason.params["category_ids"]
            )
            return self.env._(
                "the customer is tagged %(tags)s",
                tags=self._join_and(tags.mapped("name")),
            )
        if reason.code == rules.ORDER_TYPE:
            types = self.env["fsm.order.type"].browse(reason.params["order_type_ids"])
            return self.env._(
                "the job type is %(types)s",
                types=self._join_and(types.mapped("name")),
            )
        if reason.code == rules.AMOUNT:
            return self.env._(
                "the amount of %(amount)s is within the policy's limits (%(limits)s)",
                amount=self.currency_id.format(reason.params["amount"]),
                limits=self._get_limits_text(),
            )
        if reason.code == rules.NEW_CUSTOMER:
            return self.env._("the customer is new and has not paid an invoice yet")
        domain = self._get_matched_part(self._get_partner_domain(), partner)
        return self._describe_domain(domain, clause=True)

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
                    "The policy is limited to %(limits)s, and the amount is not known "
                    "yet.",
                    limits=self._get_limits_text(),
                )
            return self.env._(
                "The amount is outside the policy's limits (%(limits)s).",
                limits=self._get_limits_text(),
            )
        if reason.code == rules.NEW_CUSTOMER:
            return self.env._(
                "The customer is not new: they have already paid an invoice."
            )
        return self.env._(
            "The policy covers only customers %(filter)s.",
            filter=self._describe_domain(self._get_partner_domain()),
        )

    def _get_matched_part(self, domain, partner):
        """Return the first alternative of the filter that the customer matches."""
        if getattr(domain, "OPERATOR", None) != "|":
            return domain
        for child in domain.children:
            if self._filter_customers(child, partner):
                return self._get_matched_part(child, partner)
        return domain

    def _describe_domain(self, domain, clause=False, nested=False):
        """Describe the filter in words.

        :param clause: "the customer is tagged A" instead of "tagged A"
        :param nested: put alternatives in parentheses
        """
        operator = getattr(domain, "OPERATOR", None)
        if operator in ("&", "|"):
            parts = [
                self._describe_domain(child, clause=clause, nested=operator == "&")
                for child in domain.children
            ]
            if operator == "&":
                return self._join_and(parts)
            text = self._join_or(parts)
            return f"({text})" if nested else text
        if operator == "!":
            return self.env._(
                "not (%(filter)s)", filter=self._describe_domain(domain.child, clause)
            )
        if not hasattr(domain, "field_expr"):
            return str(list(domain))
        if text := self._describe_known_condition(domain, clause):
            return text
        return self._describe_condition(domain, clause)

    def _describe_known_condition(self, condition, clause):
        """Describe tag and PO conditions idiomatically; None for others."""
        negative = condition.operator in Domain.NEGATIVE_OPERATORS
        if condition.field_expr == "category_id":
            tags = self._join_or(self._get_value_names(condition))
            if not tags:
                return None
            if clause and negative:
                return self.env._("the customer is not tagged %(tags)s", tags=tags)
            if clause:
                return self.env._("the customer is tagged %(tags)s", tags=tags)
            if negative:
                return self.env._("not tagged %(tags)s", tags=tags)
            return self.env._("tagged %(tags)s", tags=tags)
        if condition.field_expr == "collection_require_po":
            if not self._is_condition_on_true(condition):
                return None
            if clause:
                return self.env._("the customer requires a PO number")
            return self.env._("who require a PO number")
        return None

    @api.model
    def _is_condition_on_true(self, condition):
        value = condition.value
        values = list(value) if isinstance(value, list | tuple | set) else [value]
        positive = condition.operator not in Domain.NEGATIVE_OPERATORS
        return values in ([True], [False]) and positive == bool(values[0])

    def _describe_condition(self, condition, clause):
        label, names = (
            self._get_field_label(condition),
            self._get_value_names(condition),
        )
        negative = condition.operator in Domain.NEGATIVE_OPERATORS
        operators = {
            "in": self.env._("is"),
            "=": self.env._("is"),
            "not in": self.env._("is not"),
            "!=": self.env._("is not"),
            "ilike": self.env._("contains"),
            "not ilike": self.env._("does not contain"),
            "child_of": self.env._("is within"),
            "<": self.env._("is below"),
            "<=": self.env._("is at most"),
            ">": self.env._("is above"),
            ">=": self.env._("is at least"),
        }
        values = self._join_and(names) if negative else self._join_or(names)
        params = {
            "field": label,
            "operator": operators.get(condition.operator, condition.operator),
            "value": values or self.env._("empty"),
        }
        if clause:
            return self.env._(
                "the customer's %(field)s %(operator)s %(value)s", **params
            )
        return self.env._("whose %(field)s %(operator)s %(value)s", **params)

    def _get_field_label(self, condition):
        """Return the label of the last field in a path such as ``country_id.code``."""
        model = self.env["res.partner"]
        field = None
        for name in condition.field_expr.split("."):
            field = model._fields.get(name)
            if field is None:
                return condition.field_expr
            if field.relational:
                model = self.env[field.comodel_name]
        return field._description_string(self.env) or condition.field_expr

    def _get_value_names(self, condition):
        """Return the condition's values as display names."""
        value = condition.value
        values = list(value) if not isinstance(value, str | int | float) else [value]
        field = self.env["res.partner"]._fields.get(condition.field_expr)
        if field is not None and field.relational:
            ids = [item for item in values if item and isinstance(item, int)]
            if ids:
                records = self.env[field.comodel_name].sudo().browse(ids).exists()
                return records.mapped("display_name")
        if field is not None and field.type == "selection":
            labels = dict(field._description_selection(self.env))
            return [str(labels.get(item, item)) for item in values if item]
        if field is not None and field.type == "boolean":
            yes, no = self.env._("yes"), self.env._("no")
            return [yes if item else no for item in values]
        return [str(item) for item in values if item is not False]

    @api.model
    def _join_and(self, texts):
        return format_list(self.env, list(texts))

    @api.model
    def _join_or(self, texts):
        return format_list(self.env, list(texts), "or")
