# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...rules.hold import ALL_DECLINED
from ...rules.readiness import DECLINED
from ..booking.paycollect_booking_mixin import BOOKING_GROUPS


class PaycollectBookingMixin(models.AbstractModel):
    """What the dispatcher reads about the hold for a booking."""

    _inherit = "paycollect.booking.mixin"

    collection_authorization = fields.Char(
        string="Hold",
        compute="_compute_collection_authorization",
        compute_sudo=True,
        help="What is held on the payment method for this work, until when, or why "
        "nothing is.",
        groups=BOOKING_GROUPS,
    )

    @api.depends(lambda self: self._get_readiness_dependencies())
    @api.depends_context("lang", "tz")
    def _compute_collection_authorization(self):
        now = fields.Datetime.now()
        for booking in self:
            order = booking._get_hold_order()
            booking.collection_authorization = order._get_authorization_text(now)

    def _get_hold_order(self):
        """Hook: the order whose estimate is held, or none."""
        return self.env["sale.order"]

    def _get_authorization_state(self):
        order = self._get_hold_order()
        if not order._get_declined_holds() or order._get_live_hold():
            return super()._get_authorization_state()
        is_declined = order._get_want().reason == ALL_DECLINED
        return DECLINED if is_declined else super()._get_authorization_state()
