# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A process that runs other modules' tests with Odoo's own loader and suite.

`odoo --test-enable` runs tests not tagged `post_install` while their module loads,
before the modules that depend on it: our changes are not in place yet. Here all
tests run in the complete registry. Tours are skipped: their outcome depends on the
machine's load.

Arguments: a file for the result, then the modules. The result is JSON: for each test
"passed", "skipped", its traceback, or that it did not run.
"""

import json
import sys
import threading
from pathlib import Path

import odoo.tests.common
from odoo.http import root
from odoo.modules import module
from odoo.modules.registry import Registry
from odoo.service import server
from odoo.tests import loader
from odoo.tests.result import OdooTestResult
from odoo.tools import config

PASSED = "passed"
SKIPPED = "skipped"
NOT_RUN = "It did not run."


class Recorder(OdooTestResult):
    """Odoo's own result, which counts, plus the outcome of each test."""

    def __init__(self):
        super().__init__()
        self.outcomes = {}

    def startTest(self, test):
        if self.outcomes.get(test.id(), NOT_RUN) == NOT_RUN:
            self.outcomes[test.id()] = PASSED
        super().startTest(test)

    def addSkip(self, test, reason):
        self.outcomes[test.id()] = SKIPPED
        super().addSkip(test, reason)

    def logError(self, flavour, test, error):
        whole = getattr(test, "test_case", test)  # of a subtest
        self.outcomes[whole.id()] = self._exc_info_to_string(error, test)
        super().logError(flavour, test, error)


def main():
    answer, *modules = sys.argv[1:]
    config.parse_config([], setup_logging=True)
    config["test_tags"] = ",".join(f"/{name}" for name in modules)
    server.load_server_wide_modules()
    (database,) = config["db_name"]
    Registry(database)
    server.server = server.ThreadedServer(root)
    server.server.start(stop=False)
    try:
        outcomes = _run(modules)
    finally:
        server.server.stop()
    Path(answer).write_text(json.dumps(outcomes))


def _run(modules):
    threading.current_thread().testing = True
    config["test_enable"] = True
    odoo.tests.common.websocket = None  # without it Odoo skips what needs a browser
    recorder = Recorder()
    module.current_test = True
    for position in ("at_install", "post_install"):
        suite = loader.make_suite(modules, position)
        recorder.outcomes |= {test.id(): NOT_RUN for test in suite}
        suite(recorder)
    module.current_test = False
    return recorder.outcomes


if __name__ == "__main__":
    main()
