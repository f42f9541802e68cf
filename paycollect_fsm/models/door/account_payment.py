# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    collection_custody_ids = fields.One2many(
        "paycollect.custody",
        "payment_id",
        string="Custody",
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )
