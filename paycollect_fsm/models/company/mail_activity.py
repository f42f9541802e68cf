# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    collection_code = fields.Char(
        string="Collection Exception",
        readonly=True,
        index="btree_not_null",
        help="Technical code of the collection exception. Not translated.",
    )
