# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models


class ResCompany(models.Model):
    """Whose day is it? The company's, whoever works for it and wherever the server is.

    The invoice's date, due dates, expiry and daily limits all read it here.
    """

    _inherit = "res.company"

    collection_zone = fields.Char(
        string="Time Zone of Collections",
        compute="_compute_collection_zone",
        compute_sudo=True,
        store=True,
        help="The time zone of the company's address, else that of its working hours.",
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
        """Return the company's date at a moment.

        :param now: naive UTC datetime; default: now
        """
        now = now or fields.Datetime.now()
        return now.replace(tzinfo=UTC).astimezone(self._get_zone()).date()

    def _get_day_bounds(self, now=None):
        """Return when the company's day begins and when the next one does.

        :param now: naive UTC datetime; default: now
        :return: two naive UTC datetimes
        """
        today = self._get_today(now)
        return self._get_moment(today), self._get_moment(today + timedelta(days=1))

    def _get_moment(self, day, at=time.min):
        """Return a local time of a day as naive UTC datetime."""
        local = datetime.combine(day, at, tzinfo=self._get_zone())
        return local.astimezone(UTC).replace(tzinfo=None)
