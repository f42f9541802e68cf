# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountMove(models.Model):
    """What the customer reads about a hold that was captured."""

    _inherit = "account.move"

    def _get_receipt_label(self, item, attempt):
        label = super()._get_receipt_label(item, attempt)
        if not attempt.hold_id:
            return label
        return self.env._("%(method)s, from the amount held", method=label)
