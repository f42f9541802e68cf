# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""setup/test --host [MODULE…]: the host's own tests, with our addons installed.

Installed but turned off, our addons change nothing: every test that passes without
them also passes with them. Only if tests fail, they are repeated without our addons.
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
PROCESSES = 2
PASSED, SKIPPED = "passed", "skipped"
QUOTED = 12  # lines of a traceback


def main(argv):
    if unknown := set(argv) - set(MODULES):
        raise Fault(f"not a module of the host: {', '.join(sorted(unknown))}.")
    modules = argv or MODULES
    with environment.ready() as version:
        template = databases.addons_template(version)
        databases.drop_leftovers()
        with_ours = _run("with", template, modules)
        if not any(map(_failed, with_ours.values())):
            print("All of these tests pass with our addons.")
            return 0
        without = _run("without", databases.base_template(version), modules)
        return _compare(without, with_ours)


def _run(side, template, modules):
    """Run the tests in several processes; return their outcomes.

    :param side: "with" or "without" our addons
    """
    title = f"Tests of {', '.join(modules)} {side} our addons"
    shares = filter(None, (modules[place::PROCESSES] for place in range(PROCESSES)))
    with step(title), contextlib.ExitStack() as stack:
        runs = [
            stack.enter_context(_running(template, f"{side}-{number}", share))
            for number, share in enumerate(shares, 1)
        ]
        answers = [_answer(process, answer, log) for process, answer, log in runs]
    outcomes = {test: outcome for one in answers for test, outcome in one.items()}
    print(f"{side.capitalize()} our addons: {_count(outcomes)}")
    return outcomes


@contextlib.contextmanager
def _running(template, name, modules):
    database = f"paycollect_test_{os.getpid()}_host_{name}"
    log = paths.LOGS / f"host-{name}.log"
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
    """Print failures only we cause; return an exit code."""
    broken = {
        test: outcome
        for test, outcome in with_ours.items()
        if _failed(outcome) and not _failed(without.get(test, PASSED))
    }
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
