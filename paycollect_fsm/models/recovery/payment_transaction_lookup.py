# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.protocol import CANNOT_TELL, Finding


class PaymentTransaction(models.Model):
    """How to ask a provider about the outcome of a charge; providers override it."""

    _inherit = "payment.transaction"

    def _forget_error(self):
        """Reset an error that only meant a missing response: it is not a decline.

        Only a draft accepts every answer that may still arrive, and Odoo's
        post-processing leaves it alone.
        """
        self.filtered(lambda tx: tx.state in ("error", "cancel")).write(
            {"state": "draft", "state_message": False, "is_post_processed": True}
        )

    def _get_key_life(self):
        """Return how long the provider remembers the charge's idempotency key.

        Within that time, sending the same transaction again can't charge twice.

        :return: timedelta, or None if it must not be sent again
        """
        self.ensure_one()
        return None

    def _look_up_payment(self):
        """Look up the charge at the provider by our reference. Network, read-only.

        :return: :class:`protocol.Finding`; anything that prevents the lookup, such as
            the network, gives CANNOT_TELL with the reason, never an exception
        """
        self.ensure_one()
        return Finding(
            CANNOT_TELL,
            self.env._("This provider doesn't support lookups."),
            is_final=True,
        )
