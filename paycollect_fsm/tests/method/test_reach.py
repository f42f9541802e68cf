# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest

from odoo.tests import tagged

from ...rules import contact
from ..common import CustomerCommon


@tagged("post_install", "-at_install")
class TestReach(CustomerCommon):
    """Where a customer can be reached, whatever the fields contain."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.firm = cls.make_customer(
            "Acme Inc.",
            is_company=True,
            email="office@acme.example",
            phone="(212) 555-0100",
        )
        cls.contact = cls.make_customer("Bo Berg", parent_id=cls.firm.id)

    def assertMail(self, typed, expected):
        self.contact.email = typed
        self.assertEqual(self.contact._get_collection_email(), expected)

    def assertText(self, typed, expected):
        self.contact.phone = typed
        self.assertEqual(self.contact._get_collection_number(), expected)

    def test_the_doctests_hold(self):
        self.assertEqual(doctest.testmod(contact).failed, 0)

    def test_a_remark_or_a_broken_address_falls_back_to_the_company(self):
        office = '"Acme Inc." <office@acme.example>'
        for typed in (False, "n/a", "bob@@nowhere", "bob@nowhere", "none yet", "@"):
            with self.subTest(typed=typed):
                self.assertMail(typed, office)

    def test_several_addresses_are_all_used_whatever_stands_between_them(self):
        both = '"Bo Berg" <bo@acme.example>, "Bo Berg" <ap@acme.example>'
        for typed in (
            "bo@acme.example, ap@acme.example",
            "bo@acme.example;ap@acme.example",
            "bo@acme.example ap@acme.example",
            "Bo <bo@acme.example>\nAP <AP@acme.example>",
            "bo@acme.example / ap@acme.example, bob@@nowhere",
        ):
            with self.subTest(typed=typed):
                self.assertMail(typed, both)

    def test_without_any_usable_address_there_is_none(self):
        self.firm.email = "unknown"
        self.assertMail("n/a", False)

    def test_who_unsubscribed_from_newsletters_still_gets_a_receipt(self):
        self.env["mail.blacklist"]._add("bo@acme.example")
        self.assertMail("bo@acme.example", '"Bo Berg" <bo@acme.example>')

    def test_a_number_is_understood_with_what_people_type_beside_it(self):
        for typed in (
            "512-555-0147 (cell)",
            "cell: 512.555.0147",
            "+1 (512) 555-0147",
            "0015125550147",
            "512-555-0147 / 512-555-0199",
            "512-555-0199 x12; 512-555-0147",
        ):
            with self.subTest(typed=typed):
                self.assertText(typed, "+15125550147")

    def test_a_number_without_country_code_belongs_to_the_customer_s_country(self):
        self.contact.country_id = self.env.ref("base.de")
        self.assertText("0151 23456789 (mobil)", "+4915123456789")

    def test_what_is_no_number_falls_back_to_the_company(self):
        for typed in (False, "call the office", "12"):
            with self.subTest(typed=typed):
                self.assertText(typed, "+12125550100")

    def test_of_two_numbers_the_one_that_opted_out_gets_no_text(self):
        self.env["phone.blacklist"].sudo()._add(["+15125550147"])
        self.assertText("512-555-0147 (cell) / 512-555-0199", "+15125550199")
        self.assertText("512-555-0147 (cell)", "+12125550100")

    def test_a_request_names_every_address_that_gets_it(self):
        self.contact.write(
            {"email": "bo@acme.example; ap@acme.example", "phone": "n/a"}
        )
        with self.collect_queued() as queued:
            self.contact.with_user(self.accountant)._request_payment_method()
        mail = queued["mail.mail"]
        self.assertIn("bo@acme.example", mail.email_to)
        self.assertIn("ap@acme.example", mail.email_to)
        self.assertIn(
            "bo@acme.example, ap@acme.example, and +12125550100",
            self.contact.message_ids[:1].body,
        )
        wizard = self.env["paycollect.method.request"].create(
            {"partner_id": self.contact.id}
        )
        self.assertEqual(wizard.email, "bo@acme.example and ap@acme.example")
        self.assertEqual(wizard.number, "+12125550100")
