# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...rules.const import DECLINED
from ...rules.declines import AUTH
from ...rules.foreign_retries import Evidence, detect, read_stripe_intent


class PaymentTransaction(models.Model):
    """Detects attempts on our payments that we did not request."""

    _inherit = "payment.transaction"

    collection_foreign_noted = fields.Boolean(
        string="External Retry Reported",
        readonly=True,
        copy=False,
        help="An external retry of this payment was detected and reported.",
    )

    collection_charge_ref = fields.Char(
        string="First Charge ID",
        readonly=True,
        copy=False,
        help="ID of the first charge for this payment that the provider reported.",
        mask_cards=False,
    )

    def _note_foreign_try(self, payload):
        """Compare the provider's data about the payment with what we requested.

        Must be called before the payload changes the state of the transaction, as is
        the case for everything that goes through :meth:`_process`. Only covers charges
        that only we may repeat: with a stored method, while the customer is
        away. Does nothing if the transaction was already reported.

        :param payload: a payment intent as Stripe sends it, or payment data with it
            under ``payment_intent``
        :return: whether an external retry was detected
        """
        self.ensure_one()
        attempt = self.sudo().collection_attempt_ids[:1]
        if (
            self.provider_code != "stripe"
            or self.operation != "offline"
            or not attempt
            or self.collection_foreign_noted
        ):
            return False
        facts = read_stripe_intent(payload)
        charge = facts.pop("charge")
        known = self.collection_charge_ref
        if known and charge and charge != known:
            facts["tries"] = max(facts["tries"], 2)
        elif charge and not known:
            self.sudo().collection_charge_ref = charge
        facts["by_customer"] |= attempt.decline_kind == AUTH or bool(
            attempt.authentication
        )
        evidence = Evidence(declined=self._was_declined_by_bank(attempt), **facts)
        reason = detect(evidence)
        if reason:
            self.sudo().collection_foreign_noted = True
            self.provider_id.sudo()._set_foreign_retries(reason, self.sudo())
        return bool(reason)

    def _was_declined_by_bank(self, attempt):
        """Whether the bank declined it, as opposed to a user marking it as not
        charged."""
        has_code = bool(attempt.decline_code or attempt.decline_kind)
        return attempt.state == DECLINED and not attempt.is_lost and has_code
