# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

PLAN = "plan"


class PaycollectMessage(models.Model):
    """What customers are told about their payment plans."""

    _inherit = "paycollect.message"

    occasion = fields.Selection(
        selection_add=[(PLAN, "Payment plan")], ondelete={PLAN: "cascade"}
    )

    def _get_sent_texts(self):
        text = self.env._(
            "The email about a payment plan was sent to %(address)s on %(date)s."
        )
        return {**super()._get_sent_texts(), PLAN: text}

    def _get_queued_texts(self):
        text = self.env._(
            "The email about a payment plan to %(address)s is queued and has not been "
            "sent yet."
        )
        return {**super()._get_queued_texts(), PLAN: text}

    def _get_refused_texts(self):
        text = self.env._(
            "The email about a payment plan to %(address)s has not been sent yet: "
            "%(why)s It will be retried on %(date)s."
        )
        return {**super()._get_refused_texts(), PLAN: text}

    def _get_failed_texts(self):
        text = self.env._(
            "The email about a payment plan could not be delivered to %(address)s: "
            "%(why)s"
        )
        return {**super()._get_failed_texts(), PLAN: text}

    def _get_skipped_texts(self):
        text = self.env._("The email about a payment plan was not sent: %(why)s")
        return {**super()._get_skipped_texts(), PLAN: text}
