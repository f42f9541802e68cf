# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Charges per second of a real server, with its job runner and so many job slots."""

from paycollect_setup.waiting import wait_until

from . import charge_data, odoo_process

CHARGES_PER_SLOT = 30
# Each worker process loads its registry with its first job.
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
"""
WORKING = "SELECT 1 FROM queue_job WHERE state NOT IN ('done', 'failed', 'cancelled')"
ELAPSED = "SELECT EXTRACT(EPOCH FROM max(at) - min(at))::float AS s FROM bench_clock"
PLAN = """
moves = env["account.move"].browse(ids)
assert moves._plan_collection("completion").move_id == moves
"""


def measure(lab, provider, slots):
    """Return the charges per second, from the first claim to the last answer."""
    count, warm_up = CHARGES_PER_SLOT * slots, WARM_UP_PER_SLOT * slots
    print(f"charging {count} invoices with {slots} job slot(s) …", flush=True)
    source = lab.make_database(f"source{slots}")
    registry = odoo_process.load(lab, source)
    moves = charge_data.build(registry, provider, count + warm_up)
    odoo_process.leave(source)
    server = lab.make_server(
        f"slots{slots}",
        source=source,
        workers=slots + 1,
        env={"PAYCOLLECT_STRIPE_URL": provider.url},
        channels=(
            f"root:{slots + 1},root.paycollect:{slots},root.paycollect_document:1"
        ),
    )
    server.wait_job_runner()
    _charge(server, moves[:warm_up])
    server.sql(CLOCK)
    _charge(server, moves[warm_up:])
    seconds = server.sql(ELAPSED)[0]["s"]
    paid = server.sql("SELECT 1 FROM bench_clock WHERE state = 'paid'")
    assert len(paid) == count, f"{len(paid)} of {count} were paid"
    server.stop()
    return count / seconds


def _charge(server, move_ids):
    server.run(PLAN, ids=move_ids)
    wait_until(lambda: not server.sql(WORKING), 300, "the end of the queued jobs")
