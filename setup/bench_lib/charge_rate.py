# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Charges per second of a real server, with its job runner and a number of job slots.

The speed of a shared machine drifts within minutes, so the own cost of a charge is
measured alongside each round of charges, in a copy of the same database.
"""

import os
from dataclasses import dataclass

from paycollect_setup.waiting import wait_until

from . import charge_cost, charge_data, odoo_process

ROUNDS = 3
CHARGES_PER_SLOT = 20  # per round
SAMPLES = 10  # charges per round that are measured for their own cost
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
    """Charges per second with a number of slots, and the cost of a single charge."""

    slots: int
    rate: float
    cost: charge_cost.Cost

    def get_slots_limit(self, latency):
        """Return charges per second if slots only ever waited for the provider."""
        return self.slots / (latency + self.cost.own)

    def get_processors_limit(self):
        """Return charges per second if the processors were fully used for them."""
        return os.cpu_count() / self.cost.processors

    def get_share(self, latency):
        """Return the reached share of what slots and processors allow."""
        limit = min(self.get_slots_limit(latency), self.get_processors_limit())
        return self.rate / limit


def measure(lab, provider, slots):
    """Return a :class:`Round` for each round, one after the other."""
    count = CHARGES_PER_SLOT * slots
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
    charge_cost.sample(provider, registry, moves[:warm_up])
    server.sql(CLOCK)
    rounds = []
    for number in range(ROUNDS):
        chosen = moves[warm_up + number * count :][:count]
        cost = charge_cost.sample(provider, registry, chosen[:SAMPLES])
        server.sql("TRUNCATE bench_clock")
        _charge(server, chosen)
        (clock,) = server.sql(READ_CLOCK)
        assert clock["paid"] == count, f"{clock['paid']} of {count} were paid"
        rounds.append(Round(slots, count / clock["seconds"], cost))
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


def _charge(server, move_ids):
    server.run(PLAN, ids=move_ids)
    wait_until(lambda: not server.sql(WORKING), "the end of the jobs", every=1)
