# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError

from ...rules.charge import APPROVAL
from ...rules.const import PLANNED


class PaycollectAttempt(models.Model):
    """Planned charges that a user cancels: the customers pay in another way."""

    _inherit = "paycollect.attempt"

    def action_cancel(self):
        """Button: cancel planned attempts; the customers get the invoices to pay.

        :raise UserError: if one of them is no longer planned or is being sent
        """
        self.env["paycollect.access"]._check_user(self)
        locked = self.sudo().filtered(lambda a: a.state == PLANNED)
        locked = locked.try_lock_for_update()
        if not locked or locked < self.sudo():
            raise UserError(
                self.env._(
                    "Only planned charges can be canceled, and at least one of these "
                    "is no longer planned. If the customer was charged, refund the "
                    "payment instead."
                )
            )
        locked.canceled_by_id = self.env.user
        locked._set_canceled("by_user", {"user": self.env.user.name})
        locked._leave_to_customers()

    def _leave_to_customers(self):
        """Close the questions about these charges, and send the invoices that their
        customers don't know about yet."""
        for company, attempts in self.grouped("company_id").items():
            company._close_collection_activities(
                attempts.move_id,
                self.env._(
                    "%(user)s canceled the charge. The customer gets the invoice.",
                    user=self.env.user.name,
                ),
                codes=(APPROVAL,),
            )
        self.move_id._send_for_payment()
