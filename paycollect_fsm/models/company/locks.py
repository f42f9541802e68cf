# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from psycopg2.errors import LockNotAvailable

from odoo.exceptions import LockError
from odoo.tools import SQL

WAIT = "10s"


def wait_and_lock(records):
    """Lock records for a user's action, after other work on them is done.

    Workers hold a lock for moments only, never while a provider is asked; a person who
    meets one waits instead of getting an error. Where a worker has changed the records
    meanwhile, PostgreSQL reports a conflict, and Odoo repeats the user's request, which
    then sees the change. References to the records don't conflict.

    :raise LockError: if they are still locked after ten seconds
    """
    if not records.ids:
        return
    cr = records.env.cr
    records.flush_recordset()
    query = SQL(
        "SELECT 1 FROM %s WHERE id IN %s ORDER BY id FOR NO KEY UPDATE",
        SQL.identifier(records._table),
        tuple(records.ids),
    )
    try:
        with cr.savepoint(flush=False):
            cr.execute(SQL("SET LOCAL lock_timeout = %s", WAIT))
            cr.execute(query, log_exceptions=False)
    except LockNotAvailable as error:
        text = records.env._(
            "%(name)s is being worked on right now. Try again in a minute.",
            name=records[0].display_name,
        )
        raise LockError(text) from error
    cr.execute(SQL("SET LOCAL lock_timeout = DEFAULT"))
