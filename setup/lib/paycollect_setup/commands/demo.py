# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""setup/demo [--no-serve] [--reset] [--port N]: Odoo with a demo company."""

import argparse
import contextlib
import fcntl
import subprocess
import time

from .. import databases, demo, environment, paths
from ..server import OdooServer
from ..steps import Fault, die_with_parent, free_port, step

MAIL_PORT = 8025
USERS = {
    "admin": "everything",
    "dispatcher": "books jobs and sees which are ready to collect",
    "technician": "does the jobs (try a phone-sized window)",
    "accountant": "Invoicing and Collections",
}
# Customers who log in, and what each of them sees in the portal.
CUSTOMERS = {
    "customer": "pays by card when the job is done; can turn on autopay",
    "bookkeeper": "on terms: invoices overdue, a check received, a payment scheduled",
    "architect": "a bit of everything: overdue, credit, discount, dispute, a check",
    "clinic": "autopay is on, a check is on the way; may pay for the company",
    "auditor": "a colleague of clinic who may only look",
    "optician": "prepaid hours; the next block is charged when few are left",
    "newcomer": "owes nothing and has no payment method yet",
}
TRY = """\
  1. As dispatcher, open the job at Lakeline Yoga Studio and click "Request Payment
     Method". Open the customer's email, follow the link and type the test card
     4242 4242 4242 4242 12/30 into the field. The job is now ready to collect: assign
     Tom Becker.
  2. As technician, open that job, add an extra (a 1 TB SSD) and complete it. The
     outcome appears on the job, and the receipt is in the inbox.
  3. As accountant, open the invoice and read "Why?" on its Collection tab. Then look
     at Collections > Attempts for paid, declined and unanswered charges.
  4. As accountant, work off Collections > Needs You Today: call Barton Creek
     Outfitters, answer Bluebonnet Tree Nursery, match the money of Hotel San Marcos.
     Barton Springs Bikes gets a reminder by itself, on a working day from 8 AM to 8 PM
     in Texas.
  5. As dispatcher, quote Northgate Optics two hours of "Support by the hour": the
     customer's prepaid hours pay for it. As optician, see what is left."""


def main(argv):
    parser = argparse.ArgumentParser(prog="setup/demo", description=__doc__)
    parser.add_argument("--no-serve", action="store_true", help="prepare only")
    parser.add_argument("--reset", action="store_true", help="delete all data first")
    parser.add_argument("--port", type=int, default=8069, help="Odoo's port (8069)")
    options = parser.parse_args(argv)
    with contextlib.ExitStack() as stack:
        stack.enter_context(_only_one())
        if not options.no_serve:
            _need_port(options.port)
        version = stack.enter_context(environment.ready())
        smtp_port, mail_url = stack.enter_context(_mail_catcher())
        demo.prepare(version, smtp_port, options.reset)
        if not options.no_serve:
            _serve(options.port, smtp_port, mail_url)
    return 0


@contextlib.contextmanager
def _only_one():
    paths.HOME.mkdir(exist_ok=True)
    with (paths.HOME / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Fault("it is already running: stop it first (Ctrl-C).") from None
        yield


def _need_port(port):
    if not free_port(port):
        raise Fault(
            f"port {port} is in use by another program: stop it, "
            f"or use another port with setup/demo --port {port + 1}."
        )


@contextlib.contextmanager
def _mail_catcher():
    """Catch emails during the block; yield (SMTP port, URL of the inbox)."""
    smtp_port, http_port = free_port(), free_port(MAIL_PORT) or free_port()
    process = subprocess.Popen(
        [paths.PYTHON, "-m", "paycollect_setup.inbox"]
        + [str(smtp_port), str(http_port), paths.MAILS],
        cwd=paths.LIB,
        start_new_session=True,
        preexec_fn=die_with_parent(),
    )
    try:
        yield smtp_port, f"http://localhost:{http_port}"
    finally:
        process.kill()
        process.wait()


def _serve(port, smtp_port, mail_url):
    server = OdooServer(demo.NAME, port, smtp_server="127.0.0.1", smtp_port=smtp_port)
    # Links in emails point here, whatever port was used last time.
    databases.set_address(demo.NAME, server.url)
    databases.set_parameter(demo.NAME, "sms.endpoint", mail_url)
    try:
        with step("Starting Odoo"):
            server.start()
        _welcome(server, mail_url)
        while server.alive:
            time.sleep(0.5)
        raise Fault(f"Odoo has stopped unexpectedly: see {server.log}.")
    finally:
        server.stop()


def _welcome(server, mail_url):
    known = demo.logins()
    users, customers = (
        "\n".join(f"  {name:11} {said}" for name, said in who.items() if name in known)
        for who in (USERS, CUSTOMERS)
    )
    print(
        f"\nPaycollect runs at   {server.url}\n"
        f"All messages are at  {mail_url}   (nothing leaves this machine)\n\n"
        f"Log in with the same word as username and password:\n{users}\n\n"
        f"Customers (My Account):\n{customers}\n\n"
        f"Five things to try\n{TRY}\n\nPress Ctrl-C to stop.",
        flush=True,
    )
