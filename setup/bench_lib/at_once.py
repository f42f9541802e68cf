# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Many jobs completed in one request, as from the list or an import."""

import time

from . import data, odoo_process
from .data import LOGIN, environment


def measure(lab, source, jobs):
    """Return the seconds of one request that completes a number of jobs."""
    print(f"completing {jobs} jobs in one request …", flush=True)
    registry = odoo_process.load(lab, lab.make_database("at_once", source))
    ids = data.job_ids(registry)
    _complete(registry, ids[: data.WARM_UP])
    start = time.perf_counter()
    _complete(registry, ids[data.WARM_UP :][:jobs])
    return time.perf_counter() - start


def _complete(registry, ids):
    with registry.cursor() as cr:
        environment(cr, LOGIN)["fsm.order"].browse(ids).action_complete()
    with registry.cursor() as cr:
        moves = environment(cr)["fsm.order"].browse(ids).invoice_lines.move_id
        assert len(moves) == len(ids), f"{len(moves)} invoices of {len(ids)} jobs"
        assert set(moves.mapped("state")) == {"posted"}
