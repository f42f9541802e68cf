# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ..method.paycollect_link_sealed import SEALED


class PaycollectMessage(models.Model):
    """The sealed links in a message, see ``paycollect.link``."""

    _inherit = "paycollect.message"

    @api.model
    def _unseal(self, field, carrier, text):
        """Return what is sent instead of the stored text.

        Only in our messages: anyone may write an email that names a link.

        :param str field: of the carrier, ``mail_id`` or ``sms_id``
        """
        if not SEALED.search(text or ""):
            return text
        message = self.sudo().search([(field, "=", carrier.id)], limit=1)
        return self.env["paycollect.link"]._unseal(text, message.partner_id)

    def _set_sent(self, now):
        for message in self:
            text = message.mail_id.body_html or message.sms_id.body
            self.env["paycollect.link"]._forget_tokens(text)
        return super()._set_sent(now)
