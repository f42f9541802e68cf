# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules import checks
from ...rules.limits import MAX_PER_DAY
from ...rules.uploads import MAX_MEGABYTES

CHECK_NUMBERS = (
    "collection_check_days",
    "collection_bounce_limit",
    "collection_bounce_fee",
)


class ResCompany(models.Model):
    """How checks are expected, booked and returned."""

    _inherit = "res.company"

    collection_check_days = fields.Integer(
        string="Wait for Checks",
        default=7,
        help="Business days for which reminders pause once a customer announced a "
        "check.",
        write_groups="base.group_system",
    )
    collection_bounce_limit = fields.Integer(
        string="No Checks After",
        default=2,
        help="Returned checks after which workers are told to take no more checks "
        "from a customer. 0 = never.",
        write_groups="base.group_system",
    )
    collection_bounce_fee = fields.Monetary(
        string="Returned Check Fee",
        help="Proposed when a check bounces. It is charged only if you choose so.",
        write_groups="base.group_system",
    )

    @api.constrains(*CHECK_NUMBERS)
    def _check_check_numbers(self):
        for company in self:
            if any(company[name] < 0 for name in CHECK_NUMBERS):
                raise ValidationError(
                    self.env._(
                        "The settings of checks cannot be negative. Enter 0 for none."
                    )
                )

    def _get_check_pause_end(self, today):
        """Return the last day on which reminders pause for a check announced today."""
        days = self.sudo().collection_check_days
        last = today + timedelta(days=3 * days + 30)
        holidays = (
            self.env["calendar.public.holiday"]
            .sudo()
            .get_holidays_list(
                start_dt=today, end_dt=last, partner_id=self.sudo().partner_id.id
            )
        )
        return checks.get_pause_end(today, days, set(holidays.mapped("date")))

    def _get_check_problem_texts(self, today, end):
        """Return ``{problem: text}`` for what can be wrong with an announced check."""
        _ = self.env._
        oldest = today - timedelta(days=checks.MAX_AGE_DAYS)
        values = {
            "digits": checks.MAX_DIGITS,
            "letters": checks.MAX_BANK,
            "amount": self.currency_id._format_amount(checks.MAX_AMOUNT),
            "oldest": format_day(self.env, oldest),
            "end": format_day(self.env, end),
            "size": MAX_MEGABYTES,
        }
        return {
            "number_missing": _(
                "Enter the check number. It's printed in the upper right corner."
            ),
            "number": _(
                "A check number has up to %(digits)s digits. Enter the one in the "
                "upper right corner of the check.",
                **values,
            ),
            "bank": _(
                "The bank's name can have up to %(letters)s characters. Shorten it.",
                **values,
            ),
            "amount": _(
                "Enter the amount of the check as a number above 0 and up to "
                "%(amount)s.",
                **values,
            ),
            "date": _("Enter the date on the check."),
            "date_old": _(
                "Checks dated before %(oldest)s can't be deposited anymore. Send a new "
                "check.",
                **values,
            ),
            "date_late": _(
                "The date of the check can't be after %(end)s. Tell us closer to "
                "that day.",
                **values,
            ),
            "invoices": _(
                "Select at least one open invoice that this check pays. If one is "
                "missing here, it has been paid or another check is expected for it."
            ),
            "limit": _(
                "You've announced %(limit)s checks today, which is the most per day. "
                "Announce the others tomorrow, or contact us about them.",
                limit=MAX_PER_DAY,
            ),
            "currencies": _(
                "A check pays invoices in one currency. Select invoices in the same "
                "currency, and announce one check for each."
            ),
            "photo_size": _(
                "A photo can have up to %(size)s MB. Choose a smaller file, or send "
                "the notice without a photo.",
                **values,
            ),
            "photo_kind": _(
                "A photo must be a JPEG, PNG or PDF file. Choose another file, or "
                "send the notice without a photo."
            ),
        }
