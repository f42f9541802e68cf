# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Hundreds of ledgers from a few that Odoo posted and matched.

Each copy has a customer, documents, items and matches of its own, with every column
that Odoo wrote. Each of its documents has a random date, and its amounts are a random
multiple: nothing has to be rounded, and what was settled still is.
"""

from datetime import date, timedelta

from odoo.tools import SQL

MOST_TIMES = 9  # what amounts are multiplied with
MOST_DAYS = 150
START = date(2026, 1, 1)
# Columns that name another copied row, in the order in which tables are copied.
LINKS = {
    "res_partner": {
        "id": "res_partner",
        "commercial_partner_id": "res_partner",
        "parent_id": "res_partner",
    },
    "account_move": {
        "id": "account_move",
        "partner_id": "res_partner",
        "commercial_partner_id": "res_partner",
        "partner_shipping_id": "res_partner",
    },
    "account_full_reconcile": {"id": "account_full_reconcile"},
    "account_move_line": {
        "id": "account_move_line",
        "move_id": "account_move",
        "partner_id": "res_partner",
        "full_reconcile_id": "account_full_reconcile",
    },
    "account_partial_reconcile": {
        "id": "account_partial_reconcile",
        "debit_move_id": "account_move_line",
        "credit_move_id": "account_move_line",
        "full_reconcile_id": "account_full_reconcile",
        "exchange_move_id": "account_move",
    },
}
TIMES = "row.{} * copy.times"
# Other columns that differ in a copy.
CHANGES = {
    "account_move": {
        "name": "row.name || '/' || copy.number",
        "date": "copy.day",
    },
    "account_move_line": {
        "date": "copy.day",
        "date_maturity": "row.date_maturity + (copy.day - row.date)",
        "matching_number": "row.matching_number || '/' || copy.number",
        **{
            name: TIMES.format(name)
            for name in (
                "amount_currency",
                "amount_residual",
                "amount_residual_currency",
                "balance",
                "credit",
                "debit",
            )
        },
    },
    "account_partial_reconcile": {
        "max_date": "GREATEST(copy.day, credit.day)",
        **{
            name: TIMES.format(name)
            for name in ("amount", "credit_amount_currency", "debit_amount_currency")
        },
    },
}
# The rows to copy, and their ``copy`` of a document.
SOURCES = {
    "res_partner": """
        FROM res_partner row
        JOIN (SELECT DISTINCT customer, number FROM ledger_copy) copy
          ON copy.customer = row.commercial_partner_id
       ORDER BY row.id = row.commercial_partner_id DESC
    """,
    "account_move": "FROM account_move row JOIN ledger_copy copy ON copy.move = row.id",
    "account_full_reconcile": """
        FROM (
            SELECT DISTINCT full_row.id, copy.number
              FROM account_full_reconcile full_row
              JOIN account_move_line line ON line.full_reconcile_id = full_row.id
              JOIN ledger_copy copy ON copy.move = line.move_id
        ) copy
        JOIN account_full_reconcile row ON row.id = copy.id
    """,
    "account_move_line": """
        FROM account_move_line row
        JOIN ledger_copy copy ON copy.move = row.move_id
        JOIN account_account account ON account.id = row.account_id
       WHERE account.account_type = 'asset_receivable'
    """,
    "account_partial_reconcile": """
        FROM account_partial_reconcile row
        JOIN account_move_line debit_line ON debit_line.id = row.debit_move_id
        JOIN account_move_line credit_line ON credit_line.id = row.credit_move_id
        JOIN ledger_copy copy ON copy.move = debit_line.move_id
        JOIN ledger_copy credit
          ON credit.move = credit_line.move_id AND credit.number = copy.number
    """,
}


class Ledgers:
    """Copies of the ledgers of these customers, who were created last.

    :param chance: a random.Random
    """

    def __init__(self, customers, chance):
        self.env, self.customers, self.chance = customers.env, customers, chance
        self.env.flush_all()
        self.moves = self._find_moves()
        self.steps = {table: self._get_step(table) for table in LINKS}

    def _find_moves(self):
        """Return ``{customer ID: {document ID: day}}``."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT partner.commercial_partner_id, line.move_id, line.date
                  FROM account_move_line line
                  JOIN res_partner partner ON partner.id = line.partner_id
                  JOIN account_account account ON account.id = line.account_id
                 WHERE partner.commercial_partner_id = ANY(%s)
                   AND account.account_type = 'asset_receivable'
                 ORDER BY 1, 2
                """,
                self.customers.ids,
            )
        )
        moves = {}
        for customer, move, day in rows:
            moves.setdefault(customer, {})[move] = day
        return moves

    def _get_step(self, table):
        """Return how far the IDs of two copies of a row are apart."""
        [[most]] = self.env.execute_query(
            SQL("SELECT COALESCE(max(id), 0) FROM %s", SQL.identifier(table))
        )
        return most + 1

    def multiply(self, number):
        """Copy until there are this many; the first copy of each is exact.

        :return: ``{customer ID: [customer IDs of its copies]}``
        """
        each = number // len(self.customers)
        self._write_copies(each)
        for table in LINKS:
            self._copy(table)
            # or the next copy is planned for the few rows that were there before
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
        self.env.invalidate_all()
        step = self.steps["res_partner"]
        return {
            customer: [customer + step * copy for copy in range(1, each + 1)]
            for customer in self.moves
        }

    def _write_copies(self, each):
        rows = [
            (customer, move, copy, *self._draw(copy, day), times)
            for customer, days in self.moves.items()
            for copy in range(1, each + 1)
            for times in [1 if copy == 1 else self.chance.randint(1, MOST_TIMES)]
            for move, day in days.items()
        ]
        self.env.cr.execute(
            "CREATE TEMP TABLE ledger_copy (customer int, move int, number int, "
            "day date, times int) ON COMMIT DROP"
        )
        self.env.cr.execute_values("INSERT INTO ledger_copy VALUES %s", rows)
        self.env.cr.execute("CREATE INDEX ON ledger_copy (move, number)")
        self.env.cr.execute("ANALYZE ledger_copy")

    def _draw(self, copy, day):
        if copy == 1:
            return [day]
        return [START + timedelta(days=self.chance.randrange(MOST_DAYS))]

    def _copy(self, table):
        columns = self._get_columns(table)
        values = [SQL(self._write_value(table, name)) for name in columns]
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s) SELECT %s %s",
                SQL.identifier(table),
                SQL(", ").join(map(SQL.identifier, columns)),
                SQL(", ").join(values),
                SQL(SOURCES[table]),
            )
        )

    def _get_columns(self, table):
        self.env.cr.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = %s AND table_schema = 'public' "
            "AND is_generated = 'NEVER' ORDER BY ordinal_position",
            [table],
        )
        return [name for (name,) in self.env.cr.fetchall()]

    def _write_value(self, table, name):
        if target := LINKS[table].get(name):
            return f'row."{name}" + {self.steps[target]} * copy.number'
        return CHANGES.get(table, {}).get(name, f'row."{name}"')


def differs(table):
    """Return the columns that differ in an exact copy."""
    named = ("name", "matching_number")
    return {*LINKS[table], *(n for n in CHANGES.get(table, {}) if n in named)}
