# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaycollectLink(models.Model):
    """Links about an invoice."""

    _inherit = "paycollect.link"

    def _get_document(self):
        return self.move_id or super()._get_document()

    def _get_work(self):
        return self.move_id._get_work() if self.move_id else super()._get_work()
