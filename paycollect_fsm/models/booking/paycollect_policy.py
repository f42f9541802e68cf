# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import ast

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...rules.policy import Rule

CRITERIA_FIELDS = (
    "active",
    "company_id",
    "partner_category_ids",
    "partner_domain",
    "order_type_ids",
    "amount_min",
    "amount_max",
    "new_customer_only",
)
# Open bookings take these over.
REFRESHING_FIELDS = frozenset({"sequence", "collection_mode", "deposit_percent"})
AMOUNT_FIELDS = (
    "amount_min",
    "amount_max",
    "max_auto_amount",
    "approval_extras_amount",
)


class PaycollectPolicy(models.Model):
    _name = "paycollect.policy"
    _description = "Collection Policy"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=10, help="Policies are checked in this order; the first match wins."
    )
    active = fields.Boolean(default=True)
    may_change = fields.Boolean(
        compute="_compute_may_change",
        help="Shared policies are changed by administrators only.",
    )
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self._get_default_company(),
        help="Empty: the policy applies to all companies. Only administrators change "
        "such a policy.",
    )
    collection_mode = fields.Selection(
        [
            ("prepaid", "Prepaid"),
            ("auto", "Charge on completion"),
            ("cod", "Collect on site"),
            ("net", "Invoice on terms"),
        ],
        required=True,
        default="auto",
        help="Prepaid: paid before a worker is dispatched.\n"
        "Charge on completion: the method on file is charged when the job is done.\n"
        "Collect on site: the worker takes the payment.\n"
        "Invoice on terms: invoiced, never charged automatically.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        string="Payment Terms",
        check_company=True,
        help="Empty: the customer's own terms.",
    )
    partner_category_ids = fields.Many2many(
        "res.partner.category",
        "paycollect_policy_partner_category_rel",
        "policy_id",
        "category_id",
        string="Customer Tags",
        help="The customer or its company has one of these tags.",
    )
    partner_domain = fields.Char(
        string="Customer Filter",
        help="The customer or its company matches this filter.",
    )
    order_type_ids = fields.Many2many(
        "fsm.order.type",
        "paycollect_policy_order_type_rel",
        "policy_id",
        "order_type_id",
        string="Job Types",
    )
    amount_min = fields.Monetary(string="Minimum Amount", help="0: no minimum.")
    amount_max = fields.Monetary(string="Maximum Amount", help="0: no maximum.")
    new_customer_only = fields.Boolean(
        string="New Customers Only",
        help="The customer has not yet paid an invoice from this company.",
    )
    deposit_percent = fields.Float(
        string="Deposit (%)",
        digits=(5, 2),
        help="Percentage of the order total due before a worker is dispatched. It can "
        "be changed on each quotation.",
    )
    method_requirement = fields.Selection(
        [
            ("none", "Do nothing"),
            ("warn", "Log a warning"),
            ("block", "Block confirmation and dispatch"),
        ],
        string="If No Payment Method Is on File",
        required=True,
        default="none",
        help="The same applies to a missing PO number or deposit, for which at least "
        "a warning is logged. Prepaid work is neither confirmed nor dispatched before "
        "it is paid.",
    )
    require_po = fields.Boolean(
        string="PO Number Required",
        help="The order must have a customer reference.",
    )
    max_auto_amount = fields.Monetary(
        string="Automatic Charge Limit",
        help="Larger amounts aren't charged automatically: the customer gets the "
        "invoice with a payment link, and a Collections manager can approve the "
        "charge. 0: no limit.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    rule_text = fields.Char(string="Summary", compute="_compute_rule_text")

    @api.constrains("deposit_percent")
    def _check_deposit_percent(self):
        for policy in self:
            if not 0 <= policy.deposit_percent <= 100:
                raise ValidationError(
                    self.env._(
                        "The deposit of “%(policy)s” is %(percent)s%%, but it must be "
                        "between 0%% and 100%%. Enter a percentage in that range.",
                        policy=policy.name,
                        percent=policy.deposit_percent,
                    )
                )

    @api.constrains(*AMOUNT_FIELDS)
    def _check_amounts(self):
        for policy in self:
            for name in AMOUNT_FIELDS:
                if policy[name] < 0:
                    raise ValidationError(
                        self.env._(
                            "“%(field)s” of “%(policy)s” is negative. Enter a positive "
                            "amount, or 0 for no limit.",
                            field=policy._fields[name]._description_string(self.env),
                            policy=policy.name,
                        )
                    )
            if policy.amount_max and policy.amount_min > policy.amount_max:
                raise ValidationError(
                    self.env._(
                        "“Minimum Amount” (%(amount_min)s) of “%(policy)s” is above "
                        "“Maximum Amount” (%(amount_max)s), so no amount would match. "
                        "Lower the minimum or raise the maximum.",
                        amount_min=policy.currency_id._format_amount(policy.amount_min),
                        amount_max=policy.currency_id._format_amount(policy.amount_max),
                        policy=policy.name,
                    )
                )

    @api.constrains("partner_domain")
    def _check_partner_domain(self):
        for policy in self:
            try:
                policy._get_partner_domain().validate(self.env["res.partner"])
            except (ValueError, SyntaxError, TypeError) as error:
                raise ValidationError(
                    self.env._(
                        "The customer filter of “%(policy)s” is invalid: %(error)s. "
                        "Build it with the filter editor, or clear it to match every "
                        "customer.",
                        policy=policy.name,
                        error=error,
                    )
                ) from error

    def write(self, vals):
        covered = self._get_covered_companies() if self._affects_rules(vals) else None
        result = super().write(vals)
        if "company_id" in vals:
            self.check_access("write")  # also of the company it moves to
        if covered is not None:
            self._check_catch_all(covered)
        if covered is not None or REFRESHING_FIELDS.intersection(vals):
            self._refresh_open_bookings()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        policies._refresh_open_bookings()
        return policies

    @api.ondelete(at_uninstall=False)
    def _unlink_except_last_catch_all(self):
        self._check_catch_all(self._get_covered_companies(), excluded=self)

    @api.private
    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        for policy, vals in zip(self, vals_list, strict=True):
            vals["name"] = self.env._("%(name)s (copy)", name=policy.name)
        return vals_list

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_may_change(self):
        for policy in self:
            policy.may_change = policy._origin.has_access("write")

    def action_open_policy_test(self):
        """Button: open the policy test."""
        self.env["paycollect.policy.test"].check_access("create")
        return self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_fsm.action_paycollect_policy_test"
        )

    def _get_prepayment_share(self):
        """Return the share of the total to pay before the work starts, 0 for none."""
        if self.collection_mode == "prepaid":
            return 1.0
        return self.deposit_percent / 100

    @api.model
    def _get_default_company(self):
        """Managers add policies for their company, administrators for all companies."""
        is_administrator = self.env.su or self.env.user.has_group("base.group_system")
        return not is_administrator and self.env.company

    def _get_rule(self):
        """Return the policy's criteria for the pure rules."""
        self.ensure_one()
        return Rule(
            key=self._origin.id or 0,
            category_ids=frozenset(self.partner_category_ids._origin.ids),
            has_domain=not self._get_partner_domain().is_true(),
            order_type_ids=frozenset(self.order_type_ids._origin.ids),
            amount_min=self.amount_min,
            amount_max=self.amount_max,
            new_customer_only=self.new_customer_only,
            rounding=self.currency_id.rounding or 0.01,
        )

    def _get_partner_domain(self):
        """Return the customer filter as a Domain.

        :raise: ValueError, SyntaxError or TypeError if it is invalid
        """
        return Domain(ast.literal_eval((self.partner_domain or "").strip() or "[]"))

    @api.model
    def _affects_rules(self, vals):
        return any(name in vals for name in CRITERIA_FIELDS)

    def _get_covered_companies(self):
        """Return the companies in which one of these policies is a catch-all."""
        catch_alls = self.sudo().filtered(
            lambda policy: policy.active and policy._get_rule().is_catch_all
        )
        if any(not policy.company_id for policy in catch_alls):
            return self.env["res.company"].sudo().search([])
        return catch_alls.company_id

    @api.model
    def _check_catch_all(self, companies, excluded=()):
        """Check that every customer of these companies still matches a policy.

        :param excluded: policies about to be deleted
        :raise: ValidationError
        """
        policies = self.sudo().search([]) - self.browse(
            policy.id for policy in excluded
        )
        catch_alls = policies.filtered(lambda p: p._get_rule().is_catch_all)
        if any(not policy.company_id for policy in catch_alls):
            return
        for company in companies:
            if company not in catch_alls.company_id:
                raise ValidationError(
                    self.env._(
                        "Some customers of %(company)s would be left without a "
                        "policy because this is the last one that matches all "
                        "customers. First add another active policy without criteria "
                        "at the end of the list.",
                        company=company.name,
                    )
                )

    def _refresh_open_bookings(self):
        """Resolve the policy of quotations and open jobs again after a rule change."""
        companies = self.sudo().company_id
        if any(not policy.company_id for policy in self.sudo()):
            companies = None
        for model_name in ("sale.order", "fsm.order"):
            self.env[model_name].sudo()._refresh_collection_policies(companies)
