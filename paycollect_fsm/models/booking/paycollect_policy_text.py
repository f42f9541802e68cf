# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_list

from .paycollect_policy import CRITERIA_FIELDS


class PaycollectPolicy(models.Model):
    """The summary of a policy: whole sentences for the usual policies.

    The form shows any other customer filter with the domain widget.
    """

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
        """Return a summary: who the policy applies to and how they pay.

        :raise: ValueError, SyntaxError or TypeError if the filter is invalid
        """
        sentences = [self._get_payment_text()]
        if self.order_type_ids:
            sentences.append(
                self.env._(
                    "Applies to these job types only: %(types)s.",
                    types=", ".join(self.order_type_ids.mapped("name")),
                )
            )
        return " ".join(sentences + self._get_condition_texts())

    def _get_payment_text(self):
        """Return the sentence that says who pays, how, and for which amounts."""
        values = {
            "customers": self._get_customers_text(),
            "terms": self._get_terms_text(),
        }
        if not (self.amount_min or self.amount_max):
            texts = {
                "prepaid": self.env._("%(customers)s prepay.", **values),
                "auto": self.env._(
                    "%(customers)s are charged on completion, to their payment method "
                    "on file.",
                    **values,
                ),
                "cod": self.env._("%(customers)s pay on site.", **values),
                "net": self.env._(
                    "%(customers)s are invoiced with %(terms)s.", **values
                ),
            }
            return texts.get(self.collection_mode, "")
        values["limits"] = self._get_limits_text()
        texts = {
            "prepaid": self.env._("%(customers)s prepay orders %(limits)s.", **values),
            "auto": self.env._(
                "%(customers)s are charged on completion for orders %(limits)s, to "
                "their payment method on file.",
                **values,
            ),
            "cod": self.env._(
                "%(customers)s pay for orders %(limits)s on site.", **values
            ),
            "net": self.env._(
                "%(customers)s are invoiced for orders %(limits)s with %(terms)s.",
                **values,
            ),
        }
        return texts.get(self.collection_mode, "")

    def _get_customers_text(self):
        """Return which customers the policy covers, as the subject of a sentence."""
        tags = self._join_or(self.partner_category_ids.mapped("name"))
        if not self._get_partner_domain().is_true():
            known = not tags and not self.new_customer_only
            return (known and self._get_known_filter_text()) or (
                self.env._("Customers who match the filter and the other criteria")
                if tags or self.new_customer_only
                else self.env._("Customers who match the filter")
            )
        if tags and self.new_customer_only:
            return self.env._("New customers tagged %(tags)s", tags=tags)
        if tags:
            return self.env._("Customers tagged %(tags)s", tags=tags)
        if self.new_customer_only:
            return self.env._("New customers")
        return self.env._("All customers")

    def _get_known_filter_text(self):
        """Return the customers of a usual filter, None for any other one.

        The usual filters ask for tags, for the customers who require a PO number, or
        for either.
        """
        domain = self._get_partner_domain()
        parts = list(domain.children) if domain_operator(domain) == "|" else [domain]
        tags = [name for part in parts for name in self._get_tag_names(part)]
        tag_parts = [part for part in parts if self._get_tag_names(part)]
        po_parts = [part for part in parts if is_po_condition(part)]
        if len(tag_parts) + len(po_parts) < len(parts):
            return None
        if tags and po_parts:
            return self.env._(
                "Customers who are tagged %(tags)s or require a PO number",
                tags=self._join_or(tags),
            )
        if tags:
            return self.env._("Customers tagged %(tags)s", tags=self._join_or(tags))
        return self.env._("Customers who require a PO number")

    def _get_tag_names(self, condition):
        """Return the names of the tags for which the condition asks, if it does."""
        if (
            getattr(condition, "field_expr", None) != "category_id"
            or condition.operator not in ("in", "=")
            or isinstance(condition.value, str | Domain)
        ):
            return []
        ids = condition.value if condition.operator == "in" else [condition.value]
        categories = self.env["res.partner.category"].sudo()
        return (
            categories.browse(item for item in ids if item and isinstance(item, int))
            .exists()
            .mapped("name")
        )

    def _get_limits_text(self):
        return self._format_limits(self.currency_id, self.amount_min, self.amount_max)

    @api.model
    def _format_limits(self, currency, amount_min, amount_max):
        values = {
            "amount_min": currency._format_amount(amount_min),
            "amount_max": currency._format_amount(amount_max),
        }
        if not amount_max:
            return self.env._("of %(amount_min)s or more", **values)
        if not amount_min:
            return self.env._("up to %(amount_max)s", **values)
        return self.env._("from %(amount_min)s to %(amount_max)s", **values)

    def _get_terms_text(self):
        """Return the payment terms as a noun: “30-day terms”."""
        lines = self.payment_term_id.line_ids
        if not self.payment_term_id:
            return self.env._("their own payment terms")
        if len(lines) == 1 and lines.delay_type == "days_after" and lines.nb_days:
            return self.env._("%(days)s-day terms", days=lines.nb_days)
        return self.env._(
            "the payment terms “%(terms)s”", terms=self.payment_term_id.name
        )

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

    @api.model
    def _join_and(self, texts):
        return format_list(self.env, list(texts))

    @api.model
    def _join_or(self, texts):
        return format_list(self.env, list(texts), "or") if texts else ""


def domain_operator(domain):
    """Return "&", "|", "!" or None, which means a single condition."""
    return getattr(domain, "OPERATOR", None)


def is_po_condition(condition):
    """Tell whether the condition asks for customers who require a PO number."""
    if getattr(condition, "field_expr", None) != "collection_require_po":
        return False
    value = condition.value
    values = list(value) if isinstance(value, list | tuple | set) else [value]
    positive = condition.operator not in Domain.NEGATIVE_OPERATORS
    return values in ([True], [False]) and positive == bool(values[0])
