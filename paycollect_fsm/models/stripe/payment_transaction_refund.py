# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import models

from odoo.addons.payment_stripe import const as stripe_const

from ...rules import disputes
from ...rules.protocol import FOUND, NOT_FOUND, Finding
from ...rules.refund import Standing
from ...rules.stripe_events import MARK, get_metadata
from . import api as stripe_api

_logger = logging.getLogger(__name__)


class PaymentTransaction(models.Model):
    """What Stripe knows about the refunds of a payment."""

    _inherit = "payment.transaction"

    def _ask_what_is_left(self):
        """Ask for the charge, and for its disputes; an inquiry doesn't count."""
        if self.provider_code != "stripe" or not self._get_stripe_intent_id():
            return super()._ask_what_is_left()
        client = stripe_api.get_client(self.provider_id.sudo())
        intent_id = self._get_stripe_intent_id()
        try:
            intent = client.v1.payment_intents.retrieve(
                intent_id, {"expand": ["latest_charge"]}
            ).to_dict()
            found = client.v1.disputes.list({"payment_intent": intent_id, "limit": 100})
            snapshots = [
                disputes.read_dispute(dispute.to_dict())
                for dispute in found.auto_paging_iter()
            ]
        except stripe_api.Error as error:
            _logger.info("%s can't be asked about: %s", self.reference, error)
            return Standing(is_known=False)
        return self._get_stripe_standing(intent, snapshots)

    def _get_stripe_standing(self, intent, snapshots):
        """Return the :class:`refund.Standing`.

        :param intent: with its last charge expanded
        :param snapshots: :class:`disputes.Snapshot` of each dispute
        """
        charge = intent.get("latest_charge")
        charge = charge if isinstance(charge, dict) else {}
        left = charge.get("amount_captured", 0) - charge.get("amount_refunded", 0)
        taken = [
            dispute
            for dispute in snapshots
            if dispute.kind != disputes.INQUIRY and dispute.state != disputes.WON
        ]
        return Standing(
            left=self.provider_id._to_major_units(left, self.currency_id),
            disputed=bool(taken),
        )

    def _look_up_stripe_refund(self):
        """Find this refund in Stripe's list of the payment's refunds.

        :return: :class:`protocol.Finding`
        :raise stripe_api.Error: if there is no answer
        """
        source = self.source_transaction_id
        client = stripe_api.get_client(self.provider_id.sudo())
        refunds = client.v1.refunds.list(
            {"payment_intent": source.provider_reference, "limit": 100}
        )
        mark = self.sudo().collection_mark
        for refund in refunds.auto_paging_iter():
            values = refund.to_dict()
            known = values["id"] == self.provider_reference
            if known or get_metadata(values).get(MARK) == mark:
                return Finding(FOUND, payload={"refund": values})
        return Finding(NOT_FOUND, self.env._("Stripe has no such refund."))

    def _take_back_refund(self, status):
        """A refund that Stripe canceled after it was done failed: Odoo would ignore it.

        :param status: of the refund
        """
        if self.state == "done" and status in stripe_const.STATUS_MAPPING["cancel"]:
            self._set_error(
                self.env._("The refund was canceled at the provider."),
                extra_allowed_states=("done",),
            )
