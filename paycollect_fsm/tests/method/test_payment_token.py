# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...rules.const import BRAND_NAMES
from ..common import CustomerCommon

STRIPE_CARD = {
    "id": "pm_1",
    "type": "card",
    "card": {
        "brand": "visa",
        "last4": "4242",
        "exp_month": 2,
        "exp_year": 2028,
        "fingerprint": "fp_1",
    },
}


@tagged("post_install", "-at_install")
class TestPaymentToken(CustomerCommon):
    def _get_tokens(self, partners=None, company=None):
        return self.env["payment.token"]._get_collection_tokens(
            partners or self.customer, company or self.company
        )

    def _validate(self, typed):
        transaction = self.make_validation(self.make_link()[0], typed=typed)
        transaction._post_process()
        return transaction.token_id

    def test_the_newest_method_is_primary_and_the_others_are_backups(self):
        visa = self._validate("4242 4242 4242 4242")
        amex = self._validate("378282246310005")
        master = self._validate("5555555555554444")
        self.assertEqual(
            (master + amex + visa).mapped("collection_priority"), [1, 2, 3]
        )
        self.assertEqual(self._get_tokens()[self.customer], master + amex + visa)

    def test_places_are_counted_over_all_contacts_of_a_customer(self):
        first = self._validate("4242 4242 4242 4242")
        contact = self.make_customer("Billing", parent_id=self.customer.id)
        transaction = self.make_validation(self.make_link(contact)[0])
        transaction._post_process()
        self.assertEqual(first.collection_priority, 2)
        self.assertEqual(
            self._get_tokens(contact), {self.customer: transaction.token_id + first}
        )

    def test_the_limits_of_a_card_follow_its_network_not_how_the_name_is_written(self):
        token = self._validate("4242 4242 4242 4242")
        for code, name in BRAND_NAMES.items():
            token.brand = name
            self.assertEqual(token._get_network(), code)
        token.brand = "Maestro"
        self.assertEqual(token._get_network(), "maestro")

    def test_an_archived_method_loses_its_place_and_its_consent(self):
        visa = self._validate("4242 4242 4242 4242")
        amex = self._validate("378282246310005")
        amex.active = False
        self.assertEqual(amex.collection_priority, 0)
        self.assertEqual(amex.consent_ids.state, "ended")
        self.assertEqual(visa.collection_priority, 1)
        self.assertEqual(self._get_tokens()[self.customer], visa)

    def test_an_unarchived_method_needs_a_new_consent(self):
        token = self.make_token()
        token.active = False
        token.active = True
        self.assertFalse(self._get_tokens()[self.customer])

    def test_a_method_without_consent_is_not_used(self):
        self.make_token(consent=False)
        self.assertEqual(self._get_tokens(), {self.customer: self.env["payment.token"]})

    def test_methods_of_a_disabled_provider_are_not_used(self):
        self.make_token()
        self.env.cr.execute(
            "UPDATE payment_provider SET state = 'disabled' WHERE id = %s",
            [self.provider.id],
        )
        self.provider.invalidate_recordset()
        self.assertFalse(self._get_tokens()[self.customer])

    def test_methods_of_another_company_are_not_used(self):
        self.make_token()
        other = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(self._get_tokens(company=other)[self.customer])

    def test_many_customers_cost_no_more_queries_than_one(self):
        customers = self.customer
        for number in range(10):
            customer = self.make_customer(f"Customer {number}")
            self.make_token(customer)
            customers += customer
        self.make_token()
        counts = []
        for partners in (self.customer, customers):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            found = self._get_tokens(partners)
            self.assertEqual(len(found), len(partners))
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(counts[0], counts[1])

    def test_a_card_is_good_until_the_last_day_of_its_month(self):
        token = self._validate("4242 4242 4242 4242 02/28")
        self.assertEqual(token.expiry_date, date(2028, 2, 29))
        self.assertFalse(token._is_expired_on(date(2028, 2, 29)))
        self.assertTrue(token._is_expired_on(date(2028, 3, 1)))

    def test_a_method_without_expiry_never_expires(self):
        token = self.make_token(expiry_date=False)
        self.assertFalse(token._is_expired_on(date(2100, 1, 1)))

    def test_a_typed_number_is_stored_nowhere(self):
        number = "4242424242424242"
        link = self.make_link()[0]
        transaction = self.make_validation(link, typed="4242 4242 4242 4242")
        transaction._post_process()
        self.env.flush_all()
        for table in (
            "payment_token",
            "payment_transaction",
            "paycollect_consent",
            "mail_message",
            "mail_mail",
        ):
            self.env.cr.execute(
                f"SELECT count(*) FROM {table} t"
                " WHERE replace(t::text, ' ', '') LIKE %s",
                [f"%{number}%"],
            )
            self.assertEqual(self.env.cr.fetchone(), (0,), table)
        self.assertEqual(transaction.token_id.display_name, "Visa •••• 4242")

    def test_a_number_is_masked_however_the_token_is_written(self):
        token = self.make_token(payment_details="4242 4242 4242 4242")
        self.assertEqual(token.payment_details, "•••• 4242")
        token.payment_details = "5555555555554444"
        self.assertEqual(token.payment_details, "•••• 4444")
        self.assertEqual(token._get_label(), "Visa •••• 4444")

    def test_brand_expiry_and_fingerprint_come_from_stripe(self):
        stripe = self.env.ref("payment.payment_provider_stripe")
        stripe.company_id.collection_active = True
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": stripe.id,
                "payment_method_id": self.env.ref("payment.payment_method_card").id,
                "amount": 0.0,
                "currency_id": self.company.currency_id.id,
                "partner_id": self.customer.id,
                "operation": "validation",
            }
        )
        values = transaction._extract_token_values(
            {"payment_method": STRIPE_CARD, "setup_intent": {"customer": "cus_1"}}
        )
        self.assertEqual(values["brand"], "Visa")
        self.assertEqual(values["expiry_date"], date(2028, 2, 29))
        self.assertEqual(values["fingerprint"], "fp_1")
        self.assertEqual(values["payment_details"], "4242")

    def test_the_kind_follows_the_payment_method(self):
        table = {
            "payment.payment_method_card": "card",
            "payment.payment_method_sepa_direct_debit": "bank",
            "payment.payment_method_paypal": "wallet",
        }
        for xmlid, kind in table.items():
            with self.subTest(method=xmlid):
                method = self.env.ref(xmlid)
                token = self.make_token(payment_method_id=method.id)
                self.assertEqual(token.method_kind, kind)

    def test_a_collections_user_chooses_the_primary_method(self):
        visa = self._validate("4242 4242 4242 4242")
        amex = self._validate("378282246310005")
        visa.with_user(self.accountant).action_set_primary()
        self.assertEqual((visa + amex).mapped("collection_priority"), [1, 2])

    def test_a_method_without_consent_cannot_be_primary(self):
        token = self.make_token(consent=False)
        with self.assertRaisesRegex(UserError, "has not consented"):
            token.with_user(self.accountant).action_set_primary()

    def test_an_archived_method_cannot_be_primary(self):
        token = self.make_token()
        token.active = False
        with self.assertRaisesRegex(UserError, "was removed"):
            token.with_user(self.accountant).action_set_primary()

    def test_a_technician_sees_no_methods_and_changes_no_place(self):
        token = self.make_token().with_user(self.technician)
        self.assertFalse(token.search([("partner_id", "=", self.customer.id)]))
        with self.assertRaises(AccessError):
            token.action_set_primary()

    def test_staff_see_which_methods_are_stored_without_consent(self):
        agreed, stored, ended = (
            self.make_token(consent=given) for given in (True, False, True)
        )
        ended.consent_ids._revoke("Test")
        found = (agreed + stored + ended).mapped("collection_agreement")
        self.assertEqual(found, ["agreed", "stored", "ended"])
