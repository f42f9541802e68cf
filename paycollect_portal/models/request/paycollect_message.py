# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from odoo.addons.paycollect_fsm.rules.charge import CONTESTED


class PaycollectMessage(models.Model):
    _inherit = "paycollect.message"

    def _get_reason_texts(self):
        return super()._get_reason_texts() | {
            CONTESTED: self.env._("the customer disputes the invoice."),
        }
