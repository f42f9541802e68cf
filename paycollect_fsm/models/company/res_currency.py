# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

SPACE = "\N{NO-BREAK SPACE}"


class ResCurrency(models.Model):
    _inherit = "res.currency"

    def _format_amount(self, amount):
        """Return the amount as people write it: “$1.00”, “-$1.00”, “CHF 1.00”.

        Odoo's ``format`` puts a space after each symbol. Separators are those of the
        user's language.

        :param amount: in this currency
        :return: empty without a currency: before Odoo stores a mail template, it tries
            it with any record
        """
        if not self:
            return ""
        text = self.format(abs(amount))
        if self.position == "before" and not self.symbol[-1:].isalpha():
            text = text.replace(f"{self.symbol}{SPACE}", self.symbol, 1)
        return f"-{text}" if self.compare_amounts(amount, 0) < 0 else text
