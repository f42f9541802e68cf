# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The provider's own books, and instructions to stop the server, in a folder.

The folder outlives the server, like a provider would. It is set by the environment
variable PAYCOLLECT_TEST_PROVIDER and contains

- `ledger`: one JSON line for each request (`asked`) and each charge (`charged`)
- `die_at`: the point at which to kill the server, once; with a customer's id, only when
  the point is reached for that customer
- `conflict_<point>_<customer>`: how often the database conflicts at that point
- `delay`: seconds that slow steps take, so that two of them overlap
- `give_up_<id>`: the next request about this customer or intent of the provider is not
  waited for
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
    """Take the money unless this reference was already charged (idempotency)."""
    _write("asked", request)
    if request["reference"] not in [line["reference"] for line in _charged()]:
        _write("charged", request)


def die_at(point, partner=None):
    """Kill this process, like a power failure, if it was instructed to die here."""
    orders = (point, f"{point} {partner.id}") if partner else (point,)
    if DIE_AT.is_file() and DIE_AT.read_text() in orders:
        DIE_AT.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def conflict_at(point, partner):
    """Fail like PostgreSQL does for the second of two concurrent updates.

    The database itself raises the error, so the transaction is broken the same way.
    """
    order = FOLDER / f"conflict_{point}_{partner.id}"
    if not order.is_file():
        return
    left = int(order.read_text()) - 1
    if left:
        order.write_text(str(left))
    else:
        order.unlink()
    partner.env.cr.execute(
        "DO $$ BEGIN RAISE SQLSTATE '40001' USING MESSAGE = 'could not serialize "
        "access due to concurrent update (ordered by a test)'; END $$",
        log_exceptions=False,
    )


def dawdle():
    if DELAY.is_file():
        time.sleep(float(DELAY.read_text()))


def gives_up(object_id):
    """Return whether the current request about this object is not waited for."""
    order = FOLDER / f"give_up_{object_id}"
    if not order.is_file():
        return False
    order.unlink()
    return True


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
