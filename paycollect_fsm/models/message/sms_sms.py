# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class UnsealingSmsApi:
    """Puts working links into our messages as they are handed to the carrier."""

    def __init__(self, api, texts):
        self._api = api
        self._texts = {sms.uuid: sms for sms in texts}

    def __getattr__(self, name):
        return getattr(self._api, name)

    def _send_sms_batch(self, messages, *args, **kwargs):
        unsealed = [self._unseal(message) for message in messages]
        return self._api._send_sms_batch(unsealed, *args, **kwargs)

    def _unseal(self, message):
        text = self._texts[message["numbers"][0]["uuid"]]
        content = text.env["paycollect.message"]._unseal(
            "sms_id", text, message["content"]
        )
        return {**message, "content": content}


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def write(self, vals):
        """Record the outcome of our messages."""
        result = super().write(vals)
        if "state" in vals:
            self.env["paycollect.message"]._note_texts(self, fields.Datetime.now())
        return result

    def _send_with_api(self, sms_api, **kwargs):
        return super()._send_with_api(UnsealingSmsApi(sms_api, self), **kwargs)
