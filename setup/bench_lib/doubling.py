# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Check whether a job takes longer the more jobs came before it."""

import time

from . import data, odoo_process
from .flows import Ours
from .meter import Meter


def measure(lab, source, jobs):
    """Return the seconds for a number of jobs and for twice as many.

    Measured in two databases, alternating one job there and two jobs here, so that the
    machine's load affects both.
    """
    single = _flow(lab, source, "single")
    double = _flow(lab, source, "double")
    ids = data.job_ids(single.registry)
    seconds = {single: 0.0, double: 0.0}
    with odoo_process.mails_kept():
        for number in range(jobs):
            steps = [(double, 2 * number), (single, number), (double, 2 * number + 1)]
            for flow, index in steps:
                start = time.perf_counter()
                flow.run(ids[index])
                seconds[flow] += time.perf_counter() - start
            if number % 20 == 19:
                print(f"doubled {number + 1} of {jobs} jobs", flush=True)
    return seconds[single], seconds[double]


def _flow(lab, source, name):
    registry = odoo_process.load(lab, lab.make_database(name, source))
    return Ours(registry, Meter())
