# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import SQL

from ...rules.books import BankLine, Debtor, fits, is_stale, normalize
from ...rules.decision import ASK, Obstacle

STALE = "books_stale"
UNMATCHED = "unmatched_money"


class PaycollectDunningCase(models.Model):
    """The books-fresh gate: money may have arrived that nobody matched."""

    _inherit = "paycollect.dunning.case"

    def _find_book_obstacles(self, candidates, now):
        """Return ``{candidate.key: [Obstacle]}`` of levels that ask for current
        books."""
        levels = self.env["paycollect.dunning.level"].sudo()
        checking = levels.search([("check_books", "=", True)])._ids
        checked = [one for one in candidates if checking and one.level_id in checking]
        if not checked:
            return {}
        company = self.env["res.company"].sudo().browse(checked[0].company_id)
        if last := self._get_stale_day(company, company._get_today(now)):
            stale = Obstacle(STALE, ASK, None, {"date": last.isoformat()})
            return {one.key: [stale] for one in checked}
        lines = self._read_unmatched(company)
        if not lines:
            return {}
        debtors = self._read_debtors(checked)
        found = {}
        for one in checked:
            for line in lines:
                if by := fits(line, debtors[one.key]):
                    values = {"line": line.id, "amount": line.amount, "by": by}
                    found[one.key] = [Obstacle(UNMATCHED, ASK, None, values)]
                    break
        return found

    def _get_stale_day(self, company, today):
        """Return the day of the last bank statement if it's too old, else None.

        A company that never imported one isn't checked.
        """
        days = company.dunning_bank_days
        [[last]] = self.env.execute_query(
            SQL(
                """
                SELECT MAX(move.date)
                  FROM account_bank_statement_line line
                  JOIN account_move move ON move.id = line.move_id
                 WHERE line.company_id = %s
                """,
                company.id,
            )
        )
        return last if last and is_stale(last, today, days) else None

    def _read_unmatched(self, company):
        """Return the incoming :class:`rules.books.BankLine` that aren't matched."""
        self.env["account.bank.statement.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, line.amount::float8, line.currency_id,
                       COALESCE(partner.commercial_partner_id, 0),
                       COALESCE(line.partner_name, ''),
                       COALESCE(line.account_number, ''),
                       CONCAT_WS(' ', line.payment_ref, move.ref)
                  FROM account_bank_statement_line line
                  JOIN account_move move ON move.id = line.move_id
                  LEFT JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE line.company_id = %s AND line.is_reconciled IS NOT TRUE
                   AND line.amount > 0 AND move.state = 'posted'
                """,
                company.id,
            )
        )
        return [BankLine(*row) for row in rows]

    def _read_debtors(self, candidates):
        """Return ``{candidate.key: rules.books.Debtor}``, in three queries."""
        ids = [one.partner_id for one in candidates]
        query, env = self.env.execute_query, self.env
        env["res.partner"].flush_model(["name"])
        names = dict(
            query(SQL("SELECT id, name FROM res_partner WHERE id = ANY(%s)", ids))
        )
        accounts = dict(
            query(
                SQL(
                    """
                    SELECT partner.commercial_partner_id,
                           ARRAY_AGG(bank.sanitized_acc_number)
                      FROM res_partner_bank bank
                      JOIN res_partner partner ON partner.id = bank.partner_id
                     WHERE partner.commercial_partner_id = ANY(%s)
                     GROUP BY partner.commercial_partner_id
                    """,
                    ids,
                )
            )
        )
        line_ids = [line_id for one in candidates for line_id in one.line_ids]
        facts = {
            line_id: (residual, references)
            for line_id, residual, *references in query(
                SQL(
                    """
                    SELECT line.id, line.amount_residual_currency::float8, move.name,
                           move.payment_reference
                      FROM account_move_line line
                      JOIN account_move move ON move.id = line.move_id
                     WHERE line.id = ANY(%s)
                    """,
                    line_ids,
                )
            )
        }
        found = {}
        for one in candidates:
            items = [facts[line_id] for line_id in one.line_ids]
            references = {normalize(text) for _amount, texts in items for text in texts}
            found[one.key] = Debtor(
                one.partner_id,
                one.currency_id,
                names.get(one.partner_id) or "",
                tuple(accounts.get(one.partner_id, ())),
                tuple(references),
                (one.decision.amount, *(amount for amount, _texts in items)),
            )
        return found
