# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
import re
from datetime import timedelta

from odoo.tests import tagged

from ...rules import people
from ...rules.limits import MAX_PER_DAY
from .common_people import HIDDEN, PeopleCommon

BOB = "bob@acme.example.com"
URL = re.compile(r'href="([^"]*/web/signup[^"]*)"')


@tagged("post_install", "-at_install")
class TestInvitation(PeopleCommon):
    """A contact who may act invites a colleague."""

    def test_the_doctests_hold(self):
        result = doctest.testmod(people)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    def test_a_colleague_is_invited_and_logs_in(self):
        self.company.sudo().collection_public_url = "https://pay.collect.example.com"
        page = self.invite(copies="1")
        self.assertIn("We'll send the invitation if we can.", page)
        self.assertIn(BOB, page)
        self.assertFalse(self.find_contacts(BOB))

        row = self.handle()
        bob = self.find_contacts(BOB)
        self.assertEqual(row.outcome, "sent")
        self.assertEqual(row.contact_id, bob)
        self.assertEqual(bob.parent_id, self.customer)
        self.assertEqual(bob.name, "Bob Ray")
        self.assertEqual(bob.collection_role, "look")
        self.assertTrue(bob.collection_gets_copies)
        self.assertTrue(bob.user_ids._is_portal())
        self.assertFalse(self._mails, "the mail server was asked")
        message = self.env["paycollect.message"].search([("partner_id", "=", bob.id)])
        self.assertEqual(message.occasion, "invitation")
        mail = message.mail_id
        self.assertEqual((mail.state, mail.model), ("outgoing", False))
        self.assertIn("Ann Lee invites you to look after", mail.body_html)
        link = URL.search(mail.body_html)[1].replace("&amp;", "&")
        self.assertTrue(link.startswith("https://pay.collect.example.com/web/signup"))
        self.assertIn("Ann Lee invited Bob Ray", self.get_notes())
        self.assertEqual(self.customer.message_ids[:1].author_id, self.ann)
        self.assertIn("Invited on", self.read_page())

        token = re.search(r"token=([^&]+)", link)[1]
        form = self.url_open(f"/web/signup?token={token}").text
        self.assertIn("Bob Ray", form)
        bob.user_ids.sudo().password = "a long password"
        self.authenticate(BOB, "a long password")
        bob.user_ids.with_user(bob.user_ids)._update_last_login()
        self.assertNotIn("Invited on", self.read_page())
        page = self.read_page()
        self.assertIn("Last login", page)
        self.assertNotIn('action="/my/people', page)

    def test_the_answer_is_the_same_whoever_the_address_belongs_to(self):
        self.name(self.accountant, "Staff", "staff@collect.example.com")
        self.accountant.login = "staff@collect.example.com"
        self.other_user.login = self.olga.email
        prospect = self.make_partner("Prospect", mode=None, email="p@new.example.com")
        addresses = [
            BOB,
            "staff@collect.example.com",
            self.olga.email,
            self.other.email,
            prospect.email,
        ]
        contacts = self.env["res.partner"].search_count([])
        users = self.env["res.users"].search_count([])
        stories = {self.tell_story(email) for email in addresses}
        self.assertEqual(len(stories), 1)
        self.assertEqual(self.env["res.partner"].search_count([]), contacts + 1)
        self.assertEqual(self.env["res.users"].search_count([]), users)
        outcomes = self.invitations.search([], order="id").mapped("outcome")
        self.assertEqual(
            outcomes, ["sent", "withdrawn"] + 4 * ["unavailable", "withdrawn"]
        )
        self.assertFalse(self.accountant.share)
        self.assertIn("belongs to another contact or user", self.get_notes())

    def tell_story(self, email):
        """Return what the customer reads from an invitation to its withdrawal."""
        pages = [self.invite(email)]
        row = self.handle()
        pages.append(self.read_page())
        pages.append(self.post("again", invitation=row.id))
        row = self.handle()
        pages.append(self.read_page())
        pages.append(self.post("withdraw", invitation=row.id))
        self.handle()
        pages.append(self.read_page())
        return HIDDEN.sub("", "".join(pages)).replace(email, "x")

    def test_an_existing_contact_is_used_and_one_with_access_is_left_alone(self):
        bob = self.env["res.partner"].create(
            {
                "name": "Robert",
                "email": "Bob@Acme.example.com",
                "parent_id": self.customer.id,
            }
        )
        self.invite(role="pay")
        self.assertEqual(self.handle().contact_id, bob)
        self.assertEqual((bob.name, bob.collection_role), ("Robert", "pay"))
        self.assertTrue(bob.user_ids._is_portal())

        self.colleague.with_user(self.colleague)._update_last_login()
        self.invite(self.carl.email, role="look")
        self.assertEqual(self.handle().outcome, "known")
        self.assertFalse(self.carl.collection_role)
        self.assertIn("who has access already", self.get_notes())
        self.assertNotIn("Bob Ray</strong> <div>carl@", self.read_page())

    def test_it_is_sent_again_and_withdrawn(self):
        self.invite(copies="1")
        self.handle()
        bob = self.find_contacts(BOB)
        first = self.invitations.search([])
        self.post("again", invitation=first.id)
        self.assertEqual(self.handle().outcome, "repeated")  # a second click
        for row in self.invitations.search([]):
            row.asked_at -= timedelta(minutes=6)
        row = self.invitations.search([], limit=1)
        self.assertIn("if we can", self.post("again", invitation=row.id))
        self.assertEqual(self.handle().outcome, "sent")
        mails = self.env["paycollect.message"].search([("partner_id", "=", bob.id)])
        self.assertEqual(len(mails), 2)

        row = self.invitations.search([], limit=1)
        page = self.post("withdraw", invitation=row.id)
        self.assertIn("invitation is withdrawn", page)
        self.assertNotIn(BOB, page)
        self.assertEqual(self.handle().outcome, "withdrawn")
        user = self.env["res.users"].with_context(active_test=False)
        user = user.search([("login", "=", BOB)])
        self.assertFalse(user.active)
        self.assertFalse(user._is_portal())
        self.assertFalse(bob.collection_gets_copies)
        self.assertIn("withdrew the invitation", self.get_notes())
        self.post("withdraw", 404, invitation=row.id)  # a second tab

        self.invite()
        self.assertEqual(self.handle().outcome, "sent")
        self.assertTrue(user.active)

    def test_who_followed_it_keeps_their_access_when_it_is_withdrawn(self):
        self.invite(self.carl.email)
        row = self.handle()
        self.assertEqual(row.outcome, "sent")  # he had not logged in yet
        row._withdraw(self.ann)
        self.colleague.with_user(self.colleague)._update_last_login()
        self.handle()
        self.assertTrue(self.colleague.active)

    def test_a_customer_sends_a_limited_number_a_day_whoever_they_are_for(self):
        for number in range(MAX_PER_DAY - 1):
            self.invite(f"x{number}@acme.example.com")
        self.invite(self.olga.email)
        page = self.invite("last@acme.example.com")
        self.assertIn(f"You've sent {MAX_PER_DAY} invitations today", page)
        self.assertIn('value="last@acme.example.com"', page)
        row = self.invitations.search([], limit=1)
        page = self.post("again", invitation=row.id)
        self.assertIn(f"You've sent {MAX_PER_DAY} invitations today", page)
        self.assertEqual(self.invitations.search_count([]), MAX_PER_DAY)

    def test_what_was_typed_is_checked_and_kept(self):
        page = self.invite("bob at acme", "evil.example.com/x", role="boss")
        for words in (
            "without a web or email address",
            "enter one email address",
            "choose what your colleague may do",
            'value="bob at acme"',
        ):
            self.assertIn(words, page)
        page = self.invite("", "")
        self.assertIn("enter your colleague's name", page)
        self.assertIn("shorten it", self.invite(name="x" * 65))
        self.assertFalse(self.invitations.search([]))

    def test_a_private_person_sees_why_there_is_nobody_to_invite(self):
        self.customer.is_company = False
        self.portal_user.partner_id.parent_id = False
        page = self.read_page()
        self.assertIn("there is nobody to invite", page)
        self.assertNotIn('action="/my/people/invite"', page)
        self.assertIn("there is nobody to invite", self.invite())
        self.assertFalse(self.invitations.search([]))
