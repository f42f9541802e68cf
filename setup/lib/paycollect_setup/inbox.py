# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The demo's mail catcher: an SMTP server and a page that shows its emails.

It also stands in for the carrier of text messages, and shows them on the same page.

Run as `python -m paycollect_setup.inbox SMTP_PORT HTTP_PORT FOLDER`. Messages are
stored in the folder, so they are still there next time.
"""

import datetime
import email
import email.message
import email.policy
import html
import http.server
import json
import mimetypes
import re
import sys
import time
import urllib.parse
from pathlib import Path

from .mails import LINK, Mail, MailCatcher

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; color: #222;
  background: #f6f5f8 }
header { background: #71639e; color: #fff; padding: .8rem 1.2rem }
header a { color: #fff; text-decoration: none; font-weight: 600 }
main { max-width: 60rem; margin: 1rem auto; padding: 0 .8rem }
.mail, dl { display: block; background: #fff; padding: .7rem 1rem; margin: 0 0 .4rem;
  border-radius: .4rem; box-shadow: 0 1px 2px #0002; color: inherit;
  text-decoration: none }
.mail:hover { background: #f0edf9 }
.mail b { display: block; overflow-wrap: anywhere }
small, dt { color: #666 } time { float: right; color: #666 }
dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem 1rem; margin: 0 }
dd { margin: 0; overflow-wrap: anywhere }
iframe, pre { width: 100%; min-height: 70vh; border: 0; background: #fff;
  margin-top: .6rem; border-radius: .4rem; box-sizing: border-box }
pre { padding: 1rem; white-space: pre-wrap }
"""
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">{head}<title>{title}</title>
<style>{style}</style></head><body><header><a href="/">Messages</a>
<small style="color:#fff">caught on this machine; none were sent</small></header>
<main>{body}</main></body></html>"""


SMS_PATH = "/api/sms/3/send"  # as Odoo calls its carrier


class Inbox:
    """The emails and text messages in a folder, newest first."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, _mail, content):
        """Store an email as received."""
        self.folder.mkdir(parents=True, exist_ok=True)  # the demo may have been reset
        (self.folder / f"{time.time_ns()}.eml").write_bytes(content)

    def keep_text(self, number, text):
        """Store a text message like an email."""
        message = email.message.EmailMessage()
        message["Subject"] = f"Text message: {' '.join(text.split())[:60]}"
        message["To"] = number
        message.set_content(text)
        self.keep(None, message.as_bytes())

    def names(self):
        return sorted((path.stem for path in self.folder.glob("*.eml")), reverse=True)

    def read(self, name):
        """Return the email with this name; raise FileNotFoundError if there is none."""
        content = (self.folder / f"{int(name)}.eml").read_bytes()
        arrived = datetime.datetime.fromtimestamp(int(name) / 1e9)
        message = email.message_from_bytes(content, policy=email.policy.default)
        return Mail(message, arrived, str(message["From"] or ""), (str(message["To"]),))


def list_page(inbox):
    rows = [_row(name, inbox.read(name)) for name in inbox.names()]
    body = "".join(rows) or "<p>No messages yet. This page refreshes automatically.</p>"
    refresh = '<meta http-equiv="refresh" content="5">'
    return _page(f"Messages ({len(rows)})", body, refresh)


def _row(name, mail):
    return (
        f'<a class="mail" href="/{name}"><time>{mail.arrived:%d %b %H:%M:%S}</time>'
        f"<b>{html.escape(mail.subject) or '(no subject)'}</b>"
        f"<small>to {html.escape(mail.to)}</small></a>"
    )


def mail_page(name, mail):
    files = " ".join(
        f'<a href="/{name}/{urllib.parse.quote(file)}">{html.escape(file)}</a>'
        for file in mail.attachments
    )
    facts = {
        "Subject": html.escape(mail.subject),
        "From": html.escape(mail.sender),
        "To": html.escape(mail.to),
        "Received": f"{mail.arrived:%d %B %Y %H:%M:%S}",
        "Files": files,
    }
    rows = "".join(
        f"<dt>{key}</dt><dd>{value}</dd>" for key, value in facts.items() if value
    )
    if mail.html:
        source = html.escape(f'<base target="_blank">{mail.html}')
        sandbox = "allow-popups allow-popups-to-escape-sandbox"
        content = f'<iframe sandbox="{sandbox}" srcdoc="{source}"></iframe>'
    else:
        link = r'<a href="\g<0>" target="_blank">\g<0></a>'
        content = f"<pre>{LINK.sub(link, html.escape(mail.text))}</pre>"
    return _page(mail.subject, f"<dl>{rows}</dl>{content}")


def _page(title, body, head=""):
    return PAGE.format(title=html.escape(title), body=body, head=head, style=STYLE)


class Handler(http.server.BaseHTTPRequestHandler):
    """/ lists the messages, /NAME shows one, /NAME/FILE returns an attachment.

    Text messages are posted to ``SMS_PATH``.
    """

    inbox: Inbox

    def do_POST(self):
        if self.path != SMS_PATH:
            return self._answer(*self._missing())
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        sent = [
            (number, message["content"])
            for message in request["params"]["messages"]
            for number in message["numbers"]
        ]
        for number, text in sent:
            self.inbox.keep_text(number["number"], text)
        result = [
            {"uuid": number["uuid"], "state": "success"} for number, _text in sent
        ]
        answer = {"jsonrpc": "2.0", "id": request.get("id"), "result": result}
        return self._answer(200, "application/json", json.dumps(answer).encode())

    def do_GET(self):
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        parts = re.fullmatch(r"/(?:(\d+)(?:/(.+))?)?", path)
        try:
            self._answer(*self._content(*parts.groups()) if parts else self._missing())
        except (FileNotFoundError, KeyError):
            self._answer(*self._missing())

    def _content(self, name, file):
        if not name:
            return 200, "text/html; charset=utf-8", list_page(self.inbox).encode()
        mail = self.inbox.read(name)
        if not file:
            return 200, "text/html; charset=utf-8", mail_page(name, mail).encode()
        kind = mimetypes.guess_type(file)[0] or "application/octet-stream"
        return 200, kind, mail.attachments[file]

    def _missing(self):
        page = _page("Not found", "<p>This message does not exist.</p>")
        return 404, "text/html; charset=utf-8", page.encode()

    def _answer(self, status, kind, content):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args):
        """Log nothing: the terminal belongs to setup/demo."""


def main():
    smtp_port, http_port, folder = sys.argv[1:]
    Handler.inbox = Inbox(Path(folder))
    MailCatcher(Handler.inbox.keep, int(smtp_port)).start()
    address = ("127.0.0.1", int(http_port))
    http.server.ThreadingHTTPServer(address, Handler).serve_forever()


if __name__ == "__main__":
    main()
