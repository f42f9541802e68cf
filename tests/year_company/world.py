# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One side's process: Odoo on its database, the provider, the time, the emails."""

import json
import logging
import os
import re
from datetime import datetime, time
from unittest.mock import patch
from zoneinfo import ZoneInfo

from soak_machine.clock import Clock
from stripe_stand_in.server import StandIn

ZONE = ZoneInfo("America/Chicago")
ADDONS = ("paycollect_fsm", "paycollect_portal", "paycollect_dunning")
# Declines are logged as errors by Odoo, and the SDK sets its own level.
LEVELS = {
    "odoo.addons.payment.models.payment_provider": logging.CRITICAL,
    "stripe": logging.WARNING,
    "py.warnings": logging.ERROR,
}
INVOICE = re.compile(r"INV/\d{4}/\d{5}")
CUSTOMERS = "@customer.example.com"
MANY = 500  # jobs in a row: more indicates a loop


class Broken(AssertionError):
    """An invariant does not hold, or a step failed."""


class World:
    """
    :param conf: an odoo.conf with the database
    :param first: date of the first day
    """

    def __init__(self, conf, first):
        self.clock = Clock()
        self.clock.install()
        self.today = first
        self._stand_in = StandIn().start()
        os.environ["PAYCOLLECT_STRIPE_URL"] = self._stand_in.url
        self._load(conf)
        self.letters = []  # (subject, names of invoices, recipient), since last read

    def _load(self, conf):
        """Load Odoo only now, because it keeps references to its clock."""
        from soak_machine.place import Place
        from soak_machine.provider import Provider
        from soak_machine.workers import Ears, Workers

        self.place = Place(conf)
        self.provider = Provider(self._stand_in, self.clock)
        self.workers = Workers(self.place, self.clock)
        for name, level in LEVELS.items():
            logging.getLogger(name).setLevel(level)
        self.ears = Ears()
        for addon in ADDONS:
            logging.getLogger(f"odoo.addons.{addon}").addHandler(self.ears)
        self._catch_mails()
        self.set_time(self.today, 0)
        self.provider.reset()

    def _catch_mails(self):
        from odoo.addons.base.models.ir_mail_server import IrMail_Server

        def send_email(_server, message, *_args, **_options):
            self._read_mail(message)
            return message["Message-Id"]

        patch.object(IrMail_Server, "_connect__", lambda *_a, **_o: None).start()
        patch.object(IrMail_Server, "send_email", send_email).start()

    def _read_mail(self, message):
        if CUSTOMERS not in str(message["To"]):
            return
        subject = str(message["Subject"])
        body = message.get_body(("html", "plain"))
        names = set(INVOICE.findall(f"{subject} {body.get_content()}"))
        self.letters.append((subject, names, str(message["To"])))

    def take_letters(self):
        taken, self.letters = self.letters, []
        return taken

    # -- time ----------------------------------------------------------------------

    def set_time(self, day, hour, minute=0):
        """Move to the company's local time on a day."""
        moment = datetime.combine(day, time(hour, minute), ZONE)
        self.today = day
        self.clock.now = moment.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
        self.provider.set_clock()

    # -- who acts ------------------------------------------------------------------

    def do(self, action):
        """Perform a person's action in a transaction of its own; errors are raised."""
        with self.place.env() as env:
            return action(env)

    def run(self, *actions):
        """Run scheduled actions, each like the scheduler does."""
        for action in actions:
            if (outcome := self.workers.act(action)) != "done":
                raise Broken(f"{action}: {outcome}")
        self.stop_if_broken()

    def work_off(self):
        """Run the queued jobs that are due."""
        for _number in range(MANY):
            if not (done := self.workers.run_job()):
                return self.stop_if_broken()
            if not done.endswith("done"):
                raise Broken(done)
        raise Broken(f"after {MANY} jobs there is still one due")

    def deliver(self):
        """Deliver the provider's webhooks, oldest first."""
        for delivery in self.provider.get_held():
            body, signature = self.provider.receive(delivery)

            def take(env, body=body, signature=signature):
                providers = env["payment.provider"]._search_stripe_providers()
                signer = providers._find_signer(body.encode(), signature, 600)
                env["paycollect.event"]._receive(signer, json.loads(body), "webhook")

            self.run(take)

    def stop_if_broken(self):
        """:raise Broken: if an error was logged or something failed"""
        if found := [*self.workers.unexpected, *self.ears.heard]:
            raise Broken("\n".join(found))
