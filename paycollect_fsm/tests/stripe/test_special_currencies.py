# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from .common_stripe_events import StripeEventCase

# Amount owed, charged, and sent to Stripe (https://docs.stripe.com/currencies).
AMOUNTS = {
    "KWD": (12.345, 12.34, 12340),
    "BHD": (12.349, 12.34, 12340),
    "JOD": (12.340, 12.34, 12340),
    "OMR": (1.005, 1.0, 1000),
    "TND": (7.0, 7.0, 7000),
    "ISK": (500.0, 500.0, 50000),
    "UGX": (500.0, 500.0, 50000),
    "HUF": (1045.0, 1045.0, 104500),
    "TWD": (99.0, 99.0, 9900),
    "JPY": (1999.0, 1999.0, 1999),
    "USD": (0.3, 0.3, 30),
}


@tagged("post_install", "-at_install")
class TestSpecialCurrencies(StripeEventCase):
    """Stripe is sent amounts it accepts, and never more than is owed."""

    def activate(self, name, rounding=None):
        currency = self.env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", name)])
        currency.active = True
        if rounding:
            currency.rounding = rounding
        return currency

    def test_each_currency_is_sent_as_stripe_counts_it(self):
        partner = self.make_partner()
        token = self.make_token(partner)
        for name, (owed, charged, sent) in AMOUNTS.items():
            with self.subTest(currency=name):
                transaction = self.make_transaction(
                    partner,
                    token_id=token.id,
                    amount=owed,
                    currency_id=self.activate(name).id,
                )
                self.assertAlmostEqual(transaction.amount, charged, 6)
                self.assertEqual(transaction.collection_request["amount"], sent)

    def test_fractions_that_the_currency_does_not_have_are_not_charged(self):
        for name, places in (("ISK", 0.01), ("JPY", 0.01), ("MGA", 0.01)):
            with self.subTest(currency=name):
                currency = self.activate(name, places)
                transaction = self.make_transaction(
                    amount=500.5, currency_id=currency.id
                )
                self.assertEqual(transaction.amount, 500)

    def pay(self, amount):
        """Charge an invoice of this amount in Kuwaiti dinars."""
        dinar = self.activate("KWD", 0.001)
        self.env["res.currency.rate"].create(
            {"currency_id": dinar.id, "company_id": self.company.id, "rate": 0.5}
        )
        attempt = self.make_attempt()
        move = attempt.move_id
        attempt.action_cancel()
        move.button_draft()
        move.currency_id = dinar
        move.invoice_line_ids.price_unit = amount
        move.action_post()
        self.assertAlmostEqual(move.amount_residual, amount, 3)
        attempt = move._plan_collection("manual")
        self.assertTrue(attempt._as_system()._claim(self.now()))
        self.apply_intent(attempt.transaction_id, id="pi_k")
        return move, attempt

    def test_half_a_fils_does_not_leave_the_invoice_open(self):
        move, attempt = self.pay(12.345)
        self.assertAlmostEqual(attempt.amount, 12.34, 3)
        self.assertEqual(attempt.state, "paid")
        self.assertEqual(move.amount_residual, 0)
        payment = attempt.transaction_id.payment_id
        self.assertAlmostEqual(payment.amount, 12.34, 3)
        account = self.company.default_cash_difference_expense_account_id
        loss = payment.move_id.line_ids.filtered(lambda ln: ln.account_id == account)
        self.assertAlmostEqual(loss.amount_currency, 0.005, 3)
        self.assertAlmostEqual(loss.balance, 0.01, 2)

    def test_what_can_be_charged_is_not_written_off(self):
        move, attempt = self.pay(12.34)
        self.assertEqual(move.amount_residual, 0)
        self.assertEqual(len(attempt.transaction_id.payment_id.move_id.line_ids), 2)

    def test_a_part_payment_writes_nothing_off(self):
        move, attempt = self.pay(12.345)
        part = self.make_transaction(amount=5, currency_id=move.currency_id.id)
        part.invoice_ids = move
        self.assertEqual(part._get_remainder(), 0)


@tagged("post_install", "-at_install")
class TestCustomerData(StripeEventCase):
    """Stripe gets customer data it accepts, whatever the fields contain."""

    def test_the_first_valid_address_counts(self):
        customers = self.env["paycollect.provider.customer"]
        for email, sent in (
            ("ap@acme.example.com, boss@acme.example.com", "ap@acme.example.com"),
            ("ap@acme.example.com; boss@acme.example.com", "ap@acme.example.com"),
            ('"Ann" <Ann@acme.example.com>', "ann@acme.example.com"),
            ("n/a", None),
            (False, None),
        ):
            with self.subTest(email=email):
                partner = self.make_partner(email=email)
                data = customers._prepare_stripe_data(partner, "db")
                self.assertEqual(data["email"], sent)

    def test_a_customer_with_two_addresses_can_save_a_card(self):
        partner = self.make_partner(email="ap@acme.example.com, b@acme.example.com")
        transaction = self.make_transaction(partner, operation="validation", amount=0)
        intent = {"id": "seti_1", "client_secret": "seti_1_secret"}
        answers = {"POST customers": {"id": "cus_7"}, "POST setup_intents": intent}
        with self.stripe(**answers) as stripe:
            self.assertEqual(transaction._stripe_create_intent()["id"], "seti_1")
        self.assertEqual(stripe.to("customers")[0].data["email"], "ap@acme.example.com")
