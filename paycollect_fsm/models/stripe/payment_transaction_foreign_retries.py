# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...rules.const import DECLINED
from ...rules.declines import AUTH
from ...rules.foreign_retries import Evidence, detect, read_stripe_intent


class PaymentTransaction(models.Model):
    """Look out for tries of our payments that we did not ask for."""

    _inherit = "payment.transaction"

    collection_foreign_noted = fields.Boolean(
        readonly=True,
        copy=False,
        help="Somebody else tried this payment again; it was told once.",
    )

    collection_charge_ref = fields.Char(
        readonly=True,
        copy=False,
        help="The provider's first try of this payment that we heard of.",
    )

    def _note_foreign_try(self, payload):
        """Compare what the provider says of the payment with what we asked for.

        To be called before the payload changes the state of the transaction, as
        happens here for everything that goes through :meth:`_process`. Only for
        charges that are ours alone to repeat: by stored method, while the customer is
        away. Nothing happens for a transaction that was noted before.

        :param payload: a payment intent as Stripe sends it, or payment data with it
            under ``payment_intent``
        :return: whether somebody else is at work on it
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
        """A person's finding that nothing was charged is no decline of the bank."""
        has_code = bool(attempt.decline_code or attempt.decline_kind)
        return attempt.state == DECLINED and not attempt.is_lost and has_code
