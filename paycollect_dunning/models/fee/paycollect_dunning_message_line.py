# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaycollectDunningMessageLine(models.Model):
    _inherit = "paycollect.dunning.message.line"

    def _get_item(self, today):
        """A late fee has a line of its own, which names its invoice."""
        item = super()._get_item(today)
        if fees := self.move_id.sudo().late_fee_ids:
            item["name"] = self.env._(
                "%(fee)s: late fee for %(invoice)s",
                fee=item["name"],
                invoice=fees[:1].move_id.name,
            )
        return item
