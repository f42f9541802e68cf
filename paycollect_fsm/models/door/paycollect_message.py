# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

RECEIVED = "received"


class PaycollectMessage(models.Model):
    """Receipts for cash and checks among the messages to customers."""

    _inherit = "paycollect.message"

    occasion = fields.Selection(
        selection_add=[(RECEIVED, "Receipt for cash or a check")],
        ondelete={RECEIVED: "cascade"},
    )

    def _get_sent_texts(self):
        text = self.env._(
            "The receipt for cash or a check was sent to %(address)s on %(date)s."
        )
        return {**super()._get_sent_texts(), RECEIVED: text}

    def _get_queued_texts(self):
        text = self.env._(
            "The receipt for cash or a check to %(address)s is queued and has not been "
            "sent yet."
        )
        return {**super()._get_queued_texts(), RECEIVED: text}

    def _get_refused_texts(self):
        text = self.env._(
            "The receipt for cash or a check to %(address)s has not been sent yet: "
            "%(why)s It will be retried on %(date)s."
        )
        return {**super()._get_refused_texts(), RECEIVED: text}

    def _get_failed_texts(self):
        text = self.env._(
            "The receipt for cash or a check could not be delivered to %(address)s: "
            "%(why)s"
        )
        return {**super()._get_failed_texts(), RECEIVED: text}

    def _get_skipped_texts(self):
        text = self.env._("The receipt for cash or a check was not sent: %(why)s")
        return {**super()._get_skipped_texts(), RECEIVED: text}
