# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from psycopg2.errors import LockNotAvailable

from odoo.exceptions import LockError
from odoo.tools import SQL

WAIT = "10s"


def wait_and_lock(records):
    """Lock records for a user's action, after other work on them is done.

    Workers hold a lock for moments only, never while a provider is asked; a person who
    meets one waits instead of getting an error. The rows are also updated: whoever
    waited, or began before this action ended, meets a conflict. Odoo repeats their
    request, which then sees what was done. References to the records don't conflict.

    :raise LockError: if they are still locked after ten seconds
    """
    if not records.ids:
        return
    cr = records.env.cr
    records.flush_recordset()
    query = SQL(
        "UPDATE %s SET id = id WHERE id IN %s",
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
