# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, datetime

from odoo.tests import tagged

from ..common import PortalCommon

ASKED = datetime(2026, 3, 15, 12)
APRIL = datetime(2026, 4, 1, 12)


@tagged("post_install", "-at_install")
class TestMonthlyStatement(PortalCommon):
    """Who asked for it gets last month's statement, once a month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.requests = cls.env["paycollect.statement.request"]
        cls.contact = cls.portal_user.partner_id
        cls.contact.email = "ann@acme.example.com"
        cls.make_invoice(amount=250, invoice_date=date(2026, 3, 10))

    def ask(self, contact=None, wanted=True, now=ASKED):
        self.requests._set_wanted(contact or self.contact, self.company, wanted, now)

    def send(self, now=APRIL):
        before = self.get_messages()
        self.requests._cron_send_statements(now)
        return self.get_messages() - before

    def get_messages(self):
        return self.env["paycollect.message"].search([("occasion", "=", "statement")])

    def test_it_is_sent_after_the_month_in_which_it_was_asked_for(self):
        self.ask()
        self.assertFalse(self.send(ASKED))
        [message] = self.send()
        self.assertEqual(message.partner_id, self.contact)
        mail = message.mail_id
        self.assertIn("ann@acme.example.com", mail.email_to)
        self.assertIn("March 2026", mail.subject)
        self.assertIn("250.00", mail.body_html)
        self.assertIn("2026-03-01 to 2026-03-31", mail.attachment_ids.name)
        self.assertIn("The statement to", message.text)

    def test_it_is_sent_once_a_month(self):
        self.ask()
        self.assertEqual(len(self.send()), 1)
        self.assertFalse(self.send(datetime(2026, 4, 2, 12)))
        self.assertFalse(self.send(datetime(2026, 4, 30, 12)))
        self.assertEqual(len(self.send(datetime(2026, 5, 1, 12))), 1)

    def test_after_a_pause_only_the_last_month_is_sent(self):
        self.ask()
        [message] = self.send(datetime(2026, 8, 3, 12))
        self.assertIn("July 2026", message.mail_id.subject)
        self.assertFalse(self.send(datetime(2026, 8, 4, 12)))

    def test_who_stopped_it_gets_none(self):
        self.ask()
        self.ask(wanted=False)
        self.assertFalse(self.send())

    def test_asking_twice_makes_one_row_and_asking_again_later_another(self):
        self.ask()
        self.ask()
        self.assertEqual(len(self.requests.search([])), 1)
        self.ask(wanted=False)
        self.ask()
        self.assertEqual(len(self.requests.search([])), 2)
        self.assertEqual(len(self.send()), 1)

    def test_merged_contacts_get_it_once(self):
        self.ask()
        self.ask(self.colleague.partner_id)
        self.requests.search([]).contact_id = self.contact
        self.assertEqual(len(self.send()), 1)

    def test_who_left_the_customer_or_lost_the_login_gets_none(self):
        self.ask()
        self.ask(self.colleague.partner_id)
        self.contact.parent_id = self.other
        self.colleague.active = False
        self.assertFalse(self.send())
        self.assertTrue(all(self.requests.search([]).mapped("ended_at")))

    def test_without_an_address_the_row_says_why(self):
        self.ask()
        self.contact.email = self.customer.email = False
        [message] = self.send()
        self.assertEqual(
            (message.state, message.reason_code), ("skipped", "unreachable")
        )

    def test_nothing_is_sent_while_the_company_does_not_collect(self):
        self.ask()
        self.company.collection_active = False
        self.assertFalse(self.send())

    def test_the_email_has_the_contacts_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.contact.lang = "fr_FR"
        self.ask()
        [message] = self.send()
        self.assertIn("mars 2026", message.mail_id.subject)

    def test_the_customers_data_include_the_wish(self):
        rows = self.env["paycollect.customer.data"]._get_customer_rows()
        self.ask()
        data = self.env["paycollect.customer.data"]
        found = data._search_rows(
            "paycollect.statement.request", self.contact, self.company
        )
        self.assertIn("paycollect.statement.request", rows)
        self.assertEqual(len(found), 1)
