# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules.readiness import DEPOSIT_DUE
from ..company.moments import format_day
from .paycollect_booking_mixin import BOOKING_GROUPS


class PaycollectBookingMixin(models.AbstractModel):
    """Requests to the customer of a booking, and what became of them."""

    _inherit = "paycollect.booking.mixin"

    collection_request_text = fields.Char(
        string="Requests to the Customer",
        compute="_compute_collection_request_text",
        compute_sudo=True,
        groups=BOOKING_GROUPS,
        help="The latest link that was sent or copied for this work.",
    )

    collection_can_ask = fields.Boolean(
        compute="_compute_collection_can_ask",
        compute_sudo=True,
        groups=BOOKING_GROUPS,
        help="Whether the customer can be sent a link to pay before the work starts.",
    )

    @api.depends("collection_readiness")
    def _compute_collection_can_ask(self):
        for booking in self:
            due = booking.collection_readiness == DEPOSIT_DUE
            booking.collection_can_ask = bool(
                due
                and booking._get_order_to_pay()
                and not booking._get_payment_progress_text()
            )

    def _compute_collection_request_text(self):
        for booking in self:
            links = booking._get_requested_links()
            booking.collection_request_text = links._get_request_text()

    def action_request_payment_method(self):
        """Button: open the dialog that sends the request."""
        self.ensure_one()
        self.check_access("read")
        return self._open_request("method")

    def action_send_payment_link(self):
        """Button: open the dialog that sends the customer a link to pay.

        :raise UserError: if nothing is due before the work starts
        """
        self.ensure_one()
        self.env["res.partner"]._check_may_request_payment_method()
        self.check_access("read")
        order = self.sudo()._get_order_to_pay()
        if not order or not order._get_amount_due_now():
            raise UserError(
                self.env._(
                    "Nothing has to be paid for %(booking)s before the work starts.",
                    booking=self.display_name,
                )
            )
        if text := order._get_payment_progress_text():
            raise UserError(
                self.env._(
                    "No link is needed for %(booking)s: %(text)s",
                    booking=self.display_name,
                    text=text,
                )
            )
        return self._open_request("order")

    def _open_request(self, purpose):
        payer = self.sudo()._get_payer().with_env(self.env)
        return payer._open_method_request(self, purpose)

    def _get_order_to_pay(self):
        """Hook: the sales order that is paid before the work starts."""
        raise NotImplementedError

    def _get_link_values(self):
        """Hook: the fields by which a link belongs to this booking."""
        raise NotImplementedError

    def _get_requested_links(self):
        """Return the links that were sent or copied for this booking (sudo)."""
        values = self._get_link_values()
        domains = [[(name, "=", value)] for name, value in values.items() if value]
        links = self.env["paycollect.link"].sudo()
        if not domains or not self.ids:
            return links
        return links.search(
            fields.Domain.OR(domains) & fields.Domain("channel", "!=", False)
        )

    def _get_work(self):
        """Return what the customer is told about this work, in the current language.

        :return: texts: ``name``, ``what``, ``date``, ``amount`` (the estimate) and
            ``due`` (what has to be paid first); missing or empty if unknown
        """
        self.ensure_one()
        order = self._get_order_to_pay()
        day = self._get_planned_day()
        work = {
            "name": self.name,
            "what": self._get_work_title(),
            "date": format_day(self.env, day) if day else "",
        }
        if order:
            work["amount"] = order.currency_id._format_amount(order.amount_total)
            due = order._get_amount_due_now()
            work["due"] = order.currency_id._format_amount(due) if due else ""
        return work

    def _get_work_title(self):
        """Hook: the work in a few words."""
        raise NotImplementedError

    def _get_planned_day(self):
        """Hook: the day that the work is scheduled for, or None."""
        raise NotImplementedError
