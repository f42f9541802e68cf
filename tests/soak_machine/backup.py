# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A backup of the database and how to restore it.

Only tables that a schedule changes are copied, next to the originals: copying the whole
database takes seconds. So does creating the copies, which is done once. Numbers
assigned since are assigned again.
"""

TABLES = """
SELECT relname FROM pg_class
 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
   AND relname ~ ('^(account_(full|invoice|move|partial|payment)|paycollect|payment_'
       || '|queue_job|mail_(activity|followers|mail|message|notification)'
       || '|res_(company|partner)$|ir_(attachment|config_parameter|sequence))')
"""
CREATE = "CREATE UNLOGGED TABLE backup.{0} AS TABLE public.{0} WITH NO DATA"
SAVE = "DELETE FROM backup.{0}; INSERT INTO backup.{0} TABLE public.{0}"
RESTORE = "DELETE FROM public.{0}; INSERT INTO public.{0} TABLE backup.{0}"


class Backup:
    """:param place: see place.py"""

    def __init__(self, place):
        self._place = place
        with place.sql() as cr:
            cr.execute(TABLES)
            self._names = sorted(name for (name,) in cr.fetchall())
            cr.execute("DROP SCHEMA IF EXISTS backup CASCADE; CREATE SCHEMA backup")
            self._run_for_each(cr, CREATE)

    def make(self):
        with self._place.sql() as cr:
            self._run_for_each(cr, SAVE)

    def restore(self):
        with self._place.sql() as cr:
            cr.execute("SET LOCAL session_replication_role = replica")  # no checks
            self._run_for_each(cr, RESTORE)
        self._place.registry.clear_cache("stable")

    def _run_for_each(self, cr, query):
        cr.execute("; ".join(query.format(name) for name in self._names))
