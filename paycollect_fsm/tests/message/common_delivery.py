# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import smtplib
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.sms.tools.sms_api import SmsApi

from ..common import CollectionCommon

MUTED = ("odoo.addons.mail.models.mail_mail",)


class DeliveryCommon(CollectionCommon):
    """A mail server and a carrier that reject messages while instructed to."""

    @contextmanager
    def refusing_mails(self, words="550 5.1.1 No such user here", connects=True):
        """Make the mail server reject each email with ``words`` or be unreachable."""
        error = smtplib.SMTPResponseException(550, words)
        method = "send_email" if connects else "_connect__"
        self.refusals = 0

        def refuse(*_args, **_kwargs):
            self.refusals += 1
            raise error

        with patch.object(IrMail_Server, method, refuse), mute_logger(*MUTED):
            yield

    @contextmanager
    def carrier_says(self, state):
        """Make the carrier respond to every SMS with ``state``."""

        def send(_api, messages, **_kwargs):
            return [
                {"uuid": number["uuid"], "state": state}
                for message in messages
                for number in message["numbers"]
            ]

        with patch.object(SmsApi, "_send_sms_batch", send):
            yield

    def send_texts(self, state="success"):
        with self.carrier_says(state):
            self.env["sms.sms"].search([]).send(unlink_sent=False)

    def setUp(self):
        super().setUp()
        self.left = []
        self.clock = self.startPatcher(freeze_time(fields.Datetime.now()))

    def later(self, **delta):
        """Let time pass, then run our cron and the mail queue.

        Emails sent about invoices are in ``self.left``.
        """
        self.clock.tick(timedelta(**delta))
        with self.mock_mail_gateway():
            self.env["paycollect.message"]._cron_deliver()
            self.env["mail.mail"].process_email_queue()
            self.env["paycollect.message"]._cron_deliver()
        self.left += [m for m in self._mails if " method " not in m["subject"]]

    def pay(self, move):
        """Pay the invoice by other means."""
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()

    def exceptions(self, record):
        return record.activity_ids.filtered(
            lambda activity: (
                activity.activity_type_id
                == self.env.ref("paycollect_fsm.mail_activity_exception")
            )
        )
