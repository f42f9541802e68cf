# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import format_list

from ..rules.contact import find_emails


class PaycollectMethodRequest(models.TransientModel):
    """Show where the link to add a payment method will be sent, then send it."""

    _name = "paycollect.method.request"
    _description = "Request Payment Method"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True
    )
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    destination = fields.Char(string="Send To", compute="_compute_destination")

    @api.depends("partner_id", "res_model", "res_id")
    def _compute_destination(self):
        for request in self:
            partner = request.partner_id.sudo()
            ways = [
                *find_emails(partner._get_collection_email()),
                partner._get_collection_number(),
            ]
            request.destination = format_list(self.env, [way for way in ways if way])

    def action_send(self):
        """Button: send the email and SMS, and log the request on the booking.

        :raise UserError: the customer has neither an email address nor a number
        """
        self.ensure_one()
        booking = self._get_booking()
        company = booking.company_id if booking else None
        notification = self.partner_id._request_payment_method(company=company)
        if booking:
            self._log_on_booking(booking)
        return notification

    def _get_booking(self):
        """Return the order or job that the request was opened from, if any."""
        if self.res_model not in ("sale.order", "fsm.order"):
            return None
        return self.env[self.res_model].browse(self.res_id)

    def _log_on_booking(self, booking):
        booking.sudo()._message_log(
            body=self.env._(
                "A payment method was requested from %(customer)s (%(destination)s).",
                customer=self.partner_id.display_name,
                destination=self.destination,
            )
        )
