# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_people import PeopleCommon

ACTS = ("again", "change", "invite", "remove", "withdraw")


@tagged("post_install", "-at_install")
class TestPeople(PeopleCommon):
    """Who has access, and what colleagues change about it."""

    def change(self, person=None, role="look", status=200, **values):
        person = person or self.carl
        return self.post("change", status, person=person.id, role=role, **values)

    def test_a_contact_who_may_act_changes_a_colleague(self):
        self.assertIn("/my/people", self.read_page("/my"))
        page = self.read_page()
        for words in ("Ann Lee", "Carl Fox", "carl@acme.example.com", "Hasn't logged"):
            self.assertIn(words, page)
        self.assertNotIn("Olga", page)
        self.assertIn("Your changes are saved.", self.change(copies="1"))
        self.assertEqual(self.carl.collection_role, "look")
        self.assertTrue(self.carl.collection_gets_copies)
        note = self.customer.message_ids[:1]
        self.assertEqual(note.author_id, self.ann)
        self.assertIn("Ann Lee changed what Carl Fox may do", note.body)
        self.assertIn("Role: May only look. Gets copies: yes.", note.body)
        self.assertIn("· gets copies", self.read_page())
        self.change(copies="1")
        self.assertEqual(self.customer.message_ids[:1], note)  # nothing changed
        self.log_in("portal_colleague")
        page = self.read_page()
        self.assertIn("You can look at this account", page)
        self.assertNotIn('action="/my/people', page)
        for act in ACTS:
            self.post(act, 403, person=self.ann.id)
        self.assertFalse(self.ann.collection_role)

    def test_nobody_takes_away_their_own_right_or_that_of_the_company(self):
        self.assertIn("take away your own access", self.change(self.ann))
        self.assertIn("take away your own", self.post("remove", person=self.ann.id))
        self.assertTrue(self.portal_user.active)
        self.change(self.ann, role="pay", copies="1")
        self.assertTrue(self.ann.collection_gets_copies)
        self.colleague.partner_id.parent_id = False
        self.carl.is_company = True
        self.ann.parent_id = self.carl
        self.assertIn("your company's own login", self.read_page())
        self.assertIn("your company's own login", self.change())
        self.assertIn("own login", self.post("remove", person=self.carl.id))
        self.assertTrue(self.colleague.active)

    def test_who_is_removed_has_no_access_no_copies_and_no_links(self):
        self.carl.collection_gets_copies = True
        links = self.env["paycollect.link"]
        link, _raw = links._create_link(self.carl, "balance", self.company)
        own, _raw = links._create_link(self.ann, "balance", self.company)
        page = self.post("remove", person=self.carl.id)
        self.assertIn("Your colleague has no access anymore.", page)
        self.assertFalse(self.colleague.active)
        self.assertFalse(self.colleague._is_portal())
        self.assertFalse(self.carl.collection_gets_copies)
        self.assertEqual((link.state, own.state), ("revoked", "open"))
        self.assertIn("removed the portal access of Carl Fox", self.get_notes())
        # a second tab
        for page in (self.change(), self.post("remove", person=self.carl.id)):
            self.assertIn("Carl Fox has no access anymore", page)
        self.assertFalse(self.carl.collection_role)

    def test_two_at_once_do_not_leave_a_company_without_anybody_who_pays(self):
        page = self.read_page()
        self.ann.collection_role = "look"  # Carl was faster
        self.post("change", 403, person=self.carl.id, role="look")
        with self.assertRaisesRegex(Exception, "not change it anymore"):
            self.carl.sudo()._set_person(self.ann, "look", False, self.company)
        self.assertIn('action="/my/people/change"', page)
        self.ann.collection_role = False
        with self.busy("res.partner"):
            self.assertIn("Please try again.", self.change())
        self.assertFalse(self.carl.collection_role)

    def test_other_customers_and_forged_ids_reach_nobody(self):
        invitation = self.invitations.create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "invited_by_id": self.ann.id,
                "name": "Bob",
                "email": "bob@acme.example.com",
                "role": "look",
                "asked_at": "2026-01-01 12:00:00",
            }
        )
        for forged in (self.olga.id, self.other.id, 0, "x", "", self.accountant.id):
            for act in ("change", "remove"):
                self.post(act, 404, person=forged, role="look")
        for forged in (0, "x", invitation.id + 1):
            self.post("again", 404, invitation=forged)
        self.log_in("portal_other")
        self.assertNotIn("Bob", self.read_page())
        for act in ("change", "remove"):
            self.post(act, 404, person=self.carl.id, role="look")
        for act in ("again", "withdraw"):
            self.post(act, 404, invitation=invitation.id)
        self.assertFalse(invitation.ended_at)
        self.assertFalse(self.carl.collection_role)
        self.assertTrue(self.colleague.active)

    def test_nothing_happens_without_a_login_a_token_or_by_a_get(self):
        with mute_logger("odoo.http"):
            for act in ACTS:
                url = f"/my/people/{act}"
                data = {"person": self.carl.id, "role": "look"}
                self.assertEqual(self.url_open(url, data).status_code, 400, url)
                query = f"{url}?person={self.carl.id}&role=look"
                self.assertIn(self.url_open(query).status_code, (404, 405))
            self.authenticate(None, None)
            for url in ("/my/people", *(f"/my/people/{act}" for act in ACTS)):
                data = None if url == "/my/people" else {"person": self.carl.id}
                self.assertIn("/web/login", self.url_open(url, data).url)
        self.assertFalse(self.carl.collection_role)
        self.assertFalse(self.invitations.search([]))

    def test_employees_and_companies_that_do_not_collect_have_no_such_page(self):
        self.company.sudo().collection_active = False
        self.assertNotIn("/people", self.url_open("/my/people").url)
        self.assertNotIn("/my/people", self.read_page("/my"))
        self.company.sudo().collection_active = True
        self.log_in("an_accountant")
        self.assertNotIn("/people", self.url_open("/my/people").url)
