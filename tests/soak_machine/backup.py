# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A backup of the database and how to restore it.

Only tables that a schedule changes are copied, next to the originals: copying the whole
database takes seconds. Numbers assigned since are assigned again.
"""

TABLES = """
SELECT relname FROM pg_class
 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
   AND relname ~ ('^(account_(full|invoice|move|partial|payment)|paycollect|payment_'
       || '|queue_job|mail_(activity|followers|mail|message|notification)'
       || '|res_(company|partner)$|ir_(attachment|config_parameter|sequence))')
"""


class Backup:
    """:param place: see place.py"""

    def __init__(self, place):
        self._place = place

    def make(self):
        with self._place.sql() as cr:
            names = self._get_names(cr)
            cr.execute("DROP SCHEMA IF EXISTS backup CASCADE; CREATE SCHEMA backup")
            copy = "CREATE UNLOGGED TABLE backup.{0} AS TABLE public.{0}"
            cr.execute("; ".join(copy.format(name) for name in names))

    def restore(self):
        with self._place.sql() as cr:
            cr.execute("SET LOCAL session_replication_role = replica")  # no checks
            fill = "DELETE FROM {0}; INSERT INTO {0} TABLE backup.{0}"
            names = self._get_names(cr)
            cr.execute("; ".join(fill.format(name) for name in names))
        self._place.registry.clear_cache("stable")

    def _get_names(self, cr):
        cr.execute(TABLES)
        return sorted(name for (name,) in cr.fetchall())
