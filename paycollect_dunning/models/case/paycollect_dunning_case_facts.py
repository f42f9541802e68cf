# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, timedelta

from odoo import api, models
from odoo.tools import SQL

from ...rules.const import SAID, UNSAID
from ...rules.decision import Item, make_item
from ...rules.scale import Standing

# columns of the query
LINE, FLAG, DAYS = 0, 3, slice(4, 10)
SENT = SQL("COALESCE(move.dunning_sent_on, move.invoice_date, move.date)")
FLUSHED = {
    "account.move.line": None,
    "account.move": ["dunning_sent_on", "invoice_date", "date", "move_type"],
    "paycollect.dispute": ["answered_at", "move_id", "state"],
    "paycollect.dunning.message": ["company_id", "pay_by", "sent_by_id", "state"],
    "paycollect.dunning.message.line": ["delay_days", "line_id", "message_id"],
    "res.partner": ["commercial_partner_id"],
}


class PaycollectDunningCase(models.Model):
    """What is open and what was said, for many customers in one query."""

    _inherit = "paycollect.dunning.case"

    @api.model
    def _read_items(self, company, today, plans, customer_ids=None):
        """Return ``{(customer ID, currency ID): ([rules.decision.Item], credit)}``.

        The same as ``_get_open_items`` says, of what can be reminded of: see
        :meth:`_read_exact_items`. Items without an amount to pay are credit.

        :param plans: items that none of them can name today or soon are left out;
            credit isn't
        :param customer_ids: commercial partners, default: all
        """
        rows = self._query_items(company, today, plans, customer_ids)
        flagged = [row[LINE] for row in rows if row[FLAG]]
        lines = self.env["account.move.line"].sudo().browse(flagged)
        reasons = self._get_first_reasons(lines, today)
        found, standings, key = {}, Standings(), (None, None)
        for line, move, amount, flag, *days, who, unit in rows:
            if who != key[0] or unit != key[1]:
                key, items = (who, unit), []
                found[key] = items, 0.0
            if amount < 0:
                found[key] = items, found[key][1] - amount
                continue
            standing = standings[tuple(days)]
            if flag and line in reasons:
                for residual, reason, until in reasons[line]:
                    part = (line, move, residual, standing, reason, until)
                    items.append(make_item(part))
            else:
                items.append(make_item((line, move, amount, standing, None, None)))
        return found

    def _get_first_reasons(self, lines, today):
        """Return ``{line ID: [(open amount, why it isn't asked for, day it ends)]}`` of
        lines that aren't asked for, or not in full."""
        found = {}
        for line, rows in lines._prepare_open_items(today).items():
            if not all(row.is_asked for row in rows):
                found[line.id] = [_get_part(row) for row in rows]
        return found

    @api.model
    def _read_exact_items(self, company, today, plans, customer_ids):
        """Return the same, of what ``_get_open_items`` says at this moment.

        What was told, and when items were sent, comes from the same query as in bulk.
        """
        customers = self.env["res.partner"].sudo().browse(customer_ids)
        rows = self._query_items(company, today, plans, customer_ids, flags=False)
        days = {row[LINE]: row[DAYS] for row in rows}
        found, standings = {}, Standings()
        for customer, open_items in customers._get_open_items(company, today).items():
            for item in open_items:
                if item.line.id not in days:
                    continue
                key = (customer.id, item.currency.id)
                items, credit = found.setdefault(key, ([], 0.0))
                if item.is_credit:
                    found[key] = (items, credit - item.residual)
                    continue
                standing = standings[days[item.line.id]]
                standing = standing._replace(due=item.line.date_maturity or None)
                amount, reason, until = _get_part(item)
                ids = (item.line.id, item.move.id)
                items.append(Item(*ids, amount, standing, reason, until))
        return found

    def _query_items(self, company, today, plans, customer_ids, flags=True):
        """Return rows: line, invoice, open amount, whether it may have a reason, the
        days of a :class:`Standing` as ordinals, customer and currency. They are credit
        and what is reminded of, customer by customer, oldest due first."""
        for model, names in FLUSHED.items():
            self.env[model].flush_model(names)
        waiting = today - timedelta(max([0, *plans.mapped("wait_days")]))
        return self.env.execute_query(
            SQL(
                """
                WITH told AS (
                    SELECT said.line_id, MAX(said.delay_days) AS delay,
                           MAX(message.pay_by) FILTER (
                               WHERE message.state IN %(said)s
                                 AND message.sent_by_id IS NULL) AS pay_by,
                           MAX(message.pay_by) FILTER (
                               WHERE message.state IN %(said)s
                                 AND message.sent_by_id IS NOT NULL) AS by_hand
                      FROM paycollect_dunning_message_line said
                      JOIN paycollect_dunning_message message
                        ON message.id = said.message_id
                     WHERE message.company_id = %(company)s
                       AND NOT (message.state = 'skipped'
                                AND message.reason_code IN %(unsaid)s)
                       AND (%(ids)s IS NULL OR said.line_id IN (
                               SELECT own.id FROM account_move_line own
                                 JOIN res_partner owner ON owner.id = own.partner_id
                                WHERE owner.commercial_partner_id = ANY(%(ids)s)))
                     GROUP BY said.line_id
                ), restart AS (
                    SELECT move_id, MAX(answered_at AT TIME ZONE 'UTC'
                                        AT TIME ZONE %(zone)s)::date AS day
                      FROM paycollect_dispute
                     WHERE state IN ('accepted', 'rejected')
                       AND company_id = %(company)s
                     GROUP BY move_id
                )
                SELECT line.id, line.move_id, line.amount_residual_currency::float8,
                       %(flag)s,
                       line.date_maturity - %(zero)s, told.delay,
                       restart.day - %(zero)s,
                       CASE WHEN told.delay IS NULL AND %(sent)s > %(waiting)s
                            THEN %(sent)s - %(zero)s END,
                       told.pay_by - %(zero)s, told.by_hand - %(zero)s,
                       partner.commercial_partner_id, line.currency_id
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                  LEFT JOIN told ON told.line_id = line.id
                  LEFT JOIN restart ON restart.move_id = line.move_id
                 WHERE line.company_id = %(company)s
                   AND line.account_id = ANY(%(accounts)s)
                   AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND line.amount_residual_currency <> 0
                   AND (line.amount_residual_currency < 0
                        OR (%(chased)s
                            AND COALESCE(line.date_maturity, '-infinity')
                                <= %(horizon)s))
                   AND (%(ids)s IS NULL
                        OR partner.commercial_partner_id = ANY(%(ids)s))
                 ORDER BY partner.commercial_partner_id, line.currency_id,
                          COALESCE(line.date_maturity, line.date), line.id
                """,
                company=company.id,
                said=SAID,
                unsaid=UNSAID,
                zone=company._get_zone().key,
                accounts=self._find_receivable_accounts(),
                flag=self._get_flag(company) if flags else SQL("FALSE"),
                chased=self._get_chased_condition(),
                horizon=self._get_horizon(plans, today),
                ids=customer_ids,
                sent=SENT,
                waiting=waiting,
                zero=SQL("DATE '0001-01-01'"),
            )
        )

    def _get_flag(self, company):
        """Return SQL about ``line``: whether it may have a reason not to be named."""
        candidates = self.env["account.move.line"]._get_reason_candidates(company)
        return SQL("line.move_id IN (%s)", SQL(" UNION ").join(candidates))

    def _get_horizon(self, plans, today):
        """Return the last due date that a level before the due date can reach."""
        delays = plans.level_ids.mapped("delay_days")
        return today + timedelta(days=14 - 2 * min([0, *delays]))

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
        """Return SQL about ``move`` and ``line``: only these are reminded of.

        Not point of sale, which was paid at the counter, and not what the customer
        invoices for us.
        """
        self.env["account.journal"].flush_model(["is_self_billing"])
        condition = SQL(
            "move.move_type IN ('out_invoice', 'out_receipt') AND line.journal_id "
            "NOT IN (SELECT id FROM account_journal WHERE is_self_billing)"
        )
        if "pos.order" in self.env:
            condition = SQL(
                "%s AND NOT EXISTS (SELECT 1 FROM pos_order WHERE account_move = "
                "move.id)",
                condition,
            )
        return condition


class Standings(dict):
    """``{days as the query says them: Standing}``: equal ones are made once."""

    def __missing__(self, days):
        due, told, *rest = days
        standing = Standing(_get_day(due), told, *map(_get_day, rest))
        self[days] = standing
        return standing


def _get_part(item):
    """Return the amount of an ``OpenItem``, why it isn't asked for, and until when."""
    return item.residual, None if item.is_asked else item.state, item.until


def _get_day(ordinal):
    """Return the date that is some days after 1 January of the year 1."""
    return None if ordinal is None else date.fromordinal(ordinal + 1)
