# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.paycollect_portal.rules.open_items import ASKED

from ...rules.const import SAID
from ...rules.decision import Item

# columns of the query: an Item, and whose it is
ITEM, LINE, RESIDUAL, FACTS, KEY = slice(0, 10), 0, 3, slice(6, 10), slice(10, 12)
FLAG, CHASED = 12, 13
FLUSHED = {
    "account.move.line": None,
    "account.move": ["dunning_sent_on", "invoice_date", "date", "move_type"],
    "paycollect.dispute": ["answered_at", "move_id", "state"],
    "paycollect.dunning.message": ["company_id", "pay_by", "state"],
    "paycollect.dunning.message.line": ["delay_days", "line_id", "message_id"],
    "res.partner": ["commercial_partner_id"],
}


class PaycollectDunningCase(models.Model):
    """What is open and what was said, for many customers in one query."""

    _inherit = "paycollect.dunning.case"

    @api.model
    def _read_items(self, company, today, horizon, customer_ids=None):
        """Return ``{(customer ID, currency ID): ([rules.decision.Item], credit)}``.

        The same as ``_get_open_items`` says, of what can be reminded of: see
        :meth:`_read_exact_items`. Items without an amount to pay are credit.

        :param horizon: items that are due later are left out; credit isn't
        :param customer_ids: commercial partners, default: all
        """
        rows = self._query_items(company, horizon, customer_ids)
        flagged = [row[LINE] for row in rows if row[FLAG]]
        lines = self.env["account.move.line"].sudo().browse(flagged)
        reasons = self._get_first_reasons(lines, today)
        found, make = defaultdict(lambda: ([], [])), Item._make
        for row in rows:
            items, credits = found[row[KEY]]
            if row[RESIDUAL] < 0:
                credits.append(row[RESIDUAL])
            elif row[CHASED]:
                item = make(row[ITEM])
                if row[LINE] in reasons:
                    reason, until = reasons[row[LINE]]
                    item = item._replace(reason=reason, until=until)
                items.append(item)
        return {key: (items, -sum(credits)) for key, (items, credits) in found.items()}

    def _get_first_reasons(self, lines, today):
        """Return ``{line ID: (state, day it ends)}`` of lines that aren't asked for."""
        found = {}
        for line, reasons in lines._get_item_reasons(today).items():
            if reasons:
                item = line._prepare_open_item(today, reasons)
                found[line.id] = (item.state, item.until)
        return found

    @api.model
    def _read_exact_items(self, company, today, horizon, customer_ids):
        """Return the same, of what ``_get_open_items`` says at this moment.

        What was told, and when items were sent, comes from the same query as in bulk.
        """
        customers = self.env["res.partner"].sudo().browse(customer_ids)
        facts = {
            row[LINE]: row for row in self._query_items(company, horizon, customer_ids)
        }
        found = {}
        for customer, open_items in customers._get_open_items(company, today).items():
            for item in open_items:
                key = (customer.id, item.currency.id)
                items, credit = found.setdefault(key, ([], 0.0))
                row = facts.get(item.line.id)
                if item.is_credit:
                    found[key] = (items, credit - item.residual)
                elif row and row[CHASED]:
                    reason = None if item.state in ASKED else item.state
                    items.append(
                        Item(
                            item.line.id,
                            item.move.id,
                            item.line.date_maturity or None,
                            item.residual,
                            reason,
                            item.until,
                            *row[FACTS],
                        )
                    )
        return found

    def _query_items(self, company, horizon, customer_ids):
        """Return rows of the values of an :class:`Item`, customer, currency, whether it
        may have a reason, and whether it is chased at all; oldest due first."""
        for model, names in FLUSHED.items():
            self.env[model].flush_model(names)
        lines = self.env["account.move.line"]
        candidates = SQL(" UNION ").join(lines._get_reason_candidates(company))
        return self.env.execute_query(
            SQL(
                """
                WITH told AS (
                    SELECT said.line_id, MAX(said.delay_days) AS delay,
                           MAX(message.pay_by) FILTER (WHERE message.state IN %(said)s)
                               AS pay_by
                      FROM paycollect_dunning_message_line said
                      JOIN paycollect_dunning_message message
                        ON message.id = said.message_id
                     WHERE message.company_id = %(company)s
                       AND NOT (message.state = 'skipped'
                                AND message.reason_code = 'changed')
                     GROUP BY said.line_id
                ), restart AS (
                    SELECT move_id, MAX(answered_at)::date AS day
                      FROM paycollect_dispute
                     WHERE state = 'rejected' AND company_id = %(company)s
                     GROUP BY move_id
                ), candidate AS (%(candidates)s)
                SELECT line.id, line.move_id, line.date_maturity,
                       line.amount_residual_currency::float8, NULL, NULL,
                       told.delay, restart.day,
                       COALESCE(move.dunning_sent_on, move.invoice_date, move.date)
                           AS sent, told.pay_by,
                       partner.commercial_partner_id, line.currency_id,
                       line.move_id IN (SELECT * FROM candidate) AS flagged,
                       %(chased)s AS chased
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN account_journal journal ON journal.id = line.journal_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                  LEFT JOIN told ON told.line_id = line.id
                  LEFT JOIN restart ON restart.move_id = line.move_id
                 WHERE line.company_id = %(company)s
                   AND line.account_id = ANY(%(accounts)s)
                   AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND line.amount_residual_currency <> 0
                   AND (line.amount_residual_currency < 0
                        OR line.date_maturity IS NULL
                        OR line.date_maturity <= %(horizon)s)
                   AND (%(ids)s IS NULL OR partner.commercial_partner_id = ANY(%(ids)s))
                 ORDER BY COALESCE(line.date_maturity, line.date), line.id
                """,
                company=company.id,
                said=SAID,
                accounts=self._find_receivable_accounts(),
                candidates=candidates,
                chased=self._get_chased_condition(),
                horizon=horizon,
                ids=customer_ids,
            )
        )

    def _find_receivable_accounts(self):
        """Return IDs: with them instead of a join, the database knows how many items
        there are."""
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM account_account WHERE account_type = 'asset_receivable'"
            )
        )
        return [row[0] for row in rows]

    def _get_chased_condition(self):
        """Return SQL about ``move`` and ``journal``: only these are reminded of.

        Not point of sale, which was paid at the counter, and not what the customer
        invoices for us.
        """
        condition = SQL(
            "move.move_type IN ('out_invoice', 'out_receipt')"
            " AND journal.is_self_billing IS NOT TRUE"
        )
        if "pos.order" in self.env:
            condition = SQL(
                "%s AND NOT EXISTS (SELECT 1 FROM pos_order WHERE account_move = "
                "move.id)",
                condition,
            )
        return condition
