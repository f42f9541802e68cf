# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.tests import BaseCase, tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ...rules.charge import ChargeFacts, decide
from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestBrakeRules(BaseCase):
    def test_each_limit_bites_at_its_own_number(self):
        table = [
            ({"customer_count_limit": 3, "customer_count": 2}, "charge"),
            ({"customer_count_limit": 3, "customer_count": 3}, "customer_count_brake"),
            ({"customer_count_limit": 0, "customer_count": 99}, "charge"),
            (
                {"customer_amount_limit": 160, "customer_amount": 60},
                "charge",
            ),
            (
                {"customer_amount_limit": 159.99, "customer_amount": 60},
                "customer_amount_brake",
            ),
            ({"customer_amount_limit": 0, "customer_amount": 1e9}, "charge"),
            (
                {
                    "count_limit": 1,
                    "today_count": 1,
                    "customer_count_limit": 1,
                    "customer_count": 1,
                },
                "count_brake",
            ),
            (
                {"customer_count_limit": 1, "customer_count": 1, "released": True},
                "charge",
            ),
        ]
        for facts, reason in table:
            with self.subTest(**facts):
                decision = decide(
                    ChargeFacts(residual=100, amount_company=100, **facts)
                )
                self.assertEqual(decision.reason, reason)


@tagged("post_install", "-at_install")
class TestBrakes(CollectionCommon):
    """Daily limits hold back charges until a manager releases them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.make_partner()
        cls.make_token(cls.partner)

    def attempt(self, partner=None, **values):
        """Create a planned attempt for the customer (100 in company currency)."""
        if partner:
            self.make_token(partner)
        job = self.make_job(partner=partner or self.partner, token=None, **values)
        with trap_jobs():
            job.action_complete()
        return job.invoice_lines.move_id.collection_attempt_ids

    def send(self, attempt, now=None):
        with self.with_jobs():
            attempt._send(now)
        return attempt

    def activities(self):
        return self.env["mail.activity"].search([("summary", "like", "are held back")])

    def test_the_charge_beyond_the_customers_number_is_parked(self):
        self.company.collection_customer_daily_count = 2
        sent = [self.send(self.attempt()) for _number in range(2)]
        held = self.send(self.attempt())
        self.assertEqual([attempt.state for attempt in sent], ["paid", "paid"])
        self.assertEqual(held.state, "planned")
        self.assertEqual(held.parked_code, "customer_count_brake")
        self.assertIn("daily charge limit (2)", held.parked_reason)

    def test_another_customer_is_not_held_back(self):
        self.company.collection_customer_daily_count = 1
        self.send(self.attempt())
        other = self.attempt(partner=self.make_partner("Other Inc."))
        self.assertEqual(self.send(other).state, "paid")

    def test_the_charge_beyond_the_customers_amount_is_parked(self):
        self.company.collection_customer_daily_amount = 150
        self.send(self.attempt())
        self.assertEqual(self.send(self.attempt()).parked_code, "customer_amount_brake")

    def test_contacts_of_one_customer_count_together(self):
        self.company.collection_customer_daily_count = 1
        self.send(self.attempt())
        contact = self.make_partner(
            "Branch office", parent_id=self.partner.id, is_company=False
        )
        held = self.send(self.attempt(partner=contact))
        self.assertEqual(held.parked_code, "customer_count_brake")

    def test_the_next_day_starts_at_zero(self):
        self.company.collection_customer_daily_count = 1
        self.send(self.attempt())
        tomorrow = self.now() + timedelta(days=1)
        self.assertEqual(self.send(self.attempt(), tomorrow).state, "paid")

    def test_a_foreign_amount_counts_in_company_currency(self):
        self.company.collection_customer_daily_amount = 250
        euro = self.env["res.currency"].create(
            {"name": "XTS", "symbol": "x", "rounding": 0.01}
        )
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2020-01-01", "rate": 0.5}
        )
        self.send(self.attempt()).currency_id = euro  # equals 200 of ours
        self.assertEqual(self.send(self.attempt()).parked_code, "customer_amount_brake")

    def test_a_brake_says_so_once_for_each_customer(self):
        self.company.collection_customer_daily_count = 1
        for partner in (self.partner, self.make_partner("Other Inc.")):
            self.make_token(partner)
            for _number in range(3):
                self.send(self.attempt(partner=partner))
        self.assertEqual(
            sorted(self.activities().mapped("summary")),
            [
                "Charges to Acme Inc. are held back",
                "Charges to Other Inc. are held back",
            ],
        )

    def test_a_manager_releases_many_at_once(self):
        self.company.collection_customer_daily_count = 1
        self.send(self.attempt())
        held = self.send(self.attempt()) | self.send(self.attempt())
        with self.with_jobs():
            held.with_user(self.manager).action_release()
        self.assertEqual(held.mapped("state"), ["paid", "paid"])
        self.assertFalse(any(held.mapped("parked_code")))

    def test_all_limits_cost_one_query(self):
        self.company.write(
            {
                "collection_customer_daily_count": 1,
                "collection_customer_daily_amount": 1,
            }
        )
        attempt = self.attempt()
        attempt._get_brake_facts(self.now())
        self.env.flush_all()
        with self.assertQueryCount(1):
            attempt._get_brake_facts(self.now())

    def test_negative_limits_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "cannot be negative"):
            self.company.collection_customer_daily_count = -1
