# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain

from ...rules.policy import Facts, try_rules


class PaycollectPolicy(models.Model):
    """Which policy applies: facts read in bulk, then the pure rules."""

    _inherit = "paycollect.policy"

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

        :param partner: the payer; tags of the contact and of its company count
        :param amount: total to pay in ``currency`` (default: the company's), None
            if unknown: no policy with an amount limit matches then
        :param order_type: ``fsm.order.type``, one or several
        :param date: date of the exchange rate, default: the company's current date
        :return: (policy, sentence why); the policy is empty if none matches
        """
        request = {
            "partner": partner,
            "amount": amount,
            "order_type": order_type,
            "company": company,
            "currency": currency,
        }
        [(policy, basis)] = self._resolve_batch([request], date=date)
        return policy, self._get_basis_text(basis)

    @api.model
    def _resolve_batch(self, requests, date=None):
        """Resolve many requests with a constant number of queries.

        :param requests: dicts with the arguments of ``_resolve``
        :return: one (policy, basis) for each request, in order; see ``_get_basis``
        """
        results = []
        for _policies, policy, _trials, basis in self._try_policies(requests, date):
            results.append((self.browse(policy.id), basis))
        return results

    @api.model
    def _try_policies(self, requests, date=None):
        """Yield (policies tried, policy, trials, basis) for each request.

        ``trials`` is None if the policy is set on the customer or imposed. The only
        place that reads facts about customers, with sudo: users who book work may not
        have access to invoices.
        """
        self = self.sudo()
        partners = self.env["res.partner"].union(
            *(request["partner"]._origin for request in requests)
        )
        requests = [self._complete_request(request, partners) for request in requests]
        for company in {request["company"] for request in requests}:
            batch = [request for request in requests if request["company"] == company]
            self.with_company(company)._try_company_policies(batch, date)
        for request in requests:
            policies, policy, trials, basis = request["result"]
            partner = request["partner"]
            yield (
                policies,
                policy,
                trials,
                basis or policies._get_basis(policy, trials, partner),
            )

    def _complete_request(self, request, partners):
        """Fill in the defaults; the partner becomes one of the real ``partners``."""
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
        """Set ``result`` in each request; all belong to ``env.company``."""
        company = self.env.company
        date = date or company._get_today()
        policies = self._get_company_policies(company)
        partners = self.env["res.partner"].union(
            *(request["partner"] for request in requests)
        )
        matched_domains = policies._get_matched_domains(partners)
        paid_customers = policies._get_customers_with_history(partners, company)
        imposed = policies._get_imposed_policies(partners.commercial_partner_id, date)
        rules = [policy._get_rule() for policy in policies]
        for request in requests:
            partner = request["partner"]
            commercial = partner.commercial_partner_id
            if commercial in imposed:
                policy, basis = imposed[commercial]
                request["result"] = (policies, policy, None, basis)
                continue
            manual = partner.with_company(
                company
            ).commercial_partner_id.collection_policy_id
            if manual.active and manual.company_id in (company, company.browse()):
                request["result"] = (policies, manual, None, None)
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
            request["result"] = (policies, policy, trials, None)

    def _get_imposed_policies(self, customers, date):
        """Hook: return policies that customers have regardless of all rules, in bulk.

        :param self: the policies of ``env.company``, in order
        :param customers: commercial partners
        :param date: the company's day
        :return: ``{customer: (policy, basis)}``, see ``_get_basis``
        """
        return {}

    def _get_company_policies(self, company):
        """Return the active policies of the company and the shared ones, in order."""
        return self.search([("company_id", "in", (company.id, False))])

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
        """Return the customers that match, together with their company.

        A condition holds if either one meets it ("is tagged NET"); a negative
        condition, if neither does ("is not tagged NET").
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
        """Return ids of commercial partners who have paid one of its invoices."""
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
