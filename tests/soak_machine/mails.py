# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Emails sent to customers. Only the SMTP connection is replaced.

A kill between the mail server's acceptance and our commit unavoidably sends the email
again. It is the same message, with the same Message-Id, by which servers and clients
recognize it; so it counts once.
"""

from collections import defaultdict
from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server

CUSTOMERS = "@customer.example.com"
# Whoever stores a method is told so at once, wherever the database is.
RESPONSE = "Payment method saved"


class Mails:
    """``leaked``: emails sent to customers while none may be."""

    def __init__(self):
        self._ids = defaultdict(set)
        self.leaked = []
        self.is_forbidden = False

    def forget(self):
        self._ids.clear()
        self.leaked.clear()
        self.is_forbidden = False

    def count(self):
        """Return the number of messages sent, by subject and recipient."""
        return {key: len(ids) for key, ids in self._ids.items()}

    def install(self):
        mails = self

        def send_email(_server, message, *_args, **_options):
            key = message["Subject"], message["To"]
            mails._ids[key].add(message["Message-Id"])
            unasked = CUSTOMERS in str(key[1]) and not key[0].startswith(RESPONSE)
            if mails.is_forbidden and unasked:
                mails.leaked.append(f"“{key[0]}” left from what may be a copy")
            return message["Message-Id"]

        patch.object(IrMail_Server, "_connect__", lambda *_a, **_o: None).start()
        patch.object(IrMail_Server, "send_email", send_email).start()
