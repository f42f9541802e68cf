# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class FsmOrder(models.Model):
    """What a customer still owes once the work is done."""

    _inherit = "fsm.order"

    def action_send_payment_link(self):
        """Button: for the job's open invoice, else for the order."""
        self.ensure_one()
        self.env["res.partner"]._check_may_request_payment_method()
        self.check_access("read")
        owed = self.sudo().invoice_lines.move_id.filtered(
            lambda move: move._is_owed() and not move._get_payment_problem()
        )
        if owed:
            return owed[:1].with_env(self.env)._open_payment_request()
        return super().action_send_payment_link()
