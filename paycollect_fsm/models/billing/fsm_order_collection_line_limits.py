# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import formatLang

from ...rules.extras import MAX_PRICE, MAX_QUANTITY


class FSMOrderCollectionLine(models.Model):
    """The numbers that an extra may have."""

    _inherit = "fsm.order.collection.line"
    _number_ranges = {
        "quantity": (0, MAX_QUANTITY),
        "price_unit": (0, MAX_PRICE),
        "discount": (0, 100),
    }

    @api.constrains("quantity", "discount", "price_unit")
    def _check_amounts(self):
        for line in self:
            if text := line._get_amount_fault():
                raise ValidationError(text)

    @api.onchange("quantity", "discount", "price_unit")
    def _onchange_amounts(self):
        """Refuse it where it is typed, not only when the job is saved."""
        self._check_amounts()

    def _get_amount_fault(self):
        """Return what is wrong with the numbers, or an empty string."""
        if not 0 < self.quantity <= MAX_QUANTITY:
            return self.env._(
                "The quantity of “%(name)s” must be greater than zero and at most "
                "%(limit)s. Correct the quantity; to charge less, use the discount.",
                name=self.name or self.env._("Extra"),
                limit=formatLang(self.env, MAX_QUANTITY, digits=0),
            )
        if not 0 <= self.discount <= 100:
            return self.env._(
                "The discount of “%(name)s” must be between 0%% and 100%%. Enter a "
                "percentage in that range.",
                name=self.name,
            )
        if self.price_unit < 0:
            return self.env._(
                "The unit price of “%(name)s” cannot be negative. To charge less, use "
                "the discount.",
                name=self.name,
            )
        if self.price_unit > MAX_PRICE:
            return self.env._(
                "The unit price of “%(name)s” must be at most %(limit)s. Check for a "
                "typo, or ask the office to invoice this item.",
                name=self.name,
                limit=self.currency_id._format_amount(MAX_PRICE),
            )
        return ""
