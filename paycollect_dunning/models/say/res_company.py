# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.paycollect_fsm.rules.contact import find_emails

from ...rules.const import CALL, LETTER, MAIL, SMS
from ...rules.contact_times import HORIZON, Hours, to_time
from ...rules.frequency import Limits

HOURS = (
    ("dunning_hour_from", "dunning_hour_to"),
    ("dunning_text_from", "dunning_text_to"),
)
# A letter has no hour: it is read when its recipient opens it.
CHANNEL_HOURS = {MAIL: HOURS[0], SMS: HOURS[1], CALL: HOURS[1], LETTER: None}


class ResCompany(models.Model):
    """When and how often a customer is reminded; the defaults are the strict ones."""

    _inherit = "res.company"

    dunning_hour_from = fields.Float(
        string="Emails From",
        default=8.0,
        write_groups="base.group_system",
        help="Earliest hour of reminders by email, where the recipient is.",
    )
    dunning_hour_to = fields.Float(
        string="Emails Until",
        default=20.0,
        write_groups="base.group_system",
        help="From this hour on, reminders by email wait for the next day.",
    )
    dunning_text_from = fields.Float(
        string="Texts and Calls From",
        default=9.0,
        write_groups="base.group_system",
        help="Earliest hour of texts and calls, in every time zone in which the "
        "recipient may be.",
    )
    dunning_text_to = fields.Float(
        string="Texts and Calls Until",
        default=20.0,
        write_groups="base.group_system",
        help="From this hour on, texts and calls wait for the next day.",
    )
    dunning_days = fields.Selection(
        [
            ("business", "Monday to Friday, no holidays"),
            ("saturday", "Monday to Saturday, no holidays"),
            ("all", "Every day"),
        ],
        string="Days for Reminders",
        default="business",
        required=True,
        write_groups="base.group_system",
    )
    dunning_per_day = fields.Integer(
        string="Reminders a Day",
        default=1,
        write_groups="base.group_system",
        help="To one customer, over all channels. 0 = no limit.",
    )
    dunning_per_week = fields.Integer(
        string="Reminders in 7 Days",
        default=3,
        write_groups="base.group_system",
        help="To one customer, over all channels. 0 = no limit.",
    )
    dunning_state_limits = fields.Boolean(
        string="Stricter Limits of States",
        default=True,
        write_groups="base.group_system",
        help="Massachusetts: at most two reminders in 7 days to a consumer.",
    )
    dunning_reply_to = fields.Char(
        string="Replies To",
        write_groups="base.group_system",
        help="Address for replies to reminders. It must end up in Odoo's incoming mail "
        "for replies to pause reminders. Empty: the address at which Odoo receives "
        "replies, or else the company's.",
    )

    @api.constrains(*(name for pair in HOURS for name in pair))
    def _check_contact_hours(self):
        for company in self:
            for first, last in HOURS:
                if not 0 <= company[first] < company[last] <= 24:
                    raise ValidationError(
                        self.env._(
                            "The hours of reminders must begin before they end, "
                            "between 0:00 and 24:00."
                        )
                    )

    @api.constrains("dunning_per_day", "dunning_per_week")
    def _check_contact_limits(self):
        for company in self:
            if min(company.dunning_per_day, company.dunning_per_week) < 0:
                raise ValidationError(
                    self.env._(
                        "The number of reminders can't be negative. Enter 0 for no "
                        "limit."
                    )
                )

    @api.constrains("dunning_reply_to")
    def _check_reply_address(self):
        for company in self.filtered("dunning_reply_to"):
            if len(find_emails(company.dunning_reply_to)) != 1:
                raise ValidationError(
                    self.env._(
                        "“%(address)s” can't receive replies. Enter one email address.",
                        address=company.dunning_reply_to,
                    )
                )

    def _get_contact_hours(self, channel):
        """Return when a channel may be used, or None at any time."""
        self.ensure_one()
        names = CHANNEL_HOURS[channel]
        if not names:
            return None
        begins, ends = (to_time(self[name]) for name in names)
        return Hours(begins, ends, self.dunning_days)

    def _get_contact_limits(self):
        self.ensure_one()
        return Limits(self.dunning_per_day, self.dunning_per_week)

    def _get_holidays_of(self, partner, now):
        """Return the days, from a moment on, on which nothing is said to a contact:
        public holidays there, and days on which the company is closed."""
        self.ensure_one()
        place = partner if partner.country_id else partner.commercial_partner_id
        first = self._get_today(now)
        rows = (
            self.env["calendar.public.holiday"]
            .sudo()
            .get_holidays_list(
                start_dt=first, end_dt=first + 2 * HORIZON, partner_id=place.id
            )
        )
        return self._get_days_off(first, first + 2 * HORIZON).union(rows.mapped("date"))
