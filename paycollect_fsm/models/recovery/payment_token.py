# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules import retry


class PaymentToken(models.Model):
    """Whether a customer may pay with a method on file right now."""

    _inherit = "payment.token"

    def _select_payable(self, company, now):
        """Return the methods that the customer may be offered to pay with.

        What the bank or the card networks don't allow is the same for everybody who
        starts a charge; expiry and the switch that stops all charges are, too.

        :param company: the company that is paid
        :param now: naive UTC datetime
        """
        if company._is_collection_stopped() or company._has_moved():
            return self.browse()
        today = company._get_today(now)
        times = self._get_decline_times(now)
        return self.filtered(
            lambda token: (
                token.active
                and not token.refused_at
                and not token._is_expired_on(today)
                and token._is_provider_on()
                and not retry.cap_free_at(
                    times[token._get_method_key()],
                    retry.get_caps(token._get_network()),
                    now,
                )
            )
        )
