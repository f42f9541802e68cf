# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list


class PaycollectMethodRequest(models.TransientModel):
    """Says where the link to add a payment method goes, before it is sent."""

    _name = "paycollect.method.request"
    _description = "Request Payment Method"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True
    )
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    destination = fields.Char(compute="_compute_destination")

    @api.depends("partner_id.email", "partner_id.phone")
    def _compute_destination(self):
        for request in self:
            ways = (request.partner_id.email, request.partner_id.phone)
            request.destination = format_list(self.env, [way for way in ways if way])

    def action_send(self):
        """Send mail and SMS, and note it on the booking."""
        self.ensure_one()
        if not self.destination:
            raise UserError(
                self.env._(
                    "%(customer)s has neither an email address nor a phone number. "
                    "Enter one on the customer, then request the method again.",
                    customer=self.partner_id.display_name,
                )
            )
        self.partner_id._request_payment_method()
        self._log_on_booking()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "The request was sent to %(destination)s.",
                    destination=self.destination,
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _log_on_booking(self):
        if self.res_model not in ("sale.order", "fsm.order"):
            return
        booking = self.env[self.res_model].browse(self.res_id)
        booking.check_access("read")
        booking.sudo()._message_log(
            body=self.env._(
                "A payment method was requested from %(customer)s (%(destination)s).",
                customer=self.partner_id.display_name,
                destination=self.destination,
            )
        )
