# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import html
import re
from datetime import time, timedelta

from odoo import fields
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from odoo.addons.queue_job.tests.common import trap_jobs

from ...rules.autopay import Terms
from ..common import PortalCommon

CSRF = re.compile(r'name="csrf_token"[^>]*value="(\w+)"')


class ScheduleCommon(PortalCommon):
    """A customer on terms with a card on file, on days that tests choose."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = cls.make_token(cls.customer)
        cls.autopays = cls.env["paycollect.autopay"]
        cls.payments = cls.env["paycollect.scheduled.payment"]

    @classmethod
    def at(cls, days=0, hour=12):
        """Return noon of a day, counted from today, as naive UTC."""
        return cls.company._get_moment(cls.today + timedelta(days=days), time(hour))

    @classmethod
    def switch_on(cls, contact=None, token=None, use_backups=False, **terms):
        return cls.autopays._start(
            contact or cls.portal_user.partner_id,
            cls.company,
            token or cls.card,
            Terms(**terms),
            use_backups,
            cls.at(),
        )

    @classmethod
    def get_due_lines(cls, move):
        return move.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )

    @classmethod
    def schedule(cls, moves, days=3, token=None):
        lines = cls.get_due_lines(moves)
        day = cls.today + timedelta(days=days)
        contact = cls.portal_user.partner_id
        return cls.payments._plan(contact, lines, day, token or cls.card, cls.at())

    def run_autopay(self, days=0):
        """Run the day's cron and send what it plans at once."""
        self.run_cron(self.autopays, days)
        self.send_planned(days)

    def run_scheduled(self, days=0):
        self.run_cron(self.payments, days)
        self.send_planned(days)

    def run_cron(self, model, days):
        """Run the cron; what it queues isn't sent."""
        with self.mock_mail_gateway(), trap_jobs():
            model._cron_run(self.at(days))

    def send_planned(self, days):
        until = max(self.at(days), fields.Datetime.now())  # pages know the real time
        for attempt in self.env["paycollect.attempt"].search(
            [("state", "=", "planned"), ("planned_at", "<=", until)]
        ):
            self.send(attempt, days)

    def plan_autopay(self, move, days=0):
        """Run the day's cron without sending; return the planned charge."""
        self.run_cron(self.autopays, days)
        return move.collection_attempt_ids.sorted("id")[-1:]

    def send(self, attempt, days=0):
        with self.with_jobs():
            attempt._send(max(self.at(days), attempt.planned_at))

    def get_state(self, move, days=0):
        """Return the state and the day of the invoice's open item."""
        customer = move.commercial_partner_id
        today = self.today + timedelta(days=days)
        items = customer._get_open_items(self.company, today)[customer]
        item = next(item for item in items if item.move == move)
        return item.state, item.until

    def told(self, occasion):
        return self.env["paycollect.message"].search(
            [("occasion", "=", occasion)], order="id"
        )


class SchedulePages(HttpCase):
    """Visits of the pages as one of the customers."""

    def log_in(self, login):
        self.authenticate(login, login)
        self.csrf = None

    def open_page(self, url, status=200):
        with mute_logger("odoo.http"):
            response = self.url_open(url)
        self.assertEqual(response.status_code, status, url)
        if found := CSRF.search(response.text):
            self.csrf = found[1]
        return html.unescape(response.text)

    def post(self, url, status=200, **values):
        with mute_logger("odoo.http"):
            response = self.url_open(url, data={"csrf_token": self.csrf, **values})
        self.assertEqual(response.status_code, status, url)
        return html.unescape(response.text)

    def get_mark(self, page):
        return re.search(r'name="mark"[^>]*value="(\w+)"', page)[1]

    def check_stranger(self, *urls):
        """Nobody, employees and forms without their token get nowhere."""
        for url in urls:
            with mute_logger("odoo.http"):
                self.assertEqual(self.url_open(url, data={"x": 1}).status_code, 400)
                self.assertIn(self.url_open(url).status_code, (404, 405))
        self.authenticate(None, None)
        for url in urls:
            self.assertIn("/web/login", self.url_open(url, data={"x": 1}).url)
