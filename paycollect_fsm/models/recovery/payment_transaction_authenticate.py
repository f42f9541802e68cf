# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaymentTransaction(models.Model):
    """How the customer confirms a declined charge; providers override it.

    The demo provider simulates the bank, so that it can be tried without an account.
    """

    _inherit = "payment.transaction"

    def _can_authenticate(self):
        """Whether the customer can still confirm this declined charge."""
        self.ensure_one()
        return self.provider_code == "demo" and self.state == "error"

    def _get_authentication_values(self):
        """Get from the provider what the customer's browser needs. Network.

        The state may change if the provider reports that it is already paid.

        :return: dict for the browser: ``flow`` (``simulated`` or the provider's
            code) and what that flow needs; empty if it can no longer be confirmed
        :raise ValidationError: if the provider doesn't respond
        """
        self.ensure_one()
        if self.provider_code == "demo" and self.state == "error":
            return {"flow": "simulated"}
        return {}

    def _refresh_authentication(self):
        """Ask the provider for the outcome and apply it. Network.

        :return: a message for the customer if it wasn't confirmed, else ""
        :raise ValidationError: if the provider doesn't respond
        """
        self.ensure_one()
        return ""

    def _cancel_authentication(self, now):
        """Close it at the provider, so that it can no longer be confirmed. Network.

        If it was already confirmed, that outcome is applied instead.

        :param now: naive UTC datetime
        :raise ValidationError: if the provider doesn't respond; it may still be
            confirmed
        """
        self.ensure_one()

    def _simulate_authentication(self, confirmed):
        """Apply the customer's answer to the bank that the demo provider simulates."""
        self.ensure_one()
        if self.provider_code == "demo" and confirmed:
            data = {"reference": self.reference, "simulated_state": "done"}
            self._process("demo", data)
