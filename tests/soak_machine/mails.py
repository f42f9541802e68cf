# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What left for customers. Only the SMTP connection is replaced."""

from collections import Counter
from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server


class Mails:
    def __init__(self):
        self.sent = Counter()  # by subject and recipient

    def install(self):
        mails = self

        def send_email(_server, message, *_args, **_options):
            mails.sent[message["Subject"], message["To"]] += 1
            return message["Message-Id"]

        patch.object(IrMail_Server, "_connect__", lambda *_a, **_o: None).start()
        patch.object(IrMail_Server, "send_email", send_email).start()
