# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

DISPATCHER = "fieldservice.group_fsm_dispatcher"


class PaycollectRevenueShare(models.Model):
    """A worker's share of what a job earned, where it isn't split evenly."""

    _name = "paycollect.revenue.share"
    _description = "Revenue Share"
    _order = "order_id, percent desc, id"
    _rec_name = "person_id"

    order_id = fields.Many2one(
        "fsm.order",
        string="Job",
        required=True,
        index=True,
        ondelete="cascade",
        write_groups=DISPATCHER,
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    person_id = fields.Many2one(
        "fsm.person",
        string="Worker",
        required=True,
        ondelete="restrict",
        write_groups=DISPATCHER,
    )
    percent = fields.Float(
        string="Share (%)", required=True, digits=(16, 2), write_groups=DISPATCHER
    )

    _person_unique = models.UniqueIndex(
        "(order_id, person_id)", "A worker has one share of a job."
    )

    @api.constrains("percent")
    def _check_percent(self):
        for share in self:
            if not 0 < share.percent <= 100:
                raise ValidationError(
                    self.env._("Enter a share above 0% and up to 100%.")
                )
