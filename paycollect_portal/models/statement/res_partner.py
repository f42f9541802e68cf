# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.statement import BUCKETS, get_statements


class ResPartner(models.Model):
    """The statement of account: one block a currency, in one place for every reader."""

    _inherit = "res.partner"

    def _get_collection_statement(self, date_from, date_to, company):
        """Return the customer's statement for a period, both days included.

        Opening balance + lines = closing balance = total of the aging, which is what
        the posted receivable items say at ``date_to``, in their own currency.

        :return: ``{currency: {"opening", "lines", "closing", "aging"}}``, the company's
            currency first, also if nothing happened in it. ``lines``: dicts ``date``,
            ``move``, ``name``, ``reference``, ``kind``, ``amount``, ``balance``.
            ``aging``: ``{bucket of rules.statement: amount}``, credit is negative
        """
        self.ensure_one()
        customer = self.commercial_partner_id
        statements = self._get_collection_statements(date_from, date_to, company)
        return statements[customer]

    def _get_collection_statements(self, date_from, date_to, company):
        """Return ``{customer: statement}``, see ``_get_collection_statement``.

        In bulk: the number of queries doesn't depend on customers or documents.
        """
        customers = self.commercial_partner_id
        Line = self.env["account.move.line"].sudo()
        items, matches = Line._read_statement_facts(customers, company, date_from)
        Currency = self.env["res.currency"]
        currencies = Currency.browse({item.block[1] for item in items})
        digits = {currency.id: currency.decimal_places for currency in currencies}
        found = get_statements(items, matches, date_from, date_to, digits)
        moves = self._fetch_statement_moves(found.values())
        statements = {}
        for customer in customers:
            blocks = {
                currency: customer._prepare_statement(found[block], moves)
                for currency in currencies.sorted("name")
                if (block := (customer.id, currency.id)) in found
            }
            own = blocks.pop(company.currency_id, None)
            blocks = {key: value for key, value in blocks.items() if has_content(value)}
            own = own or customer._prepare_empty_statement()
            statements[customer] = {company.currency_id: own, **blocks}
        return statements

    def _fetch_statement_moves(self, statements):
        """Return the documents that the statements list (sudo), by their ids."""
        ids = {row.document for found in statements for row in found.movements}
        moves = self.env["account.move"].sudo().browse(sorted(ids))
        moves.fetch(
            ["name", "ref", "move_type", "origin_payment_id", "statement_line_id"]
        )
        return {move.id: move for move in moves}

    def _prepare_statement(self, found, moves):
        lines = [self._prepare_statement_line(row, moves) for row in found.movements]
        return {
            "opening": found.opening,
            "lines": lines,
            "closing": found.closing,
            "aging": found.aging,
        }

    def _prepare_empty_statement(self):
        aging = dict.fromkeys(BUCKETS, 0.0)
        return {"opening": 0.0, "lines": [], "closing": 0.0, "aging": aging}

    def _prepare_statement_line(self, row, moves):
        move = moves[row.document]
        return {
            "date": row.date,
            "move": move,
            "name": move.name,
            "reference": move.ref or "",
            "kind": "transfer"
            if row.is_transfer
            else move._get_statement_kind(row.amount),
            "amount": row.amount,
            "balance": row.balance,
        }


def has_content(block):
    """Whether a block has something to show."""
    return any((block["opening"], block["lines"], *block["aging"].values()))
