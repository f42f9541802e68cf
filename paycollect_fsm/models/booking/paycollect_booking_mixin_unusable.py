# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaycollectBookingMixin(models.AbstractModel):
    """Explain why work cannot be charged to a stored method."""

    _inherit = "paycollect.booking.mixin"

    def _get_unusable_texts(self):
        """Return ``{booking: text}`` for bookings whose stored method is unusable."""
        texts = {}
        for company, bookings in self.grouped("company_id").items():
            payers = {booking: booking.sudo()._get_payer() for booking in bookings}
            partners = self.env["res.partner"].union(*payers.values())
            found = self.env["payment.token"]._find_unusable(partners, company)
            for booking, payer in payers.items():
                if payer.commercial_partner_id in found:
                    token, code = found[payer.commercial_partner_id]
                    why = token._get_unusable_text(code, token._get_label())
                    step = booking._get_step_text("method_unusable")
                    texts[booking] = f"{why} {step}"
        return texts
