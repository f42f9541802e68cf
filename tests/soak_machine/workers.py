# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Actors: jobs, crons, webhooks, people. One at a time, or one in the middle of
another's work (see interrupts.py), each with its own connection.
"""

import contextlib
import logging
import traceback
from collections import deque

from odoo.exceptions import AccessError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from odoo.addons.queue_job.controllers.main import RunJobController
from odoo.addons.queue_job.exception import RetryableJobError

from .interrupts import Killed

DONE = "done"
KILLED = "killed"
REFUSED = "refused"  # a user was shown why not
LATER = "later"  # another actor holds the lock: retried

REPEATS = 5  # like Odoo retries a request

TAKE_JOB = """
UPDATE queue_job SET state = 'enqueued' WHERE id = (
    SELECT id FROM queue_job
     WHERE state = 'pending' AND (eta IS NULL OR eta <= %s)
     ORDER BY priority, id LIMIT 1)
RETURNING uuid, method_name
"""
# The runner finds jobs whose worker died and restarts them.
REQUEUE = """
UPDATE queue_job SET state = 'pending', eta = NULL
 WHERE uuid = %s AND state IN ('enqueued', 'started')
"""


class Workers:
    """:param place: see place.py; :param clock: see clock.py"""

    def __init__(self, place, clock):
        self._place = place
        self._clock = clock
        self._depth = 0
        self._waiting = deque()
        self.unexpected = []  # tracebacks of unexpected errors

    def act(self, action, login=None):
        """Run ``action(env)`` like a request or cron does, and commit.

        In the middle of another actor's work it may hit a lock; then it is repeated
        once the other one has finished.
        """
        for _repeat in range(REPEATS):
            outcome = self._try(action, login)
            if outcome != LATER:
                return outcome
            if self._depth:
                self._waiting.append((action, login))
                return LATER
        return LATER

    def _try(self, action, login):
        with self._stacked():
            try:
                with self._place.env(login) as env:
                    action(env)
            except Killed:
                return KILLED
            except (RetryableJobError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
                return LATER
            except (UserError, AccessError):
                return REFUSED
            except Exception:
                self._note_unexpected()
        return DONE

    def run_job(self):
        """Run the next due job; return its method, or None."""
        with self._place.sql() as cr:
            cr.execute(TAKE_JOB, [self._clock.now])
            uuid, method = cr.fetchone() or (None, None)
        if not uuid:
            return None
        outcome = self._try(lambda env: _run_job(env, uuid), None)
        if outcome != DONE:
            with self._place.sql() as cr:
                cr.execute(REQUEUE, [uuid])
        return f"{method}: {outcome}"

    @contextlib.contextmanager
    def _stacked(self):
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            while self._waiting and not self._depth:
                self.act(*self._waiting.popleft())

    def _note_unexpected(self):
        self.unexpected.append(traceback.format_exc())


def _run_job(env, uuid):
    controller = RunJobController
    if job := controller._acquire_job(env, uuid):
        controller._runjob(env, job)


class Ears(logging.Handler):
    """Collects errors logged by the addon: none may be swallowed."""

    # Log messages for faults that we caused.
    EXPECTED = ("was interrupted",)

    def __init__(self):
        super().__init__(logging.ERROR)
        self.heard = []

    def emit(self, record):
        text = self.format(record)
        if not any(words in text for words in self.EXPECTED):
            self.heard.append(text)
