# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A mail catcher: accepts every email and sends none."""

import dataclasses
import datetime
import email
import email.message
import email.policy
import logging
import re

from aiosmtpd.controller import Controller

from .steps import free_port
from .waiting import wait_until

logging.getLogger("mail.log").setLevel(logging.WARNING)
LINK = re.compile(r'https?://[^\s"\'<>]+')


@dataclasses.dataclass(frozen=True)
class Mail:
    """One caught email, with its envelope and time of arrival."""

    message: email.message.EmailMessage
    arrived: datetime.datetime
    sender: str
    recipients: tuple

    @property
    def subject(self):
        return str(self.message["Subject"] or "")

    @property
    def to(self):
        return str(self.message["To"] or "")

    @property
    def html(self):
        return self._body("html")

    @property
    def text(self):
        return self._body("plain")

    @property
    def links(self):
        """Return each URL in the email once, in the order of the HTML body."""
        found = LINK.findall(self.html.replace("&amp;", "&") or self.text)
        return list(dict.fromkeys(found))

    @property
    def attachments(self):
        """Return the content of each attachment, by name."""
        return {
            part.get_filename(): part.get_payload(decode=True)
            for part in self.message.iter_attachments()
            if part.get_filename()
        }

    def _body(self, kind):
        part = self.message.get_body(preferencelist=(kind,))
        return part.get_content() if part else ""


class MailCatcher:
    """An SMTP server on a loopback port; `mails` holds the emails received."""

    def __init__(self, on_mail=None, port=None):
        self.mails = []
        self.port = port or free_port()
        self._on_mail = on_mail
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def start(self):
        self._controller.start()
        return self

    def stop(self):
        self._controller.stop()

    async def handle_DATA(self, _server, _session, envelope):
        mail = Mail(
            message=email.message_from_bytes(
                envelope.content, policy=email.policy.default
            ),
            arrived=datetime.datetime.now(datetime.UTC),
            sender=envelope.mail_from,
            recipients=tuple(envelope.rcpt_tos),
        )
        self.mails.append(mail)
        if self._on_mail:
            self._on_mail(mail, envelope.content)
        return "250 OK"

    def find(self, to=None, subject=None):
        """Return the emails to this envelope recipient with this subject."""
        return [
            mail
            for mail in list(self.mails)
            if (to is None or to in mail.recipients)
            and (subject is None or subject in mail.subject)
        ]

    def wait(self, to=None, subject=None, count=1):
        """Wait until `count` such emails have arrived; return the latest."""
        return wait_until(
            lambda: (found := self.find(to, subject))[count - 1 :] and found[-1],
            f"mail {count} to {to or 'anybody'} about {subject or 'anything'}",
            seen=lambda: [mail.subject for mail in self.find(to)],
        )
