# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import UTC, datetime

from odoo import fields, models

MICRODEPOSITS = "verify_with_microdeposits"


class PaymentTransaction(models.Model):
    """The mandate and the verification of bank accounts saved at Stripe.

    https://docs.stripe.com/payments/ach-direct-debit/set-up-payment. SEPA and Bacs work
    the same way: a mandate, and debits that are pending for days.
    """

    _inherit = "payment.transaction"

    collection_verification_url = fields.Char(
        string="Bank Verification Link",
        readonly=True,
        copy=False,
        groups="paycollect_fsm.group_user",
        help="Where the customer verifies the microdeposit.",
        mask_cards=False,
    )
    collection_verification_date = fields.Date(
        string="Microdeposit Expected On",
        readonly=True,
        copy=False,
        groups="paycollect_fsm.group_user",
        help="When the microdeposit is expected in the customer's bank account.",
    )

    def _extract_token_values(self, payment_data):
        """Store the mandate that was given when the account was saved."""
        values = super()._extract_token_values(payment_data)
        if not values or self.provider_code != "stripe" or not self._is_collected():
            return values
        setup = payment_data.get("setup_intent")
        if isinstance(setup, dict) and not values.get("stripe_mandate"):
            mandate = setup.get("mandate")
            values["stripe_mandate"] = (
                mandate.get("id") if isinstance(mandate, dict) else mandate
            )
        return values

    def _apply_verification(self, setup):
        """Record that a setup intent waits for microdeposit verification.

        :param setup: Stripe's object, or None
        """
        if not isinstance(setup, dict) or setup.get("status") != "requires_action":
            return
        action = setup.get("next_action")
        if not isinstance(action, dict) or action.get("type") != MICRODEPOSITS:
            return
        details = action.get(MICRODEPOSITS) or {}
        arrival = details.get("arrival_date")
        self.sudo().write(
            {
                "collection_verification_url": details.get("hosted_verification_url"),
                "collection_verification_date": arrival
                and datetime.fromtimestamp(arrival, UTC).date(),
            }
        )
        self._set_pending()

    def _is_bank_verification_pending(self):
        """Whether the customer still has to verify the microdeposit."""
        self.ensure_one()
        return (
            self.operation == "validation"
            and self.state == "pending"
            and bool(self.collection_verification_url)
        )

    def _fail_verification(self, message):
        """Record that the account can't be used, and log why on the customer.

        :param message: the provider's message, if any
        """
        self.ensure_one()
        self._set_error(message or self.env._("The bank account was not verified."))
        self.partner_id.commercial_partner_id.sudo()._message_log(
            body=self.env._(
                "The bank account could not be verified and wasn't saved as a payment "
                "method. %(reason)s Use “Request Payment Method” to send a new link.",
                reason=self.state_message,
            )
        )
