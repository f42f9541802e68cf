# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare

from .paycollect_revenue_share import DISPATCHER


class FSMOrder(models.Model):
    """A job whose revenue is split between its workers."""

    _inherit = "fsm.order"

    revenue_share_ids = fields.One2many(
        "paycollect.revenue.share",
        "order_id",
        string="Revenue Split",
        copy=False,
        groups=f"paycollect_fsm.group_user,{DISPATCHER}",
        write_groups=DISPATCHER,
        help="Who earned which part of this job. Empty: split evenly between the job's "
        "workers.",
    )

    @api.constrains("revenue_share_ids")
    def _check_revenue_shares(self):
        for order in self:
            total = sum(order.revenue_share_ids.mapped("percent"))
            if order.revenue_share_ids and float_compare(total, 100, 2):
                raise ValidationError(
                    self.env._(
                        "The shares of %(job)s add up to %(total)g%%. Change them so "
                        "that they add up to 100%%, or remove all to split evenly.",
                        job=order.name,
                        total=total,
                    )
                )
