# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup, escape

from odoo import api, fields, models

from ..booking.paycollect_booking_mixin import BOOKING_GROUPS


class PaycollectBookingMixin(models.AbstractModel):
    """The deposit in words, on the order and on its jobs."""

    _inherit = "paycollect.booking.mixin"

    collection_deposit_text = fields.Char(
        string="Deposit",
        compute="_compute_collection_deposit_text",
        compute_sudo=True,
        groups="base.group_user",
    )
    collection_deposit_why = fields.Html(
        string="Why?",
        compute="_compute_collection_deposit_text",
        compute_sudo=True,
        groups=BOOKING_GROUPS,
        help="How the deposit was asked for, paid and refunded.",
    )

    def _get_payment_progress_text(self):
        if text := super()._get_payment_progress_text():
            return text
        order = self.sudo()._get_order_to_pay()
        return order._get_deposit_progress_text() if order else ""

    def _get_payment_step_text(self):
        """Confirming a quotation asks for its deposit, unless a link already does."""
        order = self.sudo()._get_order_to_pay()
        text = ""
        if order:
            text = order._get_deposit_confirm_text() or order._get_link_sent_text()
        return text or super()._get_payment_step_text()

    @api.depends()
    @api.depends_context("lang", "tz")
    def _compute_collection_deposit_text(self):
        """Read for the screen, where each request computes it anew."""
        now = fields.Datetime.now()
        for booking in self:
            order = booking._get_order_to_pay()
            text, lines = "", []
            if order and order.company_id.collection_active:
                text = order._get_deposit_state_text(now)
                lines = order._get_deposit_history() if text else []
            booking.collection_deposit_text = text or False
            booking.collection_deposit_why = (
                Markup("<ul class='mb-0'>%s</ul>")
                % Markup("").join(
                    Markup("<li>%s</li>") % escape(line) for line in lines
                )
                if lines
                else False
            )
