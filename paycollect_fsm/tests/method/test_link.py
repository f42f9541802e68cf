# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import file_open

from ..common import CustomerCommon


@tagged("post_install", "-at_install")
class TestLink(CustomerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Link = cls.env["paycollect.link"]
        cls.now = fields.Datetime.now()

    def _request(self, user, partner=None):
        return (partner or self.customer).with_user(user)._request_payment_method()

    def test_a_link_is_found_by_its_raw_token_only(self):
        link, raw = self.make_link()
        self.assertEqual(self.Link._find(raw, self.now), (link, False))
        self.assertEqual(self.Link._find(link.token_hash, self.now)[1], "unknown")

    def test_the_token_is_long_and_different_each_time(self):
        raws = {self.make_link()[1] for _ in range(3)}
        self.assertEqual({len(raw) for raw in raws}, {43})
        self.assertEqual(len(raws), 3)

    def test_malformed_tokens_are_unknown(self):
        for raw in ("", "x", "x" * 43, "é" * 43, "x" * 5000, None, 7):
            with self.subTest(raw=raw):
                link, problem = self.Link._find(raw, self.now)
                self.assertEqual((bool(link), problem), (False, "unknown"))

    def test_what_sticks_to_the_end_of_a_link_does_not_break_it(self):
        link, raw = self.make_link()
        for tail in (".", ")", ">", ",", ";", '"', "'", "]", "!", " ", "%20", "_", "-"):
            with self.subTest(tail=tail):
                self.assertEqual(self.Link._find(raw + tail, self.now), (link, False))
        self.assertEqual(self.Link._find(raw[:-1], self.now)[1], "unknown")
        self.assertEqual(self.Link._find(f"({raw}", self.now)[1], "unknown")

    def test_no_column_holds_the_raw_token(self):
        link, raw = self.make_link()
        self.make_validation(link)._post_process()
        self.env.flush_all()
        for table in ("paycollect_link", "payment_transaction", "paycollect_consent"):
            self.env.cr.execute(
                f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{raw}%"]
            )
            self.assertEqual(self.env.cr.fetchone(), (0,), table)

    def test_a_link_expires_after_thirty_days(self):
        link, raw = self.make_link(now=self.now)
        before = self.now + timedelta(days=30, seconds=-1)
        self.assertFalse(self.Link._find(raw, before)[1])
        after = self.now + timedelta(days=30)
        self.assertEqual(self.Link._find(raw, after), (link, "expired"))

    def test_the_life_of_a_link_is_a_setting(self):
        self.env["ir.config_parameter"].set_param("paycollect.link_days", "2")
        link = self.make_link(now=self.now)[0]
        self.assertEqual(link.expires_at, self.now + timedelta(days=2))

    def test_a_revoked_link_stays_closed(self):
        link, raw = self.make_link()
        link.with_user(self.accountant).action_revoke()
        revoked_at = link.revoked_at
        self.assertEqual(self.Link._find(raw, self.now)[1], "revoked")
        link.with_user(self.accountant).action_revoke()
        self.assertEqual(link.revoked_at, revoked_at)

    def test_states_are_searched_as_they_are_shown(self):
        used = self.make_link()[0]
        used._set_used(self.now)
        revoked = self.make_link()[0]
        revoked._revoke()
        expired = self.make_link(now=self.now - timedelta(days=40))[0]
        open_link = self.make_link()[0]
        for state, link in {
            "open": open_link,
            "used": used,
            "expired": expired,
            "revoked": revoked,
        }.items():
            self.assertEqual(link.state, state)
            found = self.Link.search(
                [("state", "=", state), ("partner_id", "=", self.customer.id)]
            )
            self.assertEqual(found, link, state)

    def test_technicians_neither_read_nor_revoke_links(self):
        link = self.make_link()[0]
        with self.assertRaises(AccessError):
            link.with_user(self.technician).read(["state"])
        with self.assertRaises(AccessError):
            link.with_user(self.technician).action_revoke()

    def test_collections_users_cannot_make_or_change_links(self):
        link = self.make_link()[0]
        with self.assertRaises(AccessError):
            link.with_user(self.accountant).write({"expires_at": self.now})
        with self.assertRaises(AccessError):
            link.with_user(self.accountant).read(["token_hash"])

    def test_links_of_other_companies_are_hidden(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.Link._issue(self.customer, "method", company=other)
        found = self.Link.with_user(self.accountant).search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertFalse(found)

    def test_a_request_queues_mail_and_sms_and_leaves_a_note(self):
        with self.collect_queued() as queued:
            action = self._request(self.dispatcher)
        mail, sms = queued["mail.mail"], queued["sms.sms"]
        self.assertEqual((mail.state, sms.state), ("outgoing", "outgoing"))
        self.assertIn(self.customer.email, mail.email_to)
        self.assertEqual(sms.number, "+12125550123")
        self.assertIn("/pay/link-", mail.body_html)
        self.assertIn("/pay/link-", sms.body)
        self.assertEqual(action["params"]["type"], "success")
        note = self.customer.message_ids[:1]
        self.assertIn("Payment method requested", note.body)
        self.assertNotIn("/pay/", note.body)
        self.assertEqual(note.author_id, self.dispatcher.partner_id)

    def test_the_request_does_not_stay_in_the_chatter_or_the_mail_table(self):
        with self.collect_queued() as queued:
            self._request(self.accountant)
        mail = queued["mail.mail"]
        self.assertFalse(mail.model)
        self.assertFalse(mail.res_id)
        self.assertTrue(mail.auto_delete)

    def test_the_request_is_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        template = self.env.ref("paycollect_fsm.mail_template_method_request")
        template.with_context(lang="fr_FR").subject = "Bonjour"
        sms_template = self.env.ref("paycollect_fsm.sms_template_method_request")
        sms_template.with_context(lang="fr_FR").body = "Salut"
        with self.collect_queued() as queued:
            self._request(self.accountant)
        self.assertEqual(queued["mail.mail"].subject, "Bonjour")
        self.assertEqual(queued["sms.sms"].body, "Salut")

    def test_a_contact_without_address_falls_back_to_its_company(self):
        contact = self.make_customer(
            "Billing", parent_id=self.customer.id, email=False, phone=False
        )
        with self.collect_queued() as queued:
            self._request(self.accountant, contact)
        self.assertIn(self.customer.email, queued["mail.mail"].email_to)
        self.assertEqual(queued["sms.sms"].number, "+12125550123")

    def test_no_sms_goes_to_a_number_that_opted_out(self):
        self.customer._phone_set_blacklisted()
        with self.collect_queued() as queued:
            self._request(self.accountant)
        self.assertTrue(queued["mail.mail"])
        self.assertFalse(queued["sms.sms"])

    def test_a_customer_without_address_and_number_is_refused_with_the_remedy(self):
        self.customer.write({"email": False, "phone": False})
        with self.assertRaisesRegex(UserError, "Add one to the customer"):
            self._request(self.accountant)

    def test_a_technician_may_not_request_a_method(self):
        with self.assertRaisesRegex(AccessError, "Ask the office"):
            self._request(self.technician)

    def test_a_salesperson_may_request_a_method(self):
        seller = self.make_user("seller", "sales_team.group_sale_salesman")
        self.assertTrue(self._request(seller))

    def test_links_of_contacts_are_counted_on_their_company(self):
        contact = self.make_customer("Billing", parent_id=self.customer.id)
        self.make_link()
        self.make_link(contact)
        partners = (self.customer + contact).with_user(self.accountant)
        self.assertEqual(partners.mapped("collection_link_count"), [2, 1])

    def test_a_copied_database_has_no_open_links(self):
        link = self.make_link()[0]
        with file_open("paycollect_fsm/data/neutralize.sql") as script:
            statements = [
                part for part in script.read().split(";") if "paycollect_link" in part
            ]
        self.env.flush_all()
        for statement in statements:
            self.env.cr.execute(statement)
        link.invalidate_recordset()
        self.assertEqual(link.state, "revoked")

    def test_old_visits_are_removed(self):
        Visit = self.env["paycollect.link.visit"]
        Visit.search([]).unlink()
        Visit._count("192.0.2.1", "bad", self.now - timedelta(days=2))
        Visit._count("192.0.2.1", "bad", self.now)
        Visit._gc_old_visits()
        self.assertEqual(Visit.search_count([]), 1)

    def test_an_address_is_limited_after_thirty_bad_tokens_in_ten_minutes(self):
        Visit = self.env["paycollect.link.visit"]
        for _ in range(30):
            self.assertFalse(Visit._is_limited("192.0.2.1", self.now))
            Visit._count("192.0.2.1", "bad", self.now)
        self.assertTrue(Visit._is_limited("192.0.2.1", self.now))
        self.assertFalse(Visit._is_limited("192.0.2.2", self.now))
        later = self.now + timedelta(minutes=11)
        self.assertFalse(Visit._is_limited("192.0.2.1", later))

    def test_limits_are_settings_and_one_does_not_use_up_the_other(self):
        self.env["ir.config_parameter"].set_param("paycollect.link_rate_good", "1")
        Visit = self.env["paycollect.link.visit"]
        Visit._count("192.0.2.1", "good", self.now)
        self.assertTrue(Visit._is_limited("192.0.2.1", self.now, "good"))
        self.assertFalse(Visit._is_limited("192.0.2.1", self.now))
        self.assertNotIn("192.0.2.1", Visit.search([]).mapped("source_hash"))
