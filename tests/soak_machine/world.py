# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Everything that outlives a schedule: one database, one provider, one company."""

import logging
import os

from stripe_stand_in.server import StandIn

from .clock import Clock
from .interrupts import Interrupts

ADDON = "odoo.addons.paycollect_fsm"


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
        logging.getLogger(ADDON).addHandler(self.ears)
        for handler in logging.getLogger().handlers:
            handler.setLevel(logging.CRITICAL)  # faults are the point of this test
        self.requests = []
        wire.watch(self.provider.url, self.interrupts, self.requests.append)
        self.place.watch(self.interrupts)
        with self.place.env() as env:
            shop.open_company(env)

    def begin_schedule(self):
        """Start a schedule with a clean slate."""
        self.clock.reset()
        self.provider.reset()
        self.place.forget()
        self.mails.forget()
        self.ears.heard.clear()
        self.workers.unexpected.clear()
        self.requests.clear()
