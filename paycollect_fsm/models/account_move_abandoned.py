# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import replace

from odoo import models

from ..charge_rules import GO, decide


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_abandoned_payments(self, now):
        """Return the customer's payments that must be closed first (sudo)."""
        self.ensure_one()
        return self.sudo().transaction_ids.filtered(lambda tx: tx._is_abandoned(now))

    def _get_charge_facts(self, token, now, **kwargs):
        """Nothing is claimed while the customer may still finish a payment."""
        facts = super()._get_charge_facts(token, now, **kwargs)
        if not kwargs.get("attempt") or self.env.context.get("paycollect_unhindered"):
            return facts
        if decide(facts).verdict == GO and self._get_abandoned_payments(now):
            return replace(facts, customer_paying=True)
        return facts
