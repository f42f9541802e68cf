# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResUsers(models.Model):
    """At what time a user gets the daily cash report."""

    _inherit = "res.users"

    cash_report_hour = fields.Selection(
        [(str(hour), f"{hour}:00 AM") for hour in range(5, 12)],
        string="Daily Cash Report",
        help="Each day after this time of yours, yesterday's cash report is emailed to "
        "you. Empty: never.",
        groups="paycollect_fsm.group_user",
        write_groups="base.group_system",  # and one's own, see below
    )
    cash_report_day = fields.Date(
        string="Last Cash Report", readonly=True, copy=False, groups="base.group_system"
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "cash_report_hour"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "cash_report_hour"]
