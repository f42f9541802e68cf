# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The time of a schedule. Odoo's clock stands still until a step advances it."""

from datetime import datetime
from unittest.mock import patch

from odoo import fields, sql_db

# A Monday morning, the same for each schedule: a failing one can be replayed.
START = datetime(2031, 3, 3, 9)


class Clock:
    """``now``: naive UTC, as Odoo's fields."""

    def __init__(self):
        self.now = START

    def reset(self):
        self.now = START

    def install(self):
        """Install as Odoo's clock, before importing addons, which keep references."""
        context_today = fields.Date.context_today

        def today_of(record, timestamp=None):
            return context_today(record, timestamp or self.now)

        patch.object(fields.Datetime, "now", staticmethod(self._get_now)).start()
        patch.object(fields.Date, "today", staticmethod(self._get_today)).start()
        patch.object(fields.Date, "context_today", staticmethod(today_of)).start()
        patch.object(sql_db.Cursor, "now", self._get_now).start()

    def _get_now(self, *_args):
        return self.now

    def _get_today(self, *_args):
        return self.now.date()
