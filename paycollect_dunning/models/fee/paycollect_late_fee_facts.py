# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.paycollect_portal.rules import open_items

from ...rules.const import ACTIVE, HANDED_OVER
from ...rules.late_fee import INTEREST, KEEP, Charge, get_charges
from .paycollect_dunning_plan import OFF

PAID_LATELY = timedelta(days=31)
# While an item is in one of these states, what is late is charged.
CHARGED = (open_items.DUE, open_items.OVERDUE, open_items.DISPUTED)


class PaycollectLateFee(models.Model):
    """What is late, and what it costs by the terms of its customer's plan."""

    _inherit = "paycollect.late.fee"

    @api.model
    def _get_charging_plans(self, company):
        plans = self.env["paycollect.dunning.plan"].sudo()
        return plans.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", ACTIVE),
                ("fee_preset", "!=", OFF),
            ]
        )

    @api.model
    def _find_late_lines(self, company, plans, today):
        """Return ``{plan: due parts that are late}`` of customers of these plans.

        Fees bear no fees; what nobody is reminded of costs nothing, nor what an agency
        has: it knows its claim.
        """
        if not plans:
            return {}
        cases = self.env["paycollect.dunning.case"]
        self.flush_model()
        cases.flush_model()
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, partner.commercial_partner_id
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE line.company_id = %(company)s
                   AND line.account_id = ANY(%(accounts)s)
                   AND line.parent_state = 'posted'
                   AND line.no_followup IS NOT TRUE
                   AND %(open)s
                   AND line.date_maturity < %(today)s
                   AND line.date_maturity >= %(first)s
                   AND %(chased)s
                   AND NOT EXISTS (SELECT 1 FROM paycollect_late_fee fee
                                    WHERE fee.fee_move_id = line.move_id)
                   AND NOT EXISTS (
                          SELECT 1
                            FROM paycollect_dunning_case one
                           WHERE one.partner_id = partner.commercial_partner_id
                             AND one.company_id = line.company_id
                             AND one.currency_id = line.currency_id
                             AND one.state = %(handed)s
                      )
                 ORDER BY line.date_maturity, line.id
                """,
                company=company.id,
                accounts=cases._find_receivable_accounts(),
                today=today,
                open=self._get_chargeable_condition(company, today),
                first=min(plans.mapped("fee_from")),
                chased=cases._get_chased_condition(),
                handed=HANDED_OVER,
            )
        )
        customers = list(dict.fromkeys(customer for _line, customer in rows))
        chosen = plans._find_plan_ids(customers, company)
        found = {}
        for line_id, customer_id in rows:
            if (plan_id := chosen.get(customer_id)) in plans._ids:
                found.setdefault(plan_id, []).append(line_id)
        lines = self.env["account.move.line"].sudo()
        return {
            plan: lines.browse(found[plan.id]).filtered(
                lambda line, plan=plan: plan._bears_fees(line)
            )
            for plan in plans
            if plan.id in found
        }

    @api.model
    def _get_chargeable_condition(self, company, today):
        """Return SQL about ``line`` and ``move``: what is open; and, if the company
        keeps what is left once an invoice is paid, what was paid lately: the interest
        of its last month is still to be charged."""
        still_open = SQL(
            "line.reconciled IS NOT TRUE AND line.amount_residual_currency > 0"
        )
        if company.dunning_fee_rest != KEEP:
            return still_open
        self.env["account.partial.reconcile"].flush_model()
        return SQL(
            """
            ((%s) OR (line.reconciled AND line.amount_currency > 0
                      AND move.payment_state IN ('paid', 'in_payment')
                      AND EXISTS (SELECT 1 FROM account_partial_reconcile part
                                   WHERE part.debit_move_id = line.id
                                     AND part.max_date >= %s)))
            """,
            still_open,
            today - PAID_LATELY,
        )

    @api.model
    def _get_new_charges(self, lines, plan, today):
        """Return ``{line: [rules.late_fee.Charge]}`` that aren't booked yet.

        While we agreed to wait (a promise, a check on its way, a plan), nothing is
        charged.
        """
        known = {}
        for fee in self.sudo().search([("move_id", "in", lines.move_id.ids)]):
            part = fee.line_id or (fee.move_id, fee.due_date)
            known.setdefault(part, []).append(Charge(fee.kind, fee.period, fee.amount))
        found = {}
        for line, rows in lines._prepare_open_items(today).items():
            due = line.date_maturity
            if rows[0].state in CHARGED:
                terms = plan._get_fee_terms(line.currency_id, due)
                before = known.get(line, []) + known.get((line.move_id, due), [])
                charges = get_charges(line._get_late_item(rows), terms, today, before)
                if line.reconciled:
                    charges = [one for one in charges if one.kind == INTEREST]
                if charges:
                    found[line] = charges
        return found
