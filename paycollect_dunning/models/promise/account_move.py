# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

READERS = "account.group_account_invoice,account.group_account_readonly"


class AccountMove(models.Model):
    """The promises to pay an invoice."""

    _inherit = "account.move"

    dunning_promise_ids = fields.Many2many(
        "paycollect.promise",
        "paycollect_promise_move_rel",
        "move_id",
        "promise_id",
        string="Promises to Pay",
        readonly=True,
        copy=False,
        groups=READERS,
    )

    def action_record_promise(self):
        """Button: record by when the customer pays (Collections users)."""
        self.env["paycollect.access"]._check_user(self)
        customers, company = self.commercial_partner_id, self.company_id[:1]
        return customers._open_promise_dialog(company, company._get_today(), self)
