# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.const import CALL, LETTER, MAIL, SMS


class PaycollectDunningMessage(models.Model):
    _inherit = "paycollect.dunning.message"

    def _preview_text(self):
        """Return the text of one message: channel, to, subject, body, text."""
        self.ensure_one()
        row = self.with_context(lang=self._get_lang())
        text = {
            "channel": row.channel,
            "address": row.address or row.partner_id.display_name or "",
            "send_at": row.send_at,
            "subject": "",
            "body": False,
            "text": False,
        }
        if row.channel in (MAIL, LETTER):
            mail = row._render_mails()[row.id]
            text |= {"subject": mail["subject"], "body": mail["body_html"]}
        elif row.channel == SMS:
            text["text"] = row._get_text()
        elif row.channel == CALL:
            text["body"] = row._get_call_text(self.env.user)
        return text
