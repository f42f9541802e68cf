# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaymentToken(models.Model):
    """What the page of methods says about payment plans."""

    _inherit = "payment.token"

    def _get_uses(self, today):
        uses = super()._get_uses(today)
        for plan in self._find_installment_plans():
            if not plan.move_id or plan.move_id._is_owed():
                text = self.env._(
                    "Payment plan for %(document)s.",
                    document=plan._get_document_name(),
                )
                uses[plan.token_id].append(text)
        return uses

    def _get_removal_texts(self, today):
        texts = super()._get_removal_texts(today)
        for plan in self._find_installment_plans():
            if plan.move_id and not plan.move_id._is_owed():
                continue
            token = plan.token_id
            values = {"document": plan._get_document_name()}
            if successor := (plan._get_offered_methods(today) - token)[:1]:
                text = self.env._(
                    "Your payment plan for %(document)s moves on to %(method)s.",
                    method=successor._get_label(),
                    **values,
                )
            else:
                text = self.env._(
                    "Your payment plan for %(document)s needs another method.", **values
                )
            texts[token].append(text)
        return texts
