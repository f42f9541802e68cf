# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import SQL

from ...rules.const import BUSINESS
from ...rules.levels import GRACE_DAYS, Ladder
from ...rules.scale import Level

FEW = 1000  # above that, everybody's values are read rather than those of so many IDs


class PaycollectDunningPlan(models.Model):
    """Which plan a customer has, in bulk."""

    _inherit = "paycollect.dunning.plan"

    @api.model
    def _find_plans(self, customers, company):
        """Return ``{customer: plan}`` for commercial partners, see
        :meth:`_find_plan_ids`; the plan is empty if none matches."""
        found = self._find_plan_ids(customers.ids, company)
        return {c: self.browse(found.get(c.id)).sudo() for c in customers}

    @api.model
    def _find_plan_ids(self, customer_ids, company):
        """Return ``{customer ID: plan ID}``, without customers that no plan matches.

        A plan set on the customer wins, else the first one by sequence. The number of
        queries doesn't depend on the number of customers, unless plans name policies.
        """
        plans = self.sudo().search([("company_id", "=", company.id)])
        few = customer_ids if len(customer_ids) <= FEW else None
        chosen = self._read_property("dunning_plan_id", company, few)
        manual = {
            customer_id: plan_id
            for customer_id in (customer_ids if chosen else ())
            if (plan_id := int(chosen.get(customer_id, 0))) in plans._ids
        }
        rest = [one for one in customer_ids if one not in manual]
        found = {}
        for plan in plans:
            matching = plan._match_customers(rest)
            found |= dict.fromkeys(matching, plan.id)
            if len(matching) == len(rest):
                break
            taken = set(matching)
            rest = [one for one in rest if one not in taken]
        return found | manual

    @api.model
    def _read_property(self, name, company, customer_ids=None):
        """Return ``{customer ID: value}`` of a company-dependent field, where set."""
        self.env["res.partner"].flush_model([name])
        column = SQL.identifier("partner", name)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.id, %(column)s ->> %(company)s
                  FROM res_partner partner
                 WHERE %(column)s ->> %(company)s IS NOT NULL
                   AND (%(ids)s IS NULL OR partner.id = ANY(%(ids)s))
                """,
                column=column,
                company=str(company.id),
                ids=customer_ids,
            )
        )
        return dict(rows)

    def _match_customers(self, customer_ids):
        """Return the IDs of the customers that this plan's criteria match."""
        self.ensure_one()
        matching = customer_ids
        if self.partner_category_ids:
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT partner_id FROM res_partner_res_partner_category_rel
                     WHERE category_id IN %s AND partner_id = ANY(%s)
                    """,
                    tuple(self.partner_category_ids.ids),
                    matching,
                )
            )
            tagged = {row[0] for row in rows}
            matching = [one for one in matching if one in tagged]
        if self.policy_ids and matching:
            matching = self._match_policies(matching)
        return matching

    def _match_policies(self, customer_ids):
        customers = self.env["res.partner"].sudo().browse(customer_ids)
        requests = [{"partner": c, "company": self.company_id} for c in customers]
        resolved = self.env["paycollect.policy"]._resolve_batch(requests)
        return [
            customer.id
            for customer, (policy, _basis) in zip(customers, resolved, strict=True)
            if policy in self.policy_ids
        ]

    # -- the rules' view of a plan -----------------------------------------------

    def _get_rule_levels(self):
        """Return the levels as :class:`rules.scale.Level`, ascending."""
        self.ensure_one()
        return tuple(
            Level(level.id, level.delay_days, level.hand_over, level.minimum_balance)
            for level in self.level_ids.sorted("delay_days")
        )

    def _get_ladder(self, today, holidays, is_good=False):
        self.ensure_one()
        return Ladder(
            self.level_ids.sorted("delay_days").mapped("delay_days"),
            today,
            holidays,
            self.day_count == BUSINESS,
            GRACE_DAYS if is_good else 0,
        )
