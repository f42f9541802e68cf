# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import dataclass, field, replace

import numpy

from odoo import models
from odoo.tools import SQL

from ...rules.forecast import apply_credit
from ...rules.forecast_trial import BACK
from ...rules.payment_curve import WINDOW, Book, get_segment, make_book

# A date less this day is the ordinal of Python's date.
ORDINAL = SQL("DATE '0001-01-01' - 1")
FLUSHED = {
    "account.move.line": None,
    "account.move": ["invoice_date", "move_type", "origin_payment_id"],
    "account.partial.reconcile": None,
    "account.journal": ["type"],
    "res.partner": ["commercial_partner_id"],
}


@dataclass
class Books:
    """A company's ledger for the rules, and where its items come from.

    One element an item: ``lines``, ``moves``, ``customers`` (IDs). ``credits``:
    (customer, due, negative amount) of unapplied credit. ``known``: ``{customer ID:
    number}``. ``positions``: ``{invoice ID: its items, oldest due first}``.
    ``documents``: ``{key of an order: (invoice ID, order ID, customer ID)}``.
    """

    book: Book
    lines: list
    moves: list
    customers: list
    credits: list
    known: dict
    positions: dict
    documents: dict = field(default_factory=dict)

    def get_customer(self, partner_id):
        return self.known.setdefault(partner_id, len(self.known))

    def apply_credit(self, today, orders):
        """Return (what is open of each item, orders) less unapplied credit, the oldest
        first."""
        rest, book = self.book.get_open(today), self.book
        rows = [(order.customer, order.day, order.amount) for order in orders]
        rows += self.credits
        if not self.credits:
            return rest, orders
        customer, due, amount = map(numpy.array, zip(*rows, strict=True))
        left = apply_credit(
            numpy.concatenate([book.customer, customer]),
            numpy.concatenate([book.due, due]),
            numpy.concatenate([rest, amount]),
        )
        count = len(rest)
        orders = [
            replace(order, amount=float(left[count + position]))
            for position, order in enumerate(orders)
        ]
        return left[:count], orders


class PaycollectForecast(models.Model):
    """Three queries, however many items there are."""

    _inherit = "paycollect.forecast"

    def _read_books(self):
        """Return the :class:`Books` up to the forecast's day."""
        for name, names in FLUSHED.items():
            self.env[name].flush_model(names)
        self.env.cr.execute(SQL("SET LOCAL jit = off"))
        known, positions, items = {}, {}, []
        rows = self._read_items()
        for _line, move, partner, issued, due, amount in rows:
            customer = known.setdefault(partner, len(known))
            positions.setdefault(move, []).append(len(items))
            items.append((customer, get_segment(issued, due), issued, due, amount))
        place = {row[0]: position for position, row in enumerate(rows)}
        matches = [
            (place[line], day, amount, cash)
            for line, day, amount, cash in self._read_matches()
            if line in place
        ]
        books = Books(
            book=make_book(items, matches),
            lines=[row[0] for row in rows],
            moves=[row[1] for row in rows],
            customers=[row[2] for row in rows],
            credits=[],
            known=known,
            positions=positions,
        )
        books.credits = [
            (books.get_customer(partner), due, amount)
            for partner, due, amount in self._read_credits()
        ]
        return books

    def _get_first_day(self):
        return self.day.toordinal() - 7 * BACK - WINDOW

    def _read_items(self):
        """Return (line, invoice, customer, issued, due, amount) of what is open, was
        settled in the weeks of the back-test, or is young enough to learn from; oldest
        due first. Neither payments nor refunds to customers are asked for."""
        return self.env.execute_query(
            SQL(
                """
                SELECT line.id, line.move_id,
                       COALESCE(partner.commercial_partner_id, 0),
                       COALESCE(move.invoice_date, line.date) - (%(ordinal)s),
                       COALESCE(line.date_maturity, line.date) - (%(ordinal)s),
                       line.balance::float8
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                  JOIN account_move move ON move.id = line.move_id
             LEFT JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE account.account_type = 'asset_receivable'
                   AND line.parent_state = 'posted'
                   AND line.company_id = %(company)s
                   AND line.date <= %(day)s
                   AND line.balance > 0
                   AND (move.move_type IN ('out_invoice', 'out_receipt')
                        OR (move.move_type = 'entry'
                            AND move.origin_payment_id IS NULL
                            AND move.statement_line_id IS NULL))
                   AND (line.reconciled IS NOT TRUE
                        OR line.date - (%(ordinal)s) >= %(first)s
                        OR line.id IN (
                            SELECT debit_move_id FROM account_partial_reconcile
                             WHERE company_id = %(company)s
                               AND max_date - (%(ordinal)s) >= %(back)s))
                 ORDER BY COALESCE(line.date_maturity, line.date), line.id
                """,
                ordinal=ORDINAL,
                company=self.company_id.id,
                day=self.day,
                first=self._get_first_day(),
                back=self.day.toordinal() - 7 * BACK,
            )
        )

    def _read_matches(self):
        """Return (line, day, amount, whether it is cash) of what settled items."""
        return self.env.execute_query(
            SQL(
                """
                SELECT match.debit_move_id, match.max_date - (%(ordinal)s),
                       match.amount::float8, journal.type IN ('bank', 'cash', 'credit')
                  FROM account_partial_reconcile match
                  JOIN account_move_line debit ON debit.id = match.debit_move_id
                  JOIN account_move_line credit ON credit.id = match.credit_move_id
                  JOIN account_journal journal ON journal.id = credit.journal_id
                 WHERE match.company_id = %(company)s
                   AND match.max_date <= %(day)s
                   AND debit.balance > 0
                   AND (match.max_date - (%(ordinal)s) >= %(first)s
                        OR debit.reconciled IS NOT TRUE)
                """,
                ordinal=ORDINAL,
                company=self.company_id.id,
                day=self.day,
                first=self._get_first_day(),
            )
        )

    def _read_credits(self):
        """Return (customer, due, negative amount) of what isn't applied yet."""
        return self.env.execute_query(
            SQL(
                """
                SELECT partner.commercial_partner_id,
                       COALESCE(line.date_maturity, line.date) - (%(ordinal)s),
                       line.amount_residual::float8
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE account.account_type = 'asset_receivable'
                   AND line.parent_state = 'posted'
                   AND line.company_id = %(company)s
                   AND line.date <= %(day)s
                   AND line.reconciled IS NOT TRUE
                   AND line.amount_residual < 0
                """,
                ordinal=ORDINAL,
                company=self.company_id.id,
                day=self.day,
            )
        )
