# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from odoo import Command

from ..common import DunningCommon

SECRET = "agency-secret-0815"


class AgencyServer(ThreadingHTTPServer):
    """An agency's server on this machine.

    ``answers``: the next (status, body) pairs; None: it takes the call and drops the
    connection. ``calls``: (headers, body) of what arrived.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), AgencyHandler)
        self.answers, self.calls = [], []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/cases"

    @property
    def bodies(self):
        return [json.loads(body) for _headers, body in self.calls]


class AgencyHandler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append((dict(self.headers), body))
        answer = self.server.answers.pop(0) if self.server.answers else (200, "{}")
        if answer is None:
            self.close_connection = True
            return
        status, text = answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_args):
        pass


class HandoffCommon(DunningCommon):
    """A debtor with two overdue invoices, a case, and two agencies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, force_report_rendering=True))
        cls.customer = cls.customer.with_env(cls.env)
        cls.customer.country_id = cls.env.ref("base.us")
        cls.company.country_id = cls.env.ref("base.us")
        cls.local = cls.make_agency(
            "Local Attorneys", debtor="consumer", minimum_balance=0
        )
        cls.agency = cls.make_agency("Fair Recovery", share=30)

    @classmethod
    def make_agency(cls, name, **values):
        return cls.env["paycollect.agency"].create(
            {"name": name, "company_id": cls.company.id, **values}
        )

    @classmethod
    def make_case(cls, partner=None, **values):
        partner = partner or cls.customer
        return cls.env["paycollect.dunning.case"].create(
            {
                "partner_id": partner.id,
                "company_id": cls.company.id,
                "currency_id": cls.company.currency_id.id,
                "opened_at": cls.now(),
                **values,
            }
        )

    @classmethod
    def propose(cls, *amounts, partner=None):
        """Return the proposal for overdue invoices of these amounts, and them."""
        moves = [
            cls.make_invoice(partner, amount, due=-40 + n)
            for n, amount in enumerate(amounts)
        ]
        case = cls.make_case(partner)
        return case._propose_now(cls.now()), moves

    @classmethod
    def settle(cls, move, amount=None):
        """Pay an invoice."""
        wizard = cls.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        vals = {"amount": amount} if amount else {}
        return wizard.create(vals)._create_payments()

    @classmethod
    def add_note(cls, move, amount):
        """Credit a part of an invoice."""
        note = cls.make_credit_note(move.partner_id, amount)
        lines = (move | note).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        lines.reconcile()
        return note

    @classmethod
    def dispute(cls, move, amount):
        return cls.env["paycollect.dispute"].create(
            {
                "move_id": move.id,
                "company_id": cls.company.id,
                "partner_id": move.partner_id.id,
                "reason": "quality",
                "amount": amount,
                "currency_id": move.currency_id.id,
                "text": "=cmd It leaks.",
                "disputed_line_ids": [Command.clear()],
            }
        )

    @contextmanager
    def served(self):
        """Run the agency's server; the agency gets its files there."""
        server = AgencyServer()
        Thread(target=server.serve_forever, daemon=True).start()
        self.agency.write({"channel": "http", "server_url": server.url})
        self.agency.with_user(self.manager).new_secret = SECRET
        try:
            yield server
        finally:
            server.shutdown()
            server.server_close()

    def work(self, now=None):
        """Run what the cron does."""
        with self.with_jobs():
            self.env["paycollect.handoff"]._cron_work(now or self.now())
