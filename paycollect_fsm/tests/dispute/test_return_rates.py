# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from datetime import datetime, timedelta

from odoo.tests import BaseCase, tagged

from ...rules import return_rates
from ...rules.return_rates import judge
from ..common import CollectionCommon

NOW = datetime(2026, 3, 2, 15)


@tagged("post_install", "-at_install")
class TestReturnRateRules(BaseCase):
    def test_the_doctests_hold(self):
        result = doctest.testmod(return_rates)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    def test_it_warns_at_half_of_each_limit(self):
        table = [
            ("unauthorized", 2, 1000, "ok"),
            ("unauthorized", 3, 1000, "near"),
            ("unauthorized", 5, 1000, "near"),
            ("unauthorized", 6, 1000, "over"),
            ("administrative", 14, 1000, "ok"),
            ("administrative", 15, 1000, "near"),
            ("administrative", 31, 1000, "over"),
            ("overall", 74, 1000, "ok"),
            ("overall", 75, 1000, "near"),
            ("overall", 151, 1000, "over"),
            ("overall", 19, 19, "few"),
            ("overall", 0, 0, "few"),
        ]
        for kind, returned, debits, level in table:
            with self.subTest(kind=kind, returned=returned, debits=debits):
                self.assertEqual(judge(kind, returned, debits).level, level)


@tagged("post_install", "-at_install")
class TestReturnRates(CollectionCommon):
    """Returned debits from US bank accounts, compared with Nacha's limits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.collection_responsible_id = cls.manager
        cls.ach = cls.env.ref("payment.payment_method_ach_direct_debit")
        cls.partner = cls.make_partner()
        cls.account = cls.make_token(cls.partner, payment_method_id=cls.ach.id)
        cls.card = cls.make_token(cls.partner)
        cls.move = cls.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": cls.partner.id}
        )

    def debit(self, number, code=None, token=None, days=1, **values):
        """Create debits; with a code, the bank returned them."""
        return self.env["paycollect.attempt"].create(
            [
                {
                    "move_id": self.move.id,
                    "amount": 10,
                    "currency_id": self.company.currency_id.id,
                    "token_id": (token or self.account).id,
                    "trigger": "completion",
                    "planned_at": NOW,
                    "sent_at": NOW - timedelta(days=days),
                    "state": "declined" if code else "paid",
                    "decline_code": code,
                    **values,
                }
            ]
            * number
        )

    def rates(self):
        """``{kind: (returned, debits)}``"""
        Rate = self.env["paycollect.return.rate"]
        self.env.flush_all()
        rows = self.env.execute_query_dict(Rate._get_rate_query(NOW))
        return {row["kind"]: (row["returned"], row["debits"]) for row in rows}

    def test_returns_are_counted_by_kind(self):
        self.debit(90)
        self.debit(4, "R01")
        self.debit(3, "bank_account_closed")
        self.debit(2, "debit_not_authorized")
        self.debit(1, "insufficient_funds", network_code="R10")
        self.assertEqual(
            self.rates(),
            {
                "unauthorized": (3, 100),
                "administrative": (3, 100),
                "overall": (10, 100),
            },
        )

    def test_cards_lost_charges_and_older_debits_do_not_count(self):
        self.debit(1)
        self.debit(5, "insufficient_funds", token=self.card)
        self.debit(5, "R01", days=61)
        self.debit(5, "R01", is_lost=True)
        self.assertEqual(self.rates()["overall"], (0, 1))

    def test_the_responsible_person_is_told_once_a_month(self):
        now = self.now()
        self.debit(40, sent_at=now)
        self.debit(10, "R10", sent_at=now)
        Rate = self.env["paycollect.return.rate"]
        for days in (0, 1, 29):
            Rate._cron_warn(now + timedelta(days=days))
        domain = [("summary", "=", "High rate of returned bank debits")]
        activity = self.env["mail.activity"].search(domain)
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("10 of 50 debits", activity.note)
        self.assertIn("0.5%", activity.note)
        activity.action_feedback()
        self.env["paycollect.attempt"].search(
            [("partner_id", "=", self.partner.id)]
        ).sent_at = now + timedelta(days=30)
        Rate._cron_warn(now + timedelta(days=32))
        self.assertEqual(self.env["mail.activity"].search_count(domain), 1)

    def test_nobody_is_told_while_the_rates_are_low(self):
        self.debit(40, sent_at=self.now())
        self.env["paycollect.return.rate"]._cron_warn()
        self.assertFalse(self.provider.collection_returns_told_at)

    def test_an_accountant_sees_the_rates(self):
        self.debit(30, sent_at=self.now())
        self.debit(3, "R01", sent_at=self.now())
        rows = self.env["paycollect.return.rate"].with_user(self.accountant).search([])
        self.assertEqual(
            [(row.kind, row.level) for row in rows.sorted("kind")],
            [("administrative", "ok"), ("overall", "near"), ("unauthorized", "ok")],
        )
