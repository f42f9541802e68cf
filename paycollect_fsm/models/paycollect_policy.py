# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import ast

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..policy_rules import Facts, Rule, try_rules

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


class PaycollectPolicy(models.Model):
    _name = "paycollect.policy"
    _description = "Collection Policy"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=10, help="Policies are tried in this order; the first match wins."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: the policy is shared by all companies."
    )
    collection_mode = fields.Selection(
        [
            ("prepaid", "Prepaid"),
            ("auto", "Charge on completion"),
            ("cod", "Collect on site"),
            ("net", "Invoice on terms"),
        ],
        string="How it is paid",
        required=True,
        default="auto",
        help="Prepaid: paid before a worker is sent.\n"
        "Charge on completion: the method on file is charged when the job is done.\n"
        "Collect on site: the worker takes the payment.\n"
        "Invoice on terms: invoiced, never charged automatically.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        string="Payment terms",
        check_company=True,
        help="Empty: the customer's own terms.",
    )
    partner_category_ids = fields.Many2many(
        "res.partner.category",
        "paycollect_policy_partner_category_rel",
        "policy_id",
        "category_id",
        string="Customer tags",
        help="The customer, or its company, has one of these tags.",
    )
    partner_domain = fields.Char(
        string="Customer filter",
        help="The customer, or its company, matches this filter.",
    )
    order_type_ids = fields.Many2many(
        "fsm.order.type",
        "paycollect_policy_order_type_rel",
        "policy_id",
        "order_type_id",
        string="Job types",
    )
    amount_min = fields.Monetary(string="Amount from", help="0: no lower limit.")
    amount_max = fields.Monetary(string="Amount up to", help="0: no upper limit.")
    new_customer_only = fields.Boolean(
        string="New customers only",
        help="The customer has not paid any invoice of the company yet.",
    )
    deposit_percent = fields.Float(
        string="Deposit (%)",
        digits=(5, 2),
        help="Part of the order's total that is due before a worker is sent.",
    )
    method_requirement = fields.Selection(
        [
            ("none", "Nothing happens"),
            ("warn", "Log a warning"),
            ("block", "Stop confirmation and dispatch"),
        ],
        string="When no payment method is on file",
        required=True,
        default="none",
        help="The same applies to a missing PO number or deposit, which warn at "
        "least. Prepaid work is never dispatched before it is paid.",
    )
    require_po = fields.Boolean(
        string="PO number required",
        help="A customer reference must be on the order.",
    )
    max_auto_amount = fields.Monetary(
        string="Automatic charge up to",
        help="Larger amounts wait for approval instead of being charged. 0: no limit.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    rule_text = fields.Char(string="What it does", compute="_compute_rule_text")

    @api.constrains("deposit_percent")
    def _check_deposit_percent(self):
        for policy in self:
            if not 0 <= policy.deposit_percent <= 100:
                raise ValidationError(
                    self.env._(
                        "Deposit of “%(policy)s” is %(percent)s %%, but it must be "
                        "between 0 and 100 %%. Enter a percentage in that range.",
                        policy=policy.name,
                        percent=policy.deposit_percent,
                    )
                )

    @api.constrains("amount_min", "amount_max", "max_auto_amount")
    def _check_amounts(self):
        for policy in self:
            for name in ("amount_min", "amount_max", "max_auto_amount"):
                if policy[name] < 0:
                    raise ValidationError(
                        self.env._(
                            "“%(field)s” of “%(policy)s” is negative. Enter 0 for "
                            "no limit, or a positive amount.",
                            field=policy._fields[name]._description_string(self.env),
                            policy=policy.name,
                        )
                    )
            if policy.amount_max and policy.amount_min > policy.amount_max:
                raise ValidationError(
                    self.env._(
                        "“Amount from” (%(amount_min)s) of “%(policy)s” is above "
                        "“Amount up to” (%(amount_max)s), so no amount would match. "
                        "Lower the first or raise the second.",
                        amount_min=policy.currency_id.format(policy.amount_min),
                        amount_max=policy.currency_id.format(policy.amount_max),
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
                        "The customer filter of “%(policy)s” cannot be read: "
                        "%(error)s. Build it with the filter editor, or empty it so "
                        "that every customer matches.",
                        policy=policy.name,
                        error=error,
                    )
                ) from error

    def write(self, vals):
        covered = self._get_covered_companies() if self._affects_rules(vals) else None
        result = super().write(vals)
        if covered is not None:
            self._check_catch_all(covered)
        if covered is not None or "sequence" in vals:
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

    def action_open_policy_test(self):
        """Open the tester."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_fsm.action_paycollect_policy_test"
        )

    @api.model
    def _resolve(
        self,
        partner,
        amount=None,
        order_type=None,
        company=None,
        currency=None,
        date=None,
    ):
        """Find the policy for one customer and one piece of work.

        :param partner: who pays; tags are those of the contact and of its company
        :param amount: total to pay in ``currency`` (default: the company's), None
            when unknown: then no rule with a limit on the amount matches
        :param order_type: ``fsm.order.type``, one or several
        :param date: day of the exchange rate, today by default
        :return: (policy, readable reason); the policy is empty when none matches
        """
        request = {
            "partner": partner,
            "amount": amount,
            "order_type": order_type,
            "company": company,
            "currency": currency,
        }
        return self._resolve_batch([request], date=date)[0]

    @api.model
    def _resolve_batch(self, requests, date=None):
        """Resolve many requests with a constant number of queries.

        :param requests: dicts with the arguments of ``_resolve``
        :return: one (policy, reason) for each request, in order
        """
        results = []
        for policies, policy, trials, partner in self._try_policies(requests, date):
            reason = policies._get_resolution_text(policy, trials, partner)
            results.append((self.browse(policy.id), reason))
        return results

    @api.model
    def _try_policies(self, requests, date=None):
        """Yield (policies tried, policy, trials, partner) for each request.

        ``trials`` is None when the policy was chosen by hand on the customer. The
        one place where the facts about customers are read, with sudo: whoever
        books may not read invoices.
        """
        date = date or fields.Date.context_today(self)
        self = self.sudo()
        partners = self.env["res.partner"].union(
            *(request["partner"]._origin for request in requests)
        )
        requests = [self._complete_request(request, partners) for request in requests]
        for company in {request["company"] for request in requests}:
            batch = [request for request in requests if request["company"] == company]
            self.with_company(company)._try_company_policies(batch, date)
        for request in requests:
            yield request["result"]

    def _complete_request(self, request, partners):
        """Fill the defaults in; the partner as one of the real ``partners``."""
        company = request.get("company") or self.env.company
        partner = request["partner"]
        order_type = request.get("order_type")
        return {
            "partner": partner._origin.with_env(self.env).with_prefetch(partners.ids),
            "amount": request.get("amount"),
            "order_type_ids": frozenset(order_type._origin.ids if order_type else ()),
            "company": company,
            "currency": request.get("currency") or company.currency_id,
        }

    def _try_company_policies(self, requests, date):
        """Set ``result`` in each request; all of them are of ``env.company``."""
        company = self.env.company
        policies = self._get_company_policies(company)
        partners = self.env["res.partner"].union(
            *(request["partner"] for request in requests)
        )
        matched_domains = policies._get_matched_domains(partners)
        paid_customers = policies._get_customers_with_history(partners, company)
        rules = [policy._get_rule() for policy in policies]
        for request in requests:
            partner = request["partner"]
            commercial = partner.commercial_partner_id
            manual = partner.with_company(
                company
            ).commercial_partner_id.collection_policy_id
            if manual.active and manual.company_id in (company, company.browse()):
                request["result"] = (policies, manual, None, partner)
                continue
            facts = Facts(
                category_ids=frozenset((partner | commercial).category_id.ids),
                matched_domain_keys=matched_domains.get(partner.id, frozenset()),
                order_type_ids=request["order_type_ids"],
                amounts=policies._get_amounts(request, date),
                has_paid_history=commercial.id in paid_customers,
            )
            trials = try_rules(rules, facts)
            found = bool(trials) and trials[-1].matched
            policy = self.browse(trials[-1].key if found else False)
            request["result"] = (policies, policy, trials, partner)

    def _get_company_policies(self, company):
        """Active policies of the company and shared ones, in order."""
        return self.search([("company_id", "in", (company.id, False))])

    def _get_rule(self):
        """The policy's criteria for the pure rules."""
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
        """The customer filter as a Domain.

        :raise: ValueError, SyntaxError or TypeError when it cannot be read
        """
        return Domain(ast.literal_eval((self.partner_domain or "").strip() or "[]"))

    def _get_matched_domains(self, partners):
        """Return {partner id: keys of the policies whose filter it matches}."""
        matched = {}
        for policy in self:
            domain = policy._get_partner_domain()
            if domain.is_true():
                continue
            for partner in policy._filter_customers(domain, partners):
                matched.setdefault(partner.id, set()).add(policy.id)
        return {key: frozenset(policy_ids) for key, policy_ids in matched.items()}

    def _filter_customers(self, domain, partners):
        """Customers for whom the contact and its company together match.

        A condition holds when either has it ("is tagged NET"); a negative one
        when neither has it ("is not tagged NET").
        """
        if domain.is_true():
            return partners
        if domain.is_false():
            return partners.browse()
        operator = getattr(domain, "OPERATOR", None)
        if operator in ("&", "|"):
            parts = [
                self._filter_customers(child, partners) for child in domain.children
            ]
            matching = parts[0]
            for part in parts[1:]:
                matching = matching & part if operator == "&" else matching | part
            return matching
        if operator == "!":
            return partners - self._filter_customers(domain.child, partners)
        everybody = partners | partners.commercial_partner_id
        matching = everybody.filtered_domain(domain)
        if domain.operator in Domain.NEGATIVE_OPERATORS:
            return partners.filtered(
                lambda p: p in matching and p.commercial_partner_id in matching
            )
        return partners.filtered(
            lambda p: p in matching or p.commercial_partner_id in matching
        )

    def _get_customers_with_history(self, partners, company):
        """Ids of commercial partners who have paid an invoice of the company."""
        if not any(self.mapped("new_customer_only")):
            return frozenset()
        groups = self.env["account.move"]._read_group(
            [
                ("commercial_partner_id", "in", partners.commercial_partner_id.ids),
                ("company_id", "=", company.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("paid", "in_payment")),
            ],
            ["commercial_partner_id"],
        )
        return frozenset(customer.id for (customer,) in groups)

    def _get_amounts(self, request, date):
        """Return {policy id: the request's amount in the policy's currency}."""
        if request["amount"] is None:
            return None
        return {
            policy.id: request["currency"]._convert(
                request["amount"], policy.currency_id, request["company"], date
            )
            for policy in self
        }

    @api.model
    def _affects_rules(self, vals):
        return any(name in vals for name in CRITERIA_FIELDS)

    def _get_covered_companies(self):
        """Companies in which one of these policies is a catch-all."""
        catch_alls = self.sudo().filtered(
            lambda policy: policy.active and policy._get_rule().is_catch_all
        )
        if any(not policy.company_id for policy in catch_alls):
            return self.env["res.company"].sudo().search([])
        return catch_alls.company_id

    @api.model
    def _check_catch_all(self, companies, excluded=()):
        """Every customer of these companies must still find a policy.

        :param excluded: policies that are about to be deleted
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
                        "policy, because this is the last one for all customers. "
                        "First add another active policy without criteria at the "
                        "end of the list.",
                        company=company.name,
                    )
                )

    def _refresh_open_bookings(self):
        """Resolve quotations and open jobs again after the rules have changed."""
        companies = self.sudo().company_id
        if any(not policy.company_id for policy in self.sudo()):
            companies = None
        for model_name in ("sale.order", "fsm.order"):
            self.env[model_name].sudo()._refresh_collection_policies(companies)
