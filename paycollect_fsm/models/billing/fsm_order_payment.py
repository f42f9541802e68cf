# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError


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

    def action_charge_method(self):
        """Button: open the dialog that charges the job's open invoice to a method that
        the user chooses.

        :raise UserError: if nothing is owed for the job
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        move = self.sudo().invoice_lines.move_id.filtered(lambda m: m._is_owed())[:1]
        if not move:
            raise UserError(
                self.env._("Nothing is owed for %(job)s.", job=self.display_name)
            )
        tried = move._get_last_attempt().token_id
        others = move._get_methods_in_order() - tried
        wizard = self.env["paycollect.charge"].sudo()
        wizard = wizard.create({"move_id": move.id, "token_id": others[:1].id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Charge Another Method"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }
