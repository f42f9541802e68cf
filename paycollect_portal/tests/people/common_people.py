# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo import http
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from ..common import PortalCommon

HIDDEN = re.compile(
    r'name="(?:csrf_token|invitation|person)"[^>]*value="\w+"|csrf_token: "\w+"'
)


class PeopleCommon(PortalCommon, HttpCase):
    """Ann pays for Acme, Carl is her colleague, Olga belongs to another customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann = cls.name(cls.portal_user, "Ann Lee", "ann@acme.example.com")
        cls.carl = cls.name(cls.colleague, "Carl Fox", "carl@acme.example.com")
        cls.olga = cls.name(cls.other_user, "Olga Nye", "olga@other.example.com")
        cls.invitations = cls.env["paycollect.invitation"]

    @classmethod
    def name(cls, user, name, email):
        user.partner_id.write({"name": name, "email": email})
        return user.partner_id

    def setUp(self):
        super().setUp()
        self.log_in("portal_acme")

    def log_in(self, login):
        self.authenticate(login, login)

    def read_page(self, url="/my/people", status=200):
        response = self.url_open(url)
        self.assertEqual(response.status_code, status)
        return " ".join(response.text.replace("&#39;", "'").split())

    def post(self, act, status=200, **values):
        data = {"csrf_token": http.Request.csrf_token(self), **values}
        with mute_logger("odoo.http"):
            response = self.url_open(f"/my/people/{act}", data)
        self.assertEqual(response.status_code, status, act)
        self.env.invalidate_all()
        return " ".join(response.text.replace("&#39;", "'").split())

    def invite(self, email="bob@acme.example.com", name="Bob Ray", **values):
        """Invite a colleague; return what the page answers."""
        vals = {"name": name, "email": email, "role": "look", **values}
        return self.post("invite", **vals)

    def handle(self):
        """Let the scheduled action run; return the latest invitation."""
        with self.mock_mail_gateway():
            self.invitations._cron_handle()
        self.env.invalidate_all()
        return self.invitations.search([], limit=1)

    def get_notes(self, customer=None):
        return " ".join((customer or self.customer).message_ids.mapped("body"))

    def find_contacts(self, email):
        return self.env["res.partner"].search([("email", "=", email)])
