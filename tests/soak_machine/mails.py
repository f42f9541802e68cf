# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What left for customers. Only the SMTP connection is replaced.

Between the mail server's yes and our commit nobody can help that a mail leaves again
after a kill. It is the same message then, with the same Message-Id, by which servers
and readers know it; so it counts once.
"""

from collections import defaultdict
from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server


class Mails:
    def __init__(self):
        self._ids = defaultdict(set)

    def forget(self):
        self._ids.clear()

    def count(self):
        """Return how many messages left, by subject and recipient."""
        return {key: len(ids) for key, ids in self._ids.items()}

    def install(self):
        mails = self

        def send_email(_server, message, *_args, **_options):
            key = message["Subject"], message["To"]
            mails._ids[key].add(message["Message-Id"])
            return message["Message-Id"]

        patch.object(IrMail_Server, "_connect__", lambda *_a, **_o: None).start()
        patch.object(IrMail_Server, "send_email", send_email).start()
