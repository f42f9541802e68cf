# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.protocol import CANNOT_TELL, Finding


class PaymentTransaction(models.Model):
    """How a provider is asked what became of a charge; providers override it."""

    _inherit = "payment.transaction"

    def _forget_error(self):
        """What stood for the provider's silence is no decline: it is under way.

        Only a draft takes every answer that may still come; native post-processing
        leaves it alone.
        """
        self.filtered(lambda tx: tx.state in ("error", "cancel")).write(
            {"state": "draft", "state_message": False, "is_post_processed": True}
        )

    def _get_key_life(self):
        """How long the provider remembers the key that the charge was sent with.

        Within it, sending the same transaction again cannot charge twice.

        :return: timedelta, or None when it must not be sent again
        """
        self.ensure_one()
        return None

    def _look_up_payment(self):
        """Search the charge at the provider by our reference; network, reads only.

        :return: :class:`protocol.Finding`; what hinders the question, be it the
            network, is CANNOT_TELL with its reason, never an exception
        """
        self.ensure_one()
        return Finding(
            CANNOT_TELL, self.env._("This provider cannot be asked."), is_final=True
        )
