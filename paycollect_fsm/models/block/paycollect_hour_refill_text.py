# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib

from odoo import api, models


class PaycollectHourRefill(models.Model):
    """What a customer agrees to: that next blocks are charged."""

    _inherit = "paycollect.hour.refill"

    @api.model
    def _get_consent_text(self, block, token):
        """Return what the customer agrees to, in the current language (S1).

        It contains what was agreed to about the method before.
        """
        before = token._get_active_consent().text_shown or ""
        return "\n\n".join(filter(None, (before, self._get_refill_text(block, token))))

    @api.model
    def _get_refill_text(self, block, token):
        return self.env._(
            "Prepaid services: when less than %(threshold)s is left of “%(product)s,” "
            "I authorize %(company)s to charge my %(method)s for the next block, at "
            "most %(amount)s each time, one block at a time. I will get a receipt for "
            "every charge. If this method is removed or can't be charged, another one "
            "that I keep on file may be charged instead. I can turn this off at any "
            "time in the customer portal or by contacting you.",
            threshold=block._get_threshold_text(),
            product=block.product_id.name,
            company=block.company_id.name,
            method=token._get_label(),
            amount=block.currency_id._format_amount(block._get_next_price()),
        )

    @api.model
    def _get_text_mark(self, text):
        """Return a hash of a text, so that what is recorded was read."""
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def _get_summary(self, block):
        """Return in one sentence what is agreed."""
        self.ensure_one()
        return self.env._(
            "When less than %(threshold)s is left, %(method)s is charged for the next "
            "block, at most %(amount)s.",
            threshold=block._get_threshold_text(),
            method=self.token_id._get_label(),
            amount=self.currency_id._format_amount(self.max_amount),
        )
