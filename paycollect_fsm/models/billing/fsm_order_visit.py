# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton

from odoo import api, fields, models
from odoo.tools import SQL, format_time
from odoo.tools.misc import babel_locale_parse, get_lang

from ...rules.contact import format_number

TODAY, EARLIER, LATER = "today", "earlier", "later"


class FSMOrder(models.Model):
    """The visit at a glance: to whom, where, when, and what was ordered."""

    _inherit = "fsm.order"

    visit_customer = fields.Char(
        string="Customer",
        compute="_compute_visit",
        compute_sudo=True,
        groups="base.group_user",
    )
    visit_address = fields.Char(
        string="Address",
        compute="_compute_visit",
        compute_sudo=True,
        groups="base.group_user",
    )
    visit_phone = fields.Char(
        string="Phone",
        compute="_compute_visit",
        compute_sudo=True,
        groups="base.group_user",
    )
    visit_time = fields.Char(
        string="Time Window", compute="_compute_visit_time", groups="base.group_user"
    )
    visit_day = fields.Selection(
        [(TODAY, "Today"), (EARLIER, "Earlier"), (LATER, "Later")],
        compute="_compute_visit_time",
        groups="base.group_user",
        help="Jobs can be sorted by it: today's first, then the nearest days.",
    )
    visit_work = fields.Text(
        string="Ordered",
        compute="_compute_visit_work",
        compute_sudo=True,
        help="What the job delivers of its sales order.",
        groups="base.group_user",
    )
    may_plan = fields.Boolean(
        compute="_compute_may_plan",
        help="Technicians who only see their own jobs can't change the schedule.",
        groups="base.group_user",
    )

    @api.depends("location_id", "company_id")
    def _compute_visit(self):
        for job in self:
            place = job.location_id
            customer = place.owner_id
            names = [customer.name or "", place.name or ""]
            if names[1].startswith(names[0]):
                names.pop(0)
            country = place.country_id or job.company_id.country_id
            job.visit_customer = " · ".join(filter(None, names))
            job.visit_address = ", ".join(
                filter(
                    None,
                    (
                        place.street,
                        place.street2,
                        place.city,
                        " ".join(filter(None, (place.state_id.code, place.zip))),
                    ),
                )
            )
            phone = place.phone or place.contact_id.phone or customer.phone
            job.visit_phone = format_number(phone, country.code)

    @api.depends("scheduled_date_start", "scheduled_date_end", "company_id")
    @api.depends_context("lang", "tz", "uid")
    def _compute_visit_time(self):
        now = fields.Datetime.now()
        for job in self:
            job.visit_time = job.visit_day = False
            if not job.scheduled_date_start:
                continue
            today = job._localize(now).date()
            start = job._localize(job.scheduled_date_start)
            end = job._localize(job.scheduled_date_end or job.scheduled_date_start)
            job.visit_time = job._format_window(start, end, today)
            job.visit_day = TODAY
            if start.date() != today:
                job.visit_day = EARLIER if start.date() < today else LATER

    @api.depends("sale_id", "sale_line_id", "stage_id")
    @api.depends_context("lang")
    def _compute_visit_work(self):
        for job in self:
            lines = job._get_delivered_sale_lines()
            job.visit_work = "\n".join(
                f"{line.product_uom_qty:g} × {line.name}"
                for line in lines
                if not line.is_job_extra
            )

    @api.depends("company_id")
    @api.depends_context("uid")
    def _compute_may_plan(self):
        everywhere = self.env.user.has_group("fieldservice.group_fsm_user")
        office = not self.env.user.has_group("fieldservice.group_fsm_user_own")
        for job in self:
            collects = job.company_id.sudo().collection_active
            job.may_plan = everywhere or office or not collects

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Sort by ``visit_day``: today by time, then earlier and later, nearest first.

        What isn't scheduled comes last.
        """
        if field_name != "visit_day":
            return super()._order_field_to_sql(
                alias, field_name, direction, nulls, query
            )
        today = self._localize(fields.Datetime.now()).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        begin, end = (
            day.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
            for day in (today, today + timedelta(days=1))
        )
        start = self._field_to_sql(alias, "scheduled_date_start", query)
        return SQL(
            """CASE WHEN %(start)s IS NULL THEN 3 WHEN %(start)s < %(begin)s THEN 1
                    WHEN %(start)s < %(end)s THEN 0 ELSE 2 END,
               ABS(EXTRACT(EPOCH FROM %(start)s - %(begin)s))""",
            start=start,
            begin=begin,
            end=end,
        )

    def _localize(self, moment):
        """Return a naive UTC time in the user's time zone, else the company's."""
        name = self.env.context.get("tz") or self.env.user.tz
        zone = (
            ZoneInfo(name)
            if name
            else (self.company_id or self.env.company)._get_zone()
        )
        return moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)

    def _format_window(self, start, end, today):
        """Return for example “Today, 8:00 AM – 10:00 AM”."""
        day = self._format_day(start.date(), today)
        values = {"day": day, "start": self._format_clock(start)}
        if end <= start:
            return self.env._("%(day)s, %(start)s", **values)
        until = self._format_clock(end)
        if end.date() != start.date():
            until = f"{self._format_day(end.date(), today)}, {until}"
        return self.env._("%(day)s, %(start)s – %(end)s", end=until, **values)

    def _format_day(self, day, today):
        match (day - today).days:
            case 0:
                return self.env._("Today")
            case 1:
                return self.env._("Tomorrow")
            case -1:
                return self.env._("Yesterday")
        locale = babel_locale_parse(get_lang(self.env).code)
        return format_skeleton("MMMEd", day, locale=locale)

    def _format_clock(self, moment):
        return format_time(self.env, moment.time(), time_format="short")
