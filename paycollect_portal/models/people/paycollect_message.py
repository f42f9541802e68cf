# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

INVITATION = "invitation"


class PaycollectMessage(models.Model):
    """Invitations to the portal among the messages to customers."""

    _inherit = "paycollect.message"

    occasion = fields.Selection(
        selection_add=[(INVITATION, "Portal invitation")],
        ondelete={INVITATION: "cascade"},
    )

    def _get_sent_texts(self):
        text = self.env._(
            "The invitation to the portal was sent to %(address)s on %(date)s."
        )
        return {**super()._get_sent_texts(), INVITATION: text}

    def _get_queued_texts(self):
        text = self.env._(
            "The invitation to the portal to %(address)s is queued and has not been "
            "sent yet."
        )
        return {**super()._get_queued_texts(), INVITATION: text}

    def _get_refused_texts(self):
        text = self.env._(
            "The invitation to the portal to %(address)s has not been sent yet: "
            "%(why)s It will be retried on %(date)s."
        )
        return {**super()._get_refused_texts(), INVITATION: text}

    def _get_failed_texts(self):
        text = self.env._(
            "The invitation to the portal could not be delivered to %(address)s: "
            "%(why)s"
        )
        return {**super()._get_failed_texts(), INVITATION: text}

    def _get_skipped_texts(self):
        text = self.env._("The invitation to the portal was not sent: %(why)s")
        return {**super()._get_skipped_texts(), INVITATION: text}
