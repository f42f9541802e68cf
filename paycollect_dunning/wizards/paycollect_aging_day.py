# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class PaycollectAgingDay(models.TransientModel):
    """Dialog: the day at the end of which the aging is shown."""

    _name = "paycollect.aging.day"
    _description = "Aging on a Day"

    day = fields.Date(
        string="As Of",
        required=True,
        default=lambda self: self.env.company._get_today(),
        help="Entries and matches after this day don't count.",
    )

    def action_open(self):
        """Button: open the aging."""
        self.ensure_one()
        return self.env["paycollect.aging"]._show(self.day)
