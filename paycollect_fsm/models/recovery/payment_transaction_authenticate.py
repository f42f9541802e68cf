# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaymentTransaction(models.Model):
    """How a declined charge is confirmed by the customer; providers override it.

    The demo provider plays the bank itself, so that it can be seen without an account.
    """

    _inherit = "payment.transaction"

    def _can_authenticate(self):
        """Whether this declined charge can still be confirmed by its customer."""
        self.ensure_one()
        return self.provider_code == "demo" and self.state == "error"

    def _get_authentication_values(self):
        """Ask the provider, now, what the customer's browser needs; network.

        The state may change, when the provider says that it is paid already.

        :return: dict for the browser: ``flow`` (``simulated`` or the provider's
            code) and what that flow needs; empty when it cannot be confirmed any more
        :raise ValidationError: no answer
        """
        self.ensure_one()
        if self.provider_code == "demo" and self.state == "error":
            return {"flow": "simulated"}
        return {}

    def _refresh_authentication(self):
        """Ask the provider what became of it and follow that; network.

        :return: what the customer is told when it was not confirmed, or ""
        :raise ValidationError: no answer
        """
        self.ensure_one()
        return ""

    def _cancel_authentication(self, now):
        """Make sure, at the provider, that it cannot be confirmed any more; network.

        Should it have been confirmed already, the state follows that instead.

        :param now: naive UTC datetime
        :raise ValidationError: no answer; it may still be possible
        """
        self.ensure_one()

    def _simulate_authentication(self, confirmed):
        """The customer's answer to the bank that the demo provider plays."""
        self.ensure_one()
        if self.provider_code == "demo" and confirmed:
            data = {"reference": self.reference, "simulated_state": "done"}
            self._process("demo", data)
