# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Native and ours, alternating, in two databases of the same kind."""

import os

from . import data, deposits, odoo_process
from .flows import Native, Ours
from .meter import Meter


def measure(lab, jobs, deposit=False):
    """Return (native meter, our meter, a database with as many jobs to complete).

    :param deposit: whether a deposit was paid for each order before
    """
    registries = {}
    source = None
    for side, template in (
        ("native", os.environ["PAYCOLLECT_BASE"]),
        ("ours", os.environ["PAYCOLLECT_TEMPLATE"]),
    ):
        database = lab.make_database(side, template)
        print(f"making {jobs} jobs ({side}) …", flush=True)
        registry = odoo_process.load(lab, database)
        data.build(registry, jobs + data.WARM_UP)
        if deposit:
            deposits.pay(registry)
        if side == "ours":
            odoo_process.leave(database)
            source = database
            database = lab.make_database("compared", source)
            registry = odoo_process.load(lab, database)
        registries[side] = registry
    native = Native(registries["native"], Meter())
    ours = Ours(registries["ours"], Meter())
    ours.watch()
    _run(native, ours, jobs)
    return native.meter, ours.meter, source


def _run(native, ours, jobs):
    sides = [(flow, data.job_ids(flow.registry)) for flow in (native, ours)]
    with odoo_process.mails_kept() as mails:
        total = jobs + data.WARM_UP
        for number in range(total):
            if number == data.WARM_UP:
                native.meter.reset()
                ours.meter.reset()
            # Each goes first equally often.
            for flow, ids in sides if number % 2 else reversed(sides):
                flow.run(ids[number])
            if number % 20 == 19:
                print(
                    f"compared {number + 1} of {jobs + data.WARM_UP} pairs", flush=True
                )
    assert len(mails) == 2 * total, f"{len(mails)} mails"
    for flow, ids in sides:
        flow.check_paid(ids)
