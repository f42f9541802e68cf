# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import format_list


class PaycollectForget(models.TransientModel):
    """Say what will be deleted and what is kept, then forget the customer."""

    _name = "paycollect.forget"
    _description = "Forget a Customer"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    obstacles = fields.Text(string="To Do First", compute="_compute_state")
    methods = fields.Char(string="Payment Methods", compute="_compute_state")

    @api.depends("partner_id", "company_id")
    def _compute_state(self):
        Erasure = self.env["paycollect.erasure"].sudo()
        for dialog in self:
            partners = dialog.partner_id._get_all_contacts()
            obstacles = Erasure._get_obstacles(partners, dialog.company_id.sudo())
            dialog.obstacles = "\n".join(obstacles)
            tokens = self.env["paycollect.customer.data"]._search_rows(
                "payment.token", partners, dialog.company_id
            )
            labels = [token._get_label() for token in tokens.filtered("active")]
            dialog.methods = format_list(self.env, labels)

    def action_forget(self):
        """Button: forget the customer in this company.

        :raise AccessError: unless the user is a Collections manager or administrator
        :raise UserError: if there is still something to be done first
        """
        self.ensure_one()
        self.partner_id.with_env(self.env)._check_may_manage_privacy()
        erasure = self.env["paycollect.erasure"].sudo()
        erasure = erasure._forget(self.partner_id.sudo(), self.company_id.sudo())
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(customer)s was forgotten. %(text)s",
                    customer=self.partner_id.display_name,
                    text=", ".join(erasure.text.splitlines()),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
