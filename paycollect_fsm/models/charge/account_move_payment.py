# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..booking.paycollect_booking_mixin import BOOKING_GROUPS


class AccountMove(models.Model):
    """An invoice that its customer pays through a link.

    The same names as on ``sale.order``, for the page that both are paid on.
    """

    _inherit = "account.move"

    collection_can_send_link = fields.Boolean(
        compute="_compute_collection_can_send_link",
        compute_sudo=True,
        groups=BOOKING_GROUPS,
        help="Whether the customer can be sent a link to pay the invoice now.",
    )

    @api.depends()
    def _compute_collection_can_send_link(self):
        """Read for the screen, where each request computes it anew."""
        for move in self:
            move.collection_can_send_link = (
                move.move_type == "out_invoice"
                and bool(move.collection_policy_id)
                and not move._get_payment_problem()
            )

    def action_send_payment_link(self):
        """Button: open the dialog that sends the customer a link to pay.

        :raise UserError: if nothing is due, or it is being paid
        """
        self.ensure_one()
        self.env["res.partner"]._check_may_request_payment_method()
        self.check_access("read")
        if self.sudo()._get_payment_problem():
            raise UserError(
                self.env._(
                    "%(invoice)s can't be paid online now: nothing is due, or a "
                    "payment is already in progress.",
                    invoice=self.display_name,
                )
            )
        return self._open_payment_request()

    def _open_payment_request(self):
        payer = self.sudo().partner_id.with_env(self.env)
        return payer._open_method_request(self, "invoice")

    def _get_link_amount(self):
        return self._get_amount_to_pay()

    def _get_payment_problem(self):
        """Return why the customer can't pay now, or False.

        :return: ``canceled``, ``processing`` or ``paid``
        """
        self.ensure_one()
        if self.state != "posted" or self.payment_state == "blocked":
            return "canceled"
        if not self._is_owed():
            return "paid"
        busy = self._has_pending_transaction(self.transaction_ids)
        if busy or self._has_open_attempt():
            return "processing"
        return "paid" if self.currency_id.is_zero(self._get_link_amount()) else False

    def _get_payer(self):
        """Return the ``res.partner`` who owes it."""
        return self.partner_id

    def _stores_method(self):
        """Whether who pays agrees to the method being stored."""
        return False

    def _prepare_link_payment_vals(self):
        """Return the transaction's values that make it a payment of this invoice."""
        return {"invoice_ids": [Command.set(self.ids)]}

    def _get_link_values(self):
        """Return the fields by which a link belongs to this invoice and its job."""
        return {"move_id": self.id, "job_id": self._get_collection_jobs()[:1].id}

    def _get_work(self):
        """Return what the customer is told, see ``paycollect.booking.mixin``."""
        jobs = self._get_collection_jobs()
        work = jobs[:1]._get_work() if jobs else {}
        return work | {
            "name": self.name,
            "amount": "",
            "due": self.currency_id._format_amount(self._get_link_amount()),
        }
