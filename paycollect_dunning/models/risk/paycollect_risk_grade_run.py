# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...rules import risk
from .paycollect_risk_grade import BETTER, SAME, WORSE


class PaycollectRiskGrade(models.Model):
    """Grading all customers of a company; only what has changed is written."""

    _inherit = "paycollect.risk.grade"

    @api.model
    def _cron_grade(self, now=None):
        """Grade the customers of the companies that collect.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        companies = self.env["res.company"].search([("collection_active", "=", True)])
        for company in companies:
            with self.env["paycollect.worker.mixin"]._separately(f"risk of {company}"):
                self._grade(company, now)

    @api.model
    def _grade(self, company, now):
        """Grade the customers of a company.

        :param now: naive UTC datetime
        :return: the new rows
        """
        today = company._get_today(now)
        facts = self._read_facts(company, today)
        found = {customer: risk.assess(fact) for customer, fact in facts.items()}
        policies = self._find_policies(company, found, today)
        terms = self._find_terms(company, today)
        current = {
            row.partner_id.id: row
            for row in self.search(
                [("company_id", "=", company.id), ("is_current", "=", True)]
            )
        }
        found = {customer: result for customer, result in found.items() if result.grade}
        self._end(row for customer, row in current.items() if customer not in found)
        vals, replaced = [], self.browse()
        for customer, result in found.items():
            fact, policy = facts[customer], policies.get(customer)
            mode = None if policy is None else policy.collection_mode or risk.PREPAID
            wanted = risk.suggest(result.grade, mode, fact)
            row = current.get(customer, self.browse())
            new = self._prepare_row(company, today, customer, result, wanted)
            new["exposure"] = fact.exposure
            new |= self._prepare_term(new, policy, terms, fact)
            if risk.has_changed(row._get_summary(), self._summarize(new)):
                replaced |= row
                vals.append(new | self._compare(row, result))
            else:
                row._refresh(new)
        replaced.is_current = False
        replaced.flush_recordset()
        rows = self.create(vals)
        rows._set_trust()
        return rows

    def _end(self, rows):
        """End rows of customers of whom nothing is known anymore."""
        ended = self.browse().concat(*rows)
        ended.is_current = False
        for row in ended.filtered(lambda row: row.company_id.dunning_risk_trust):
            customer = row.partner_id.with_company(row.company_id)
            if customer.trust == risk.TRUST[row.grade]:
                customer.trust = risk.NORMAL

    def _prepare_row(self, company, today, customer, result, wanted):
        policy = self._find_policy(company, wanted.mode) if wanted else None
        return {
            "company_id": company.id,
            "partner_id": customer,
            "day": today,
            "is_current": True,
            "grade": result.grade,
            "score": result.score,
            "reasons": [
                [reason.code, reason.points, reason.values] for reason in result.reasons
            ],
            "suggested_mode": wanted.mode if policy else False,
            "suggested_policy_id": policy.id if policy else False,
            "suggestion_values": {"freed": wanted.freed, "overdue": wanted.overdue}
            if policy
            else False,
        }

    def _compare(self, row, result):
        """Return the values of a new row that compare it with the one before."""
        if not row:
            return {"change": SAME}
        order = risk.GRADES.index
        step = order(result.grade) - order(row.grade)
        change = WORSE if step > 0 else BETTER if step < 0 else SAME
        return {"previous_grade": row.grade, "change": change}

    def _summarize(self, vals):
        """Return what makes a row another one, of values."""
        codes = tuple(sorted(code for code, _points, _values in vals["reasons"]))
        return (
            vals["grade"],
            codes,
            vals["suggested_policy_id"] or False,
            vals["suggested_term_id"] or False,
        )

    def _get_summary(self):
        """Return what makes a row another one, or None without a row. What was accepted
        isn't suggested again: that alone is no change."""
        if not self:
            return None
        codes = tuple(sorted(code for code, *_rest in self.reasons or ()))
        stricter = self.policy_accepted_at and not self.undone_at
        shorter = self.term_accepted_at and not self.term_undone_at
        return (
            self.grade,
            codes,
            not stricter and self.suggested_policy_id.id or False,
            not (stricter or shorter) and self.suggested_term_id.id or False,
        )

    def _refresh(self, vals):
        """Write the values behind the same grade and reasons, if they are others."""
        names = ["score", "reasons", "exposure"]
        if not self.policy_accepted_at:
            names.append("suggestion_values")
        if not self.term_accepted_at:
            names.append("term_values")
        changed = {name: vals[name] for name in names if self[name] != vals[name]}
        if changed:
            self.write(changed)

    def _find_policies(self, company, found, today):
        """Return ``{customer: the policy of today}`` of risky customers."""
        risky = [
            customer
            for customer, result in found.items()
            if result.grade in (risk.C, risk.D, risk.E)
        ]
        partners = self.env["res.partner"].browse(risky).with_company(company)
        requests = [{"partner": one, "company": company} for one in partners]
        policies = self.env["paycollect.policy"]._resolve_batch(requests, date=today)
        return {
            partner.id: policy
            for partner, (policy, _basis) in zip(partners, policies, strict=True)
        }

    def _find_policy(self, company, mode):
        """Return the first policy of the company with this mode."""
        return self.env["paycollect.policy"].search(
            [
                ("collection_mode", "=", mode),
                ("company_id", "in", (False, company.id)),
            ],
            limit=1,
        )

    def _set_trust(self):
        """Set the degree of trust of the customers whose grade is another one, where a
        company wants it."""
        changed = self.filtered(lambda row: row.previous_grade != row.grade)
        for row in changed.filtered(lambda row: row.company_id.dunning_risk_trust):
            customer = row.partner_id.with_company(row.company_id)
            trust = risk.TRUST[row.grade]
            if customer.trust != trust:
                customer.trust = trust
