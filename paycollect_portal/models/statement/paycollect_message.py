# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

STATEMENT = "statement"


class PaycollectMessage(models.Model):
    """Monthly statements among the messages to customers."""

    _inherit = "paycollect.message"

    occasion = fields.Selection(
        selection_add=[(STATEMENT, "Monthly statement")],
        ondelete={STATEMENT: "cascade"},
    )

    def _get_sent_texts(self):
        text = self.env._("The statement was sent to %(address)s on %(date)s.")
        return {**super()._get_sent_texts(), STATEMENT: text}

    def _get_queued_texts(self):
        text = self.env._(
            "The statement to %(address)s is queued and has not been sent yet."
        )
        return {**super()._get_queued_texts(), STATEMENT: text}

    def _get_refused_texts(self):
        text = self.env._(
            "The statement to %(address)s has not been sent yet: %(why)s It will be "
            "retried on %(date)s."
        )
        return {**super()._get_refused_texts(), STATEMENT: text}

    def _get_failed_texts(self):
        text = self.env._(
            "The statement could not be delivered to %(address)s: %(why)s"
        )
        return {**super()._get_failed_texts(), STATEMENT: text}

    def _get_skipped_texts(self):
        text = self.env._("The statement was not sent: %(why)s")
        return {**super()._get_skipped_texts(), STATEMENT: text}
