# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import io

from odoo import models

from odoo.addons.paycollect_fsm.models.stripe import api as stripe_api

from ...rules.evidence import DONE, MARK, REFUSED, UNKNOWN
from ..handoff.payment_provider import EvidenceAnswer


class PaymentProvider(models.Model):
    """Evidence by Stripe's API: a file, then an update of the dispute.

    https://docs.stripe.com/disputes/api
    """

    _inherit = "payment.provider"

    def _takes_evidence(self):
        return self.code == "stripe" or super()._takes_evidence()

    def _upload_evidence(self, name, content, key):
        if self.code != "stripe":
            return super()._upload_evidence(name, content, key)
        file = io.BytesIO(content)
        file.name = name
        params = {"purpose": "dispute_evidence", "file": file}
        return self._ask_stripe(
            lambda client: client.v1.files.create(params, {"idempotency_key": key})
        )

    def _update_evidence(self, dispute, values, file_id, submit, mark, key):
        if self.code != "stripe":
            return super()._update_evidence(dispute, values, file_id, submit, mark, key)
        params = {
            "evidence": {**values, "uncategorized_file": file_id},
            "metadata": {MARK: mark},
            "submit": submit,
        }
        return self._ask_stripe(
            lambda client: client.v1.disputes.update(
                dispute, params, {"idempotency_key": key}
            )
        )

    def _has_evidence(self, dispute, mark):
        if self.code != "stripe":
            return super()._has_evidence(dispute, mark)
        try:
            found = stripe_api.get_client(self.sudo()).v1.disputes.retrieve(dispute)
        except stripe_api.Error:
            return None
        return found.to_dict().get("metadata", {}).get(MARK) == mark

    def _ask_stripe(self, call):
        """Return the answer to one call; without one, it may have been executed."""
        try:
            found = call(stripe_api.get_client(self.sudo()))
        except stripe_api.UNANSWERED as error:
            return EvidenceAnswer(UNKNOWN, text=type(error).__name__)
        except stripe_api.Error as error:
            return EvidenceAnswer(REFUSED, text=error.user_message or str(error))
        text = found.to_dict().get("status") or ""
        return EvidenceAnswer(DONE, found.id, text)
