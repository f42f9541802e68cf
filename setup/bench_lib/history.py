# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Thousands of past attempts: copies of one that was made by the engine.

Each has its own invoice and transaction (without journal items and payment). They are
spread across the customers and two years; one in ten is declined.
"""

from .data import environment

SPREAD = "JOIN customer ON place = mod(n, (SELECT count(*) FROM customer))"
MINUTES = 2 * 365 * 24 * 60


def build(registry, attempt_id, move_ids, count):
    """Create this many copies of an attempt.

    :param move_ids: invoices of the customers that get these attempts
    """
    with registry.cursor() as cr:
        attempt = environment(cr)["paycollect.attempt"].browse(attempt_id)
        transaction = attempt.transaction_id
        cr.execute(
            "CREATE TEMP TABLE customer ON COMMIT DROP AS "
            "SELECT row_number() OVER () - 1 AS place, move.partner_id AS partner, "
            "token.id AS token FROM account_move move "
            "JOIN payment_token token ON token.partner_id = move.partner_id "
            "WHERE move.id = ANY(%s)",
            [move_ids],
        )
        minutes = MINUTES / count
        at = f"now() AT TIME ZONE 'UTC' - n * interval '1 minute' * {minutes}"
        declined = "mod(n, 10) = 0"
        first_move = copy_rows(
            cr,
            "account_move",
            attempt.move_id.id,
            count,
            {
                "name": "'OLD/' || n",
                "sequence_prefix": "'OLD/'",
                "sequence_number": "n",
                "partner_id": "partner",
                "commercial_partner_id": "partner",
                "payment_reference": "'OLD/' || n",
            },
            SPREAD,
        )
        first_transaction = copy_rows(
            cr,
            "payment_transaction",
            transaction.id,
            count,
            {
                "reference": "'OLD-' || n",
                "partner_id": "partner",
                "token_id": "token",
                "state": f"CASE WHEN {declined} THEN 'error' ELSE 'done' END",
                "last_state_change": at,
                "payment_id": "NULL",
            },
            SPREAD,
        )
        cr.execute(
            "INSERT INTO account_invoice_transaction_rel (invoice_id, transaction_id) "
            "SELECT %s + n, %s + n FROM generate_series(1, %s) n",
            [first_move, first_transaction, count],
        )
        copy_rows(
            cr,
            "paycollect_attempt",
            attempt.id,
            count,
            {
                "move_id": f"{first_move} + n",
                "transaction_id": f"{first_transaction} + n",
                "partner_id": "partner",
                "token_id": "token",
                "state": f"CASE WHEN {declined} THEN 'declined' ELSE 'paid' END",
                "planned_at": at,
                "sent_at": at,
                "done_at": at,
            },
            SPREAD,
        )
        cr.commit()
        cr.execute("ANALYZE")


def copy_rows(cr, table, row_id, count, changes, join=""):
    """Insert copies of a row; return the id before the first one.

    :param changes: column → SQL of `n` (1 …), the row's columns and those of `join`
    :param join: SQL that joins another table
    """
    cr.execute(f"SELECT max(id) FROM {table}")
    (last,) = cr.fetchone()
    cr.execute(
        "SELECT quote_ident(column_name) FROM information_schema.columns "
        "WHERE table_name = %s AND table_schema = 'public' AND column_name <> 'id' "
        "AND is_generated = 'NEVER'",
        [table],
    )
    columns = [column for (column,) in cr.fetchall()]
    values = [changes.get(column, f"source.{column}") for column in columns]
    cr.execute(
        f"INSERT INTO {table} (id, {', '.join(columns)}) "
        f"SELECT %s + n, {', '.join(values)} FROM {table} source "
        f"CROSS JOIN generate_series(1, %s) n {join} WHERE source.id = %s",
        [last, count, row_id],
    )
    cr.execute(
        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), %s)", [last + count]
    )
    return last
