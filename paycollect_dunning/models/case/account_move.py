# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class AccountMove(models.Model):
    """When an invoice was first sent: reminders wait some days after it."""

    _inherit = "account.move"

    dunning_sent_on = fields.Date(
        string="First Sent On",
        readonly=True,
        copy=False,
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    def _get_collection_fields(self):
        return super()._get_collection_fields() | {"dunning_sent_on"}

    def write(self, vals):
        result = super().write(vals)
        if vals.get("is_move_sent"):
            now = fields.Datetime.now()
            for move in self.sudo().filtered(lambda move: not move.dunning_sent_on):
                move.dunning_sent_on = move.company_id._get_today(now)
        return result

    def _invoice_paid_hook(self):
        """A case closes as soon as everything is paid, and what it meant ends."""
        result = super()._invoice_paid_hook()
        cases = self.env["paycollect.dunning.case"].sudo()
        customers = self.commercial_partner_id
        if customers and cases._search_running(customers, self.company_id):
            self.env.ref("paycollect_dunning.cron_dunning")._trigger()
        return result
