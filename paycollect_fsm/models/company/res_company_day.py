# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models

from .moments import format_moment


class ResCompany(models.Model):
    """The company's day, regardless of the user's and the server's time zone.

    Invoice dates, due dates, expiry dates and daily limits all use it.
    """

    _inherit = "res.company"

    collection_zone = fields.Char(
        string="Collections Time Zone",
        compute="_compute_collection_zone",
        compute_sudo=True,
        store=True,
        help="Time zone of the company's address, or else of its working hours.",
    )

    @api.depends("partner_id.tz", "resource_calendar_id.tz")
    def _compute_collection_zone(self):
        for company in self:
            company.collection_zone = (
                company.partner_id.tz or company.resource_calendar_id.tz or "UTC"
            )

    def _get_zone(self):
        """Return the company's time zone, a ``ZoneInfo``."""
        self.ensure_one()
        return ZoneInfo(self.sudo().collection_zone)

    def _get_today(self, now=None):
        """Return the date in the company's time zone.

        :param now: naive UTC datetime; default: now
        """
        now = now or fields.Datetime.now()
        return now.replace(tzinfo=UTC).astimezone(self._get_zone()).date()

    def _format_moment(self, value, tz=False):
        """For templates, see :func:`.moments.format_moment`."""
        return format_moment(self.env, value, tz)

    def _get_day_bounds(self, now=None):
        """Return when the company's current day and its next day begin.

        :param now: naive UTC datetime; default: now
        :return: two naive UTC datetimes
        """
        today = self._get_today(now)
        return self._get_moment(today), self._get_moment(today + timedelta(days=1))

    def _get_moment(self, day, at=time.min):
        """Return a local date and time as a naive UTC datetime."""
        local = datetime.combine(day, at, tzinfo=self._get_zone())
        return local.astimezone(UTC).replace(tzinfo=None)
