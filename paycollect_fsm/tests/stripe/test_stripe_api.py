# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import os
from unittest.mock import patch

import stripe

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged

from ...models.stripe import api as stripe_api

STAND_IN = "http://127.0.0.1:9"
REFUSED = "not in test mode"


@tagged("post_install", "-at_install")
class TestStripeApi(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls.env.ref("payment.payment_provider_stripe").copy(
            {
                "state": "test",
                "stripe_publishable_key": "pk_test_1",
                "stripe_secret_key": "sk_test_1",
            }
        )

    def point_to(self, url):
        """Set the variable (None: unset it) until the end of the test."""
        environ = {stripe_api.BASE_URL_VARIABLE: url} if url else {}
        patcher = patch.dict(os.environ, environ)
        patcher.start()
        self.addCleanup(patcher.stop)
        if not url:
            os.environ.pop(stripe_api.BASE_URL_VARIABLE, None)

    def client_address(self):
        options = stripe_api.get_client(self.provider)._requestor._options
        return options.base_addresses["api"]

    def test_without_the_variable_requests_go_to_stripe(self):
        self.point_to(None)
        self.assertIsNone(stripe_api.get_base_url("enabled", "sk_live_1"))
        self.assertEqual(
            self.provider._build_request_url("refunds"),
            "https://api.stripe.com/v1/refunds",
        )
        self.assertEqual(self.client_address(), "https://api.stripe.com")

    def test_the_variable_moves_a_provider_in_test_mode(self):
        self.point_to(f"{STAND_IN}/")
        self.assertEqual(
            self.provider._build_request_url("payment_intents/pi_1/cancel"),
            f"{STAND_IN}/v1/payment_intents/pi_1/cancel",
        )
        self.assertEqual(self.client_address(), STAND_IN)

    def test_the_variable_is_refused_for_a_live_provider(self):
        self.point_to(STAND_IN)
        for state, key in [
            ("enabled", "sk_test_1"),
            ("disabled", "sk_test_1"),
            ("test", "sk_live_1"),
            ("test", "rk_live_1"),
        ]:
            with self.subTest(state=state, key=key):
                with self.assertRaisesRegex(ValueError, REFUSED):
                    stripe_api.get_base_url(state, key)

    def test_nothing_is_sent_for_a_live_provider_while_the_variable_is_set(self):
        self.point_to(STAND_IN)
        self.provider.state = "enabled"
        with self.assertRaisesRegex(ValidationError, REFUSED):
            self.provider._send_api_request("GET", "balance")
        with self.assertRaisesRegex(ValueError, REFUSED):
            stripe_api.get_client(self.provider)

    def test_the_variable_cannot_send_keys_to_another_machine(self):
        self.point_to("https://stripe.example.com")
        with self.assertRaisesRegex(ValueError, "this machine"):
            stripe_api.get_base_url("test", "sk_test_1")

    def test_other_providers_and_the_proxy_keep_their_addresses(self):
        self.point_to(STAND_IN)
        demo = self.env.ref("payment.payment_provider_demo")
        self.assertFalse(demo._build_request_url("anything"))
        self.assertIn(
            "stripe.api.odoo.com",
            self.provider._build_request_url("x", is_proxy_request=True),
        )

    def test_the_client_speaks_the_pinned_version_and_asks_only_once(self):
        self.point_to(None)
        client = stripe_api.get_client(self.provider)
        self.assertEqual(stripe_api.API_VERSION, stripe.api_version)
        self.assertEqual(client._requestor._options.max_network_retries, 0)
        self.assertEqual(client._requestor._options.stripe_version, stripe.api_version)
        self.assertEqual(client._requestor._client._timeout, 10)

    def test_a_connection_that_is_refused_is_no_answer(self):
        self.point_to(STAND_IN)
        with self.assertRaises(stripe_api.Error) as caught:
            stripe_api.get_client(self.provider).v1.balance.retrieve()
        self.assertIsInstance(caught.exception, stripe_api.UNANSWERED)
