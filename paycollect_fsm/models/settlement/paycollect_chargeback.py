# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.settlement import DISPUTE


class PaycollectChargeback(models.Model):
    """The fee of a dispute is booked once: by the dispute, or with the payout."""

    _inherit = "paycollect.chargeback"

    def _note_fee_booked(self, fee, currency, move):
        """Note a fee, or a part that was returned, that a payout's entry books."""
        self.ensure_one()
        if self.fee_currency_id in (currency, self.env["res.currency"]):
            self.write({"booked_fee": self.booked_fee + fee, "fee_move_id": move.id})

    def _adopt_booked_fee(self):
        """Adopt the fee if its payout was booked before the dispute was known."""
        lines = self.env["paycollect.settlement.line"].search(
            [
                ("provider_id", "=", self.provider_id.id),
                ("object_ref", "=", self.provider_reference),
                ("kind", "=", DISPUTE),
                ("chargeback_id", "=", False),
                ("settlement_id.move_id", "!=", False),
            ]
        )
        lines.chargeback_id = self
        for line in lines.filtered("fee"):
            self._note_fee_booked(
                line.fee, line.currency_id, line.settlement_id.move_id
            )
        return super()._adopt_booked_fee()
