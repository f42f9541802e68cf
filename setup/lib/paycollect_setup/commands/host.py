# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""setup/test --host [MODULE…]: the host's own tests, with and without our addons.

Installed but turned off, our addons change nothing: every test that passes without
them also passes with them. Both runs use a copy of their own template.
"""

import contextlib
import json
import os
import subprocess
import tempfile
from pathlib import Path

from .. import configuration, databases, environment, guard, paths
from ..steps import Fault, die_with_parent, free_port, step

MODULES = [
    "payment",
    "account_payment",
    "payment_stripe",
    "sale",
    "fieldservice",
    "fieldservice_sale",
    "fieldservice_account",
    "queue_job",
]
PASSED, SKIPPED = "passed", "skipped"
QUOTED = 12  # lines of a traceback


def main(argv):
    if unknown := set(argv) - set(MODULES):
        raise Fault(f"not a module of the host: {', '.join(sorted(unknown))}.")
    modules = argv or MODULES
    with environment.ready() as version:
        templates = [
            databases.base_template(version),
            databases.addons_template(version),
        ]
        databases.drop_leftovers()
        with step(f"Tests of {', '.join(modules)}"):
            return _compare(*_run_both(templates, modules))


def _run_both(templates, modules):
    """Return the outcomes without and with our addons."""
    with contextlib.ExitStack() as stack:
        runs = [
            stack.enter_context(_running(template, side, modules))
            for template, side in zip(templates, ("without", "with"), strict=True)
        ]
        return [_answer(process, answer, log) for process, answer, log in runs]


@contextlib.contextmanager
def _running(template, side, modules):
    database = f"paycollect_test_{os.getpid()}_host_{side}"
    log = paths.LOGS / f"host-{side}.log"
    blocked = paths.LOGS / f"{database}-blocked.log"
    port = free_port()
    databases.copy(template, database)
    conf = configuration.write(
        paths.RUN / f"{database}.conf",
        channels="root:0",  # no job runner during the tests
        db_name=database,
        http_port=port,
        log_level="warn",
        max_cron_threads=0,
    )
    try:
        with tempfile.TemporaryDirectory(dir=paths.RUN) as folder, log.open("w") as out:
            answer = Path(folder) / "answer.json"
            process = subprocess.Popen(
                [paths.PYTHON, "-m", "paycollect_setup.host_tests", answer, *modules],
                cwd=paths.HOME,
                env=os.environ | guard.environment(blocked) | {"ODOO_RC": str(conf)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                preexec_fn=die_with_parent(),
            )
            try:
                yield process, answer, log
            finally:
                process.kill()
                process.wait()
    finally:
        conf.unlink()
        blocked.unlink(missing_ok=True)
        databases.drop(database)


def _answer(process, answer, log):
    if process.wait() or not answer.is_file():
        raise Fault(f"the tests did not finish: see {log}.")
    return json.loads(answer.read_text())


def _compare(without, with_ours):
    """Print both counts and failures only we cause; return an exit code."""
    print(f"Without our addons: {_count(without)}")
    print(f"With our addons:    {_count(with_ours)}")
    broken = {
        test: outcome
        for test, outcome in with_ours.items()
        if _failed(outcome) and not _failed(without.get(test, PASSED))
    }
    for test in without.keys() - with_ours.keys():
        broken[test] = "It did not run."
    for test, outcome in sorted(broken.items()):
        print(f"\nFails only with our addons: {test}")
        print("\n".join(outcome.rstrip().splitlines()[-QUOTED:]))
    if not broken:
        print("No test failures are caused by our addons.")
    return 1 if broken else 0


def _count(outcomes):
    failed = sum(map(_failed, outcomes.values()))
    skipped = sum(outcome == SKIPPED for outcome in outcomes.values())
    passed = len(outcomes) - failed - skipped
    return f"{len(outcomes)} tests, {passed} passed, {failed} failed, {skipped} skipped"


def _failed(outcome):
    return outcome not in (PASSED, SKIPPED)
