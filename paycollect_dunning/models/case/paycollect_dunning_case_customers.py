# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from ..plan.paycollect_dunning_plan_choice import FEW


class PaycollectDunningCase(models.Model):
    """Facts about customers, in bulk: where they are, and how they paid so far."""

    _inherit = "paycollect.dunning.case"

    def _read_places(self, customer_ids, company, today):
        """Return ``{customer ID: frozenset of the days that don't count there}``:
        public holidays, and days on which the company is closed."""
        span = timedelta(days=400)
        closed = company._get_days_off(today - span, today + span)
        holidays = self.env["calendar.public.holiday"].sudo()
        if not holidays.search_count([], limit=1):
            return dict.fromkeys(customer_ids, closed) if closed else {}
        self.env["res.partner"].flush_model(["country_id", "state_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT country_id, state_id, ARRAY_AGG(id) FROM res_partner
                 WHERE id = ANY(%s) GROUP BY country_id, state_id
                """,
                customer_ids,
            )
        )
        found = {}
        for _country, _state, ids in rows:
            lines = holidays.get_holidays_list(
                start_dt=today - span, end_dt=today + span, partner_id=ids[0]
            )
            found |= dict.fromkeys(ids, closed.union(lines.mapped("date")))
        return found

    def _read_promises(self, customer_ids, company, today):
        """Return ``{customer ID: PromiseFacts}`` of those who promised something."""
        self.env["paycollect.promise"].flush_model(["company_id", "partner_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT partner.commercial_partner_id
                  FROM paycollect_promise promise
                  JOIN res_partner partner ON partner.id = promise.partner_id
                 WHERE promise.company_id = %(company)s
                   AND (%(ids)s IS NULL OR partner.commercial_partner_id = ANY(%(ids)s))
                """,
                company=company.id,
                ids=customer_ids,
            )
        )
        customers = self.env["res.partner"].sudo().browse(row[0] for row in rows)
        facts = customers._get_promise_facts(company, today) if customers else {}
        return {customer.id: one for customer, one in facts.items()}

    def _read_on_time(self, items, company, today, plans):
        """Return ``{customer ID: invoices paid on time}`` of customers who are late
        now, and never were before."""
        if not any(plans.mapped("good_count")):
            return {}
        few = [key[0] for key in items] if len(items) <= FEW else None
        self.env["account.partial.reconcile"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                WITH paid AS (
                    SELECT partner.commercial_partner_id AS customer_id, line.id,
                           line.date_maturity AS due, MAX(part.max_date) AS day
                      FROM account_move_line line
                      JOIN account_account account ON account.id = line.account_id
                      JOIN account_move move ON move.id = line.move_id
                      JOIN res_partner partner ON partner.id = line.partner_id
                      JOIN account_partial_reconcile part
                        ON part.debit_move_id = line.id
                     WHERE line.company_id = %(company)s
                       AND account.account_type = 'asset_receivable'
                       AND line.reconciled AND line.parent_state = 'posted'
                       AND move.move_type = 'out_invoice'
                       AND (%(ids)s IS NULL
                            OR partner.commercial_partner_id = ANY(%(ids)s))
                     GROUP BY partner.commercial_partner_id, line.id
                )
                SELECT customer_id, COUNT(*) FROM paid
                 GROUP BY customer_id HAVING BOOL_AND(day <= due)
                """,
                company=company.id,
                ids=few,
            )
        )
        counts = dict(rows)
        late = {
            key[0]
            for key, (owed, _credit) in items.items()
            if key[0] in counts and owed and (owed[0].due or today) < today
        }
        return {customer_id: counts[customer_id] for customer_id in late}
