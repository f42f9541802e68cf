# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Charges per second of a real server, with its job runner and a number of job slots.

Compared with as many processes that make the same charges without server and queue:
they share the processors, the provider and the database's locks in the same way. The
speed of a shared machine drifts within minutes, so this is measured alongside each
round of charges, in a copy of the same database.
"""

import multiprocessing
import time
from dataclasses import dataclass

from paycollect_setup.waiting import wait_until

from odoo import sql_db

from . import charge_cost, charge_data, odoo_process

ROUNDS = 3
CHARGES_PER_SLOT = 20  # per round
BARE_PER_SLOT = 10  # charges per round and process without server and queue
# Each worker process fills its caches with its first jobs.
WARM_UP_PER_SLOT = 6
# The clock of the database, to the microsecond.
CLOCK = """
CREATE TABLE bench_clock (attempt_id integer, state text, at timestamptz);
CREATE FUNCTION bench_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bench_clock VALUES (NEW.id, NEW.state, clock_timestamp());
    RETURN NULL;
END $$;
CREATE TRIGGER bench_state AFTER UPDATE ON paycollect_attempt
    FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION bench_note();
CREATE FUNCTION bench_note_booked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bench_clock VALUES (NULL, 'booked', clock_timestamp());
    RETURN NULL;
END $$;
CREATE TRIGGER bench_booked AFTER UPDATE ON payment_transaction
    FOR EACH ROW WHEN (NEW.is_post_processed AND NEW.payment_id IS NOT NULL)
    EXECUTE FUNCTION bench_note_booked();
"""
WORKING = "SELECT 1 FROM queue_job WHERE state NOT IN ('done', 'failed', 'cancelled')"
READ_CLOCK = """
SELECT EXTRACT(EPOCH FROM max(at) - min(at))::float AS seconds,
       count(*) FILTER (WHERE state = 'paid') AS paid
  FROM bench_clock
"""
PLAN = """
moves = env["account.move"].browse(ids)
assert moves._plan_collection("completion").move_id == moves
"""


@dataclass(frozen=True)
class Round:
    """Charges per second with a number of slots, and with as many bare processes."""

    slots: int
    rate: float
    bare_rate: float

    @property
    def share(self):
        return self.rate / self.bare_rate


def measure(lab, provider, slots):
    """Return a :class:`Round` for each round, one after the other."""
    count, bare = CHARGES_PER_SLOT * slots, BARE_PER_SLOT * slots
    print(f"charging {ROUNDS} times {count} with {slots} job slot(s) …", flush=True)
    alone = lab.make_database(f"alone{slots}")
    registry = odoo_process.load(lab, alone)
    warm_up = WARM_UP_PER_SLOT * slots
    moves = charge_data.build(registry, provider, ROUNDS * count + warm_up)
    odoo_process.leave(alone)
    server = _start(lab, provider, slots, alone)
    registry = odoo_process.load(lab, alone)
    charge_cost.plan(registry, moves)
    _charge(server, moves[:warm_up])
    _charge_barely(provider, registry, moves[:warm_up], slots)
    server.sql(CLOCK)
    rounds = []
    for number in range(ROUNDS):
        chosen = moves[warm_up + number * count :][:count]
        bare_rate = _charge_barely(provider, registry, chosen[:bare], slots)
        server.sql("TRUNCATE bench_clock")
        _charge(server, chosen)
        (clock,) = server.sql(READ_CLOCK)
        assert clock["paid"] == count, f"{clock['paid']} of {count} were paid"
        rounds.append(Round(slots, count / clock["seconds"], bare_rate))
    server.stop()
    return rounds


def _start(lab, provider, slots, source):
    server = lab.make_server(
        f"slots{slots}",
        source=source,
        workers=slots + 1,
        crons=0,
        env={"PAYCOLLECT_STRIPE_URL": provider.url},
        channels=(
            f"root:{slots + 1},root.paycollect:{slots},root.paycollect_document:1"
        ),
    )
    server.wait_job_runner()
    return server


def _charge_barely(provider, registry, move_ids, processes):
    """Make these charges in a number of processes; return charges per second."""
    sql_db.close_all()  # a child must not inherit connections
    context = multiprocessing.get_context("fork")
    shares = [move_ids[number::processes] for number in range(processes)]
    children = [
        context.Process(target=charge_cost.charge_all, args=(provider, registry, share))
        for share in shares
    ]
    start = time.perf_counter()
    for child in children:
        child.start()
    for child in children:
        child.join()
    seconds = time.perf_counter() - start
    assert not any(child.exitcode for child in children), "a process failed"
    charge_cost.check_paid(registry, move_ids)
    return len(move_ids) / seconds


def _charge(server, move_ids):
    server.run(PLAN, ids=move_ids)
    wait_until(lambda: not server.sql(WORKING), "the end of the jobs", every=1)
