# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaymentToken(models.Model):
    _inherit = "payment.token"

    def write(self, vals):
        """When a method is removed, autopay moves on to the next at once, or stops."""
        result = super().write(vals)
        if "active" in vals and not vals["active"]:
            for row in self._find_autopay():
                row._check_methods(row.company_id._get_today())
        return result

    def _get_uses(self, today):
        uses = super()._get_uses(today)
        for row in self._find_autopay():
            uses[row.token_id].append(
                self.env._("Autopay: charged when your invoices are due.")
            )
        return uses

    def _get_removal_texts(self, today):
        texts = super()._get_removal_texts(today)
        for row in self._find_autopay():
            token = row.token_id
            others = row._get_offered_methods(row.partner_id, row.company_id, today)
            successor = (others - token)[:1]
            if successor and row.use_backups:
                text = self.env._(
                    "Autopay moves on to %(method)s.", method=successor._get_label()
                )
            else:
                text = self.env._("Autopay stops.")
            texts[token].append(text)
        return texts

    def _find_autopay(self):
        """Return the agreements (sudo) that charge these methods now."""
        return (
            self.env["paycollect.autopay"].sudo().search([("token_id", "in", self.ids)])
        )
