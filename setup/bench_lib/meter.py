# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Seconds and SQL queries, stage by stage."""

import contextlib
import functools
import time
from collections import Counter

from odoo import sql_db

STAGES = (
    "complete",
    "invoice",
    "post",
    "queue",
    "transaction",
    "charge",
    "post-process",
    "mail",
)


class Meter:
    """Everything counts for the innermost open stage."""

    stages = STAGES

    def __init__(self):
        self._current = None
        self._since = (0.0, 0)
        self.reset()

    def reset(self):
        self.seconds = Counter()
        self.queries = Counter()

    @property
    def total_seconds(self):
        return sum(self.seconds.values())

    @property
    def total_queries(self):
        return sum(self.queries.values())

    @contextlib.contextmanager
    def stage(self, name):
        outer = self._current
        self.switch(name)
        try:
            yield
        finally:
            self.switch(outer)

    def switch(self, name):
        now = (time.perf_counter(), sql_db.sql_counter)
        if self._current:
            self.seconds[self._current] += now[0] - self._since[0]
            self.queries[self._current] += now[1] - self._since[1]
        self._current, self._since = name, now

    def watch(self, model, method, stage, within=None, until_next=False):
        """Count the calls of a method for a stage.

        :param model: the registry's class
        :param within: only while this stage is open
        :param until_next: what follows also counts for the stage (its commit)
        """
        original = getattr(model, method)

        @functools.wraps(original)
        def measured(*args, **kwargs):
            if within not in (None, self._current):
                return original(*args, **kwargs)
            if until_next:
                self.switch(stage)
                return original(*args, **kwargs)
            with self.stage(stage):
                return original(*args, **kwargs)

        setattr(model, method, measured)
