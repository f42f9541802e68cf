# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The date on which something happens, for Python and for database rows."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from freezegun import freeze_time

ZONE = ZoneInfo("America/Chicago")


def local(day, hour, minute=0):
    """Return the naive UTC time for a local time at the company."""
    moment = datetime.combine(day, time(hour, minute), ZONE)
    return moment.astimezone(UTC).replace(tzinfo=None)


class Clock:
    """Stands still until it is moved; real time resumes after the block."""

    def __init__(self, env):
        self._cr = env.cr
        self._freezer = freeze_time(datetime.now(UTC).replace(tzinfo=None))
        self._frozen = None

    def __enter__(self):
        self._frozen = self._freezer.start()
        return self

    def __exit__(self, *_error):
        self._freezer.stop()
        self._cr._now = None

    @property
    def now(self):
        """Naive UTC, a plain datetime."""
        return self._cr._now

    def set(self, day, days=0, hour=9):
        self.move_to(local(day + timedelta(days=days), hour))

    def move_to(self, moment):
        """Date rows created from now on at this time (naive UTC)."""
        self._frozen.move_to(moment)
        self._cr._now = moment

    def tick(self, seconds):
        self.move_to(self.now + timedelta(seconds=seconds))
