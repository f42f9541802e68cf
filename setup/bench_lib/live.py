# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A real server with its job runner: the user's click and the hand-over."""

import time

from paycollect_setup.waiting import wait_until

from .data import LOGIN, WARM_UP

# The database clock, to the microsecond: when the completing transaction commits (a
# deferred trigger fires just before), and when the job starts.
CLOCKS = """
CREATE TABLE bench_clock (job_id integer, event text, at timestamptz);
CREATE FUNCTION bench_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bench_clock VALUES (NEW.id, TG_ARGV[0], clock_timestamp());
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER bench_committed AFTER INSERT ON queue_job
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION bench_note('committed');
CREATE TRIGGER bench_started AFTER UPDATE ON queue_job
    FOR EACH ROW WHEN (OLD.state <> 'started' AND NEW.state = 'started')
    EXECUTE FUNCTION bench_note('started');
"""
HANDOVERS = """
SELECT EXTRACT(EPOCH FROM min(started.at) - committed.at)::float AS seconds
FROM bench_clock committed
JOIN bench_clock started
    ON started.job_id = committed.job_id AND started.event = 'started'
JOIN queue_job job ON job.id = committed.job_id
WHERE committed.event = 'committed' AND job.model_name = 'paycollect.attempt'
GROUP BY committed.job_id, committed.at
ORDER BY committed.job_id
"""
WORKING = "SELECT 1 FROM queue_job WHERE state NOT IN ('done', 'failed', 'cancelled')"


def measure(lab, source, jobs):
    """Return the seconds of each click and of each hand-over to the job queue.

    Jobs run one at a time: the next is completed once the receipt of this one is sent.
    """
    print(f"completing {jobs} jobs on a server …", flush=True)
    server = lab.make_server("live", source=source)
    server.sql(CLOCKS)
    server.wait_job_runner()
    technician = server.rpc(LOGIN, LOGIN)
    ids = technician("fsm.order", "search", [[]], {"order": "id"})[: jobs + WARM_UP]
    clicks = []
    for job_id in ids:
        start = time.perf_counter()
        technician("fsm.order", "action_complete", [[job_id]])
        clicks.append(time.perf_counter() - start)
        wait_until(lambda: not server.sql(WORKING), "the end of the queued jobs")
    handovers = [row["seconds"] for row in server.sql(HANDOVERS)]
    assert len(handovers) == len(ids), f"{len(handovers)} charges of {len(ids)} jobs"
    receipts = server.catcher.find(subject="Receipt")
    assert len(receipts) == len(ids), f"{len(receipts)} receipts"
    server.stop()
    return clicks[WARM_UP:], handovers[WARM_UP:]
