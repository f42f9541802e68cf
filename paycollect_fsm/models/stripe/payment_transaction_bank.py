# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import UTC, datetime

from odoo import fields, models

MICRODEPOSITS = "verify_with_microdeposits"


class PaymentTransaction(models.Model):
    """Bank accounts that Stripe stores: their mandate, and how they are verified.

    https://docs.stripe.com/payments/ach-direct-debit/set-up-payment. SEPA and Bacs take
    the same way: a mandate, a debit that is pending for days.
    """

    _inherit = "payment.transaction"

    collection_verification_url = fields.Char(
        readonly=True,
        copy=False,
        groups="paycollect_fsm.group_user",
        help="Where the customer enters the code of the small deposit.",
    )
    collection_verification_date = fields.Date(
        readonly=True,
        copy=False,
        groups="paycollect_fsm.group_user",
        help="When the small deposit is expected on the customer's account.",
    )

    def _extract_token_values(self, payment_data):
        """Keep the mandate that was given while the account was saved."""
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
        """Note what a setup intent waits for.

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
        """Whether the customer still has to enter the code of the small deposit."""
        self.ensure_one()
        return (
            self.operation == "validation"
            and self.state == "pending"
            and bool(self.collection_verification_url)
        )

    def _fail_verification(self, message):
        """The account cannot be used; whoever looks after the customer reads why.

        :param message: the provider's words, or nothing
        """
        self.ensure_one()
        self._set_error(message or self.env._("The bank account was not verified."))
        self.partner_id.commercial_partner_id.sudo()._message_log(
            body=self.env._(
                "The bank account could not be verified, so it is no payment method: "
                "%(reason)s Send a new request for a payment method.",
                reason=self.state_message,
            )
        )
