# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From a completed job to the receipt: our flow compared with Odoo's own calls.

    setup/bench completion [--jobs N] [--deposit]

Compared: N jobs in a database without our addons through the plain native calls, and
N jobs in one with them through ours (completion, job queue, charge, receipt),
alternating, so that the machine's load affects both. No PDF and no SMTP connection on
either side. Then: jobs on a real server, completed over RPC one at a time, with the
live job runner; up to a hundred jobs in one request; and the time for twice as many
jobs. With ``--deposit``, a deposit of 30 % was paid for each order before, which the
invoice of the work deducts; only the comparison is made.
"""

import argparse
import statistics

import bench_lib.at_once
import bench_lib.doubling
import bench_lib.live
import bench_lib.pairs

MAX_RATIO = 1.15
MAX_RATIO_WITH_DEPOSIT = 1.3
MAX_HANDOVER = 0.1
# Seconds, on a machine that takes half a second for a job with Odoo's own calls; on a
# slower one, as much more.
MAX_CLICK = NATIVE_JOB = 0.5
MAX_AT_ONCE = 0.3
MAX_DOUBLING = 2.1


def main(argv, lab):
    parser = argparse.ArgumentParser(prog="setup/bench completion")
    parser.add_argument("--jobs", type=int, default=200, help="jobs on each side")
    parser.add_argument(
        "--deposit", action="store_true", help="each order had a deposit"
    )
    options = parser.parse_args(argv)
    jobs = options.jobs
    if jobs < 2:
        parser.error("--jobs must be at least 2")
    native, ours, source = bench_lib.pairs.measure(lab, jobs, options.deposit)
    _print_table(native, ours, jobs)
    if options.deposit:
        return _print_checks(_compare(native, ours, MAX_RATIO_WITH_DEPOSIT))
    clicks, handovers = bench_lib.live.measure(lab, source, min(jobs, 100))
    together = bench_lib.at_once.measure(lab, source, min(jobs, 100))
    single, double = bench_lib.doubling.measure(lab, source, jobs // 2)
    few = jobs // 2
    slowness = max(1, native.total_seconds / jobs / NATIVE_JOB)
    checks = [
        *_compare(native, ours, MAX_RATIO),
        ("job hand-over, 95th percentile, s", _percentile(handovers, 95), MAX_HANDOVER),
        ("completing, median, s", statistics.median(clicks), MAX_CLICK * slowness),
        (
            f"one of {min(jobs, 100)} jobs completed in one request, s",
            together / min(jobs, 100),
            MAX_AT_ONCE * slowness,
        ),
        (f"time of {2 * few} jobs / {few} jobs", double / single, MAX_DOUBLING),
    ]
    code = _print_checks(checks)
    print(
        f"      ({len(clicks)} clicks; hand-over: median "
        f"{statistics.median(handovers) * 1000:.0f} ms, longest "
        f"{max(handovers) * 1000:.0f} ms)"
    )
    return code


def _compare(native, ours, limit):
    """Return the checks of time and queries: (what, measured, limit)."""
    return [
        ("time, ours / native", ours.total_seconds / native.total_seconds, limit),
        ("queries, ours / native", ours.total_queries / native.total_queries, limit),
    ]


def _print_checks(checks):
    """Print each check; return 1 if one of them failed, else 0."""
    for what, measured, limit in checks:
        result = "PASS" if measured <= limit else "FAIL"
        print(f"{result}  {what}: {measured:.3f} (at most {limit:.3g})")
    return int(any(measured > limit for _what, measured, limit in checks))


def _print_table(native, ours, jobs):
    print(f"\nper job, mean of {jobs} jobs on each side")
    head = ("native ms", "ours ms", "ratio", "native queries", "ours queries", "ratio")
    print(f"{'stage':<14}" + "".join(f"{title:>16}" for title in head))
    for stage in native.stages:
        _print_row(
            stage,
            [side.seconds[stage] / jobs * 1000 for side in (native, ours)],
            [side.queries[stage] / jobs for side in (native, ours)],
        )
    _print_row(
        "all",
        [side.total_seconds / jobs * 1000 for side in (native, ours)],
        [side.total_queries / jobs for side in (native, ours)],
    )
    print(flush=True)


def _print_row(stage, seconds, queries):
    cells = [*(f"{value:.1f}" for value in seconds), _ratio(*seconds)]
    cells += [*(f"{value:.1f}" for value in queries), _ratio(*queries)]
    print(f"{stage:<14}" + "".join(f"{cell:>16}" for cell in cells))


def _ratio(native, ours):
    return f"{ours / native:.2f}" if native else "-"


def _percentile(values, percent):
    """Return the percentile of the values (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * percent // 100) - 1)]
