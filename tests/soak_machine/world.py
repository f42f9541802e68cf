# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Everything that outlives a schedule: one database, one provider, one company."""

import logging
import os
from datetime import UTC

from stripe_stand_in.server import StandIn

from .clock import Clock
from .interrupts import Interrupts

ADDONS = ("odoo.addons.paycollect_fsm", "odoo.addons.paycollect_portal")


class World:
    """:param conf: an odoo.conf with the database"""

    def __init__(self, conf):
        self.clock = Clock()
        self.clock.install()
        self.interrupts = Interrupts()
        self._stand_in = StandIn().start()
        os.environ["PAYCOLLECT_STRIPE_URL"] = self._stand_in.url
        self._load(conf)

    def _load(self, conf):
        """Load Odoo only now, because it keeps references to its clock."""
        from . import shop, wire
        from .backup import Backup
        from .gate import Gate
        from .mails import Mails
        from .place import Place
        from .provider import Provider
        from .workers import Ears, Workers

        self.place = Place(conf)
        self.provider = Provider(self._stand_in, self.clock)
        self.workers = Workers(self.place, self.clock)
        self.mails = Mails()
        self.mails.install()
        self.ears = Ears()
        for addon in ADDONS:
            logging.getLogger(addon).addHandler(self.ears)
        for handler in logging.getLogger().handlers:
            handler.setLevel(logging.CRITICAL)  # faults are the point of this test
        self.backup = Backup(self.place)
        self.place.watch(self.interrupts)
        with self.place.env() as env:
            shop.open_company(env)
            self.logins = shop.make_logins(env)
            self._zone = env.company._get_zone()
        self.gate = Gate(self.place, self.clock, self._zone)
        wire.watch(self.provider.url, self.interrupts, self.gate.look)

    def begin_schedule(self, notes):
        """Start a schedule with a clean slate.

        :param notes: see notes.py
        """
        self.clock.reset()
        self.provider.reset()
        self.place.forget()
        self.mails.forget()
        self.ears.heard.clear()
        self.workers.unexpected.clear()
        self.gate.open(notes)

    def get_today(self):
        """Return the company's date."""
        return self.clock.now.replace(tzinfo=UTC).astimezone(self._zone).date()
