# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The provider's own books, and orders to stop the server, in files of a folder.

The folder outlives the server, as a provider does. It is named by the environment
variable PAYCOLLECT_TEST_PROVIDER and holds

- `ledger`: one JSON line for each request (`asked`) and each charge (`charged`)
- `die_at`: name of the point at which the server is to be killed, once
- `delay`: seconds that slow steps take, so that two of them overlap
"""

import json
import os
import signal
import time
from pathlib import Path

FOLDER = Path(os.environ["PAYCOLLECT_TEST_PROVIDER"])
LEDGER = FOLDER / "ledger"
DIE_AT = FOLDER / "die_at"
DELAY = FOLDER / "delay"


def charge(**request):
    """Take the money, unless this reference was charged before (idempotency)."""
    _write("asked", request)
    if request["reference"] not in [line["reference"] for line in _charged()]:
        _write("charged", request)


def die_at(point):
    """Kill this process as a power cut would, when it was ordered to die here."""
    if DIE_AT.is_file() and DIE_AT.read_text() == point:
        DIE_AT.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def dawdle():
    if DELAY.is_file():
        time.sleep(float(DELAY.read_text()))


def _charged():
    if not LEDGER.is_file():
        return []
    lines = map(json.loads, LEDGER.read_text().splitlines())
    return [line for line in lines if line["event"] == "charged"]


def _write(event, request):
    with LEDGER.open("a") as ledger:
        ledger.write(json.dumps({"event": event, **request}) + "\n")
        ledger.flush()
        os.fsync(ledger.fileno())
