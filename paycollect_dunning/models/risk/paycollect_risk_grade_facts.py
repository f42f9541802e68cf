# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import Counter, defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.paycollect_portal.rules.checks import BOUNCED
from odoo.addons.paycollect_portal.rules.disputes import REJECTED

from ...rules import risk
from ...rules.promise import NOT_KEPT

FLUSHED = {
    "account.move": None,
    "account.move.line": None,
    "account.partial.reconcile": None,
    "account.journal": ["type"],
    "paycollect.dispute": ["move_id", "state"],
    "res.partner": ["commercial_partner_id"],
}


class PaycollectRiskGrade(models.Model):
    """What is known about all customers of a company, with a constant number of
    queries."""

    _inherit = "paycollect.risk.grade"

    @api.model
    def _read_facts(self, company, today):
        """Return ``{customer's ID: rules.risk.Facts}`` of everybody with any fact.

        :param today: the company's day
        """
        for name, names in FLUSHED.items():
            self.env[name].flush_model(names)
        facts = defaultdict(dict)
        for customer, *values in self._read_paid(company, today):
            facts[customer] |= _get_paid_values(*values)
        for customer, amount, overdue, days in self._read_open(company, today):
            facts[customer] |= {
                "exposure": amount,
                "overdue": overdue or 0.0,
                "overdue_days": days or 0,
            }
        for customer, sold in self._read_sold(company, today):
            facts[customer]["sold"] = sold
        for name, counts in self._count_events(company, today).items():
            for customer, count in counts.items():
                facts[customer][name] = count
        facts.pop(None, None)
        facts.pop(False, None)
        self._add_limits(company, facts)
        return {customer: risk.Facts(**values) for customer, values in facts.items()}

    def _read_paid(self, company, today):
        """Return (customer, payments, days late, recently, before, how many each, days
        since the issue), weighted by amount."""
        return self.env.execute_query(
            SQL(
                """
                SELECT customer, COUNT(*),
                       SUM(amount * late) / SUM(amount),
                       SUM(amount * late) FILTER (WHERE paid > %(half)s)
                           / SUM(amount) FILTER (WHERE paid > %(half)s),
                       SUM(amount * late) FILTER (WHERE paid <= %(half)s)
                           / SUM(amount) FILTER (WHERE paid <= %(half)s),
                       COUNT(*) FILTER (WHERE paid > %(half)s),
                       COUNT(*) FILTER (WHERE paid <= %(half)s),
                       SUM(amount * took) / SUM(amount)
                  FROM (
                SELECT partner.commercial_partner_id AS customer,
                       match.amount::float8 AS amount, match.max_date AS paid,
                       match.max_date - COALESCE(line.date_maturity, line.date) AS late,
                       match.max_date - COALESCE(move.invoice_date, line.date) AS took
                  FROM account_partial_reconcile match
                  JOIN account_move_line line ON line.id = match.debit_move_id
                  JOIN account_move move ON move.id = line.move_id
                  JOIN account_account account ON account.id = line.account_id
                  JOIN account_move_line credit ON credit.id = match.credit_move_id
                  JOIN account_journal journal ON journal.id = credit.journal_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE match.company_id = %(company)s
                   AND match.max_date > %(first)s
                   AND match.max_date <= %(today)s
                   AND match.amount > 0
                   AND account.account_type = 'asset_receivable'
                   AND journal.type IN ('bank', 'cash', 'credit')
                   AND move.move_type IN ('out_invoice', 'out_receipt')
                       ) paid
                 GROUP BY customer
                """,
                company=company.id,
                today=today,
                first=today - timedelta(days=risk.PERIOD),
                half=today - timedelta(days=risk.HALF),
            )
        )

    def _read_open(self, company, today):
        """Return (customer, what is open, overdue, days of the oldest). What is in
        dispute or isn't reminded of is open, but not overdue."""
        return self.env.execute_query(
            SQL(
                """
                SELECT partner.commercial_partner_id, SUM(line.amount_residual)::float8,
                       (SUM(line.amount_residual) FILTER (WHERE late.is_late))::float8,
                       MAX(%(today)s - line.date_maturity) FILTER (WHERE late.is_late)
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                  JOIN res_partner partner ON partner.id = line.partner_id
            CROSS JOIN LATERAL (
                       SELECT line.date_maturity < %(today)s
                          AND line.amount_residual > 0
                          AND line.no_followup IS NOT TRUE
                          AND NOT EXISTS (
                              SELECT 1 FROM paycollect_dispute dispute
                               WHERE dispute.move_id = line.move_id
                                 AND dispute.state = 'open') AS is_late
                   ) late
                 WHERE line.company_id = %(company)s
                   AND account.account_type = 'asset_receivable'
                   AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND line.date <= %(today)s
                 GROUP BY partner.commercial_partner_id
                """,
                company=company.id,
                today=today,
            )
        )

    def _read_sold(self, company, today):
        """Return (customer, what was invoiced less credit notes)."""
        return self.env.execute_query(
            SQL(
                """
                SELECT commercial_partner_id, SUM(amount_total_signed)::float8
                  FROM account_move
                 WHERE company_id = %s
                   AND state = 'posted'
                   AND move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                   AND invoice_date > %s AND invoice_date <= %s
                 GROUP BY commercial_partner_id
                """,
                company.id,
                today - timedelta(days=risk.PERIOD),
                today,
            )
        )

    def _count_events(self, company, today):
        """Return ``{name of a fact: Counter of customers}``, of the last year."""
        first = today - timedelta(days=risk.PERIOD)
        own = [("company_id", "=", company.id)]
        promises = self.env["paycollect.promise"].search(
            [*own, ("until", ">=", first), ("canceled_at", "=", False)]
        )
        states = promises._get_states(today)
        broken = [one for one in promises if states[one] in NOT_KEPT]
        found = {
            "declines": ("paycollect.attempt", [("state", "=", "declined")], "done_at"),
            "disputes": (
                "paycollect.dispute",
                [("state", "=", REJECTED)],
                "create_date",
            ),
            "bounced_checks": (
                "paycollect.check.notice",
                [("state", "=", BOUNCED)],
                "announced_on",
            ),
            "chargebacks": (
                "paycollect.chargeback",
                [("state", "in", ("open", "lost"))],
                "create_date",
            ),
            "handed_over": (
                "paycollect.handoff",
                [("sent_at", "!=", False)],
                "sent_at",
            ),
        }
        counts = {"broken_promises": _count(one.partner_id for one in broken)}
        for name, (model, domain, moment) in found.items():
            rows = self.env[model].search([*own, *domain, (moment, ">=", first)])
            counts[name] = _count(_get_customer(row) for row in rows)
        return counts

    def _add_limits(self, company, facts):
        """Add the credit limit of those who have one, and what they have ordered."""
        if not company.account_use_credit_limit:
            return
        partners = self.env["res.partner"].browse(facts).with_company(company)
        for partner in partners.filtered("credit_limit"):
            facts[partner.id] |= {
                "limit": partner.credit_limit,
                "exposure": partner.credit + partner.credit_to_invoice,
            }


def _get_paid_values(count, late, recent, earlier, recent_count, earlier_count, took):
    enough = risk.TREND_PAYMENTS
    return {
        "payments": count,
        "paid_days": late,
        "recent_days": recent if recent_count >= enough else None,
        "earlier_days": earlier if earlier_count >= enough else None,
        "days_to_pay": took,
    }


def _get_customer(row):
    partner = row.partner_id if "partner_id" in row._fields else row.move_id.partner_id
    return partner


def _count(partners):
    return Counter(partner.commercial_partner_id.id for partner in partners)
