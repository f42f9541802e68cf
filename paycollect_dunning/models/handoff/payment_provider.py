# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from typing import NamedTuple

from odoo import models

from ...rules.evidence import REFUSED


class EvidenceAnswer(NamedTuple):
    """What a provider answered: ``state`` is done, unknown or refused; ``reference``:
    of the file; ``text``: what is stored of the answer."""

    state: str
    reference: str = ""
    text: str = ""


class PaymentProvider(models.Model):
    """Providers that take evidence for chargebacks by their API."""

    _inherit = "payment.provider"

    def _takes_evidence(self):
        """Hook: whether the provider takes evidence by its API."""
        return False

    def _upload_evidence(self, name, content, key):
        """Hook: store a file at the provider; the same key stores it once.

        :param bytes content: PDF
        :return: :class:`EvidenceAnswer` with the file's reference
        """
        return EvidenceAnswer(REFUSED)

    def _update_evidence(self, dispute, values, file_id, submit, mark, key):
        """Hook: attach evidence to a dispute, and submit it to the bank if asked to.

        :param dispute: the provider's ID of the dispute
        :param values: texts by the names that Stripe gave them
        :param mark: is stored with the dispute, see :meth:`_has_evidence`
        :return: :class:`EvidenceAnswer`
        """
        return EvidenceAnswer(REFUSED)

    def _has_evidence(self, dispute, mark):
        """Hook: whether the dispute has the evidence with this mark; None: no answer.

        :return: bool or None
        """
        return None
