# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import UTC, timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.stripe import api as stripe_api
from ..stripe.common_stripe_events import StripeEventCase, make_dispute
from .common_settlement import SettlementMixin

LOGGER = "odoo.addons.paycollect_fsm.models.settlement.payment_provider"


def make_list(*objects, url="/v1/x"):
    return {"object": "list", "data": list(objects), "has_more": False, "url": url}


@tagged("post_install", "-at_install")
class TestStripePayouts(SettlementMixin, StripeEventCase):
    """Stripe's payouts are read, itemized once that is final, and settled."""

    def set_scene(self):
        self.set_books()
        attempt = self.claim()
        self.tx = attempt.transaction_id
        self.apply_intent(self.tx)
        self.move = attempt.move_id

    def stamp(self, days=0):
        moment = self.now_.replace(tzinfo=UTC) - timedelta(days=days)
        return int(moment.timestamp())

    def make_txn(self, name, amount, fee=0, kind="charge", source=None, **values):
        """A balance transaction in cents, with its source expanded."""
        return {
            "id": f"txn_{name}",
            "object": "balance_transaction",
            "amount": amount,
            "fee": fee,
            "net": amount - fee,
            "currency": "usd",
            "created": self.stamp(),
            "type": kind,
            "reporting_category": values.pop("category", kind),
            "fee_details": [{"amount": fee, "currency": "usd", "type": "stripe_fee"}]
            if fee
            else [],
            "source": source,
            **values,
        }

    def make_charge(self, name="ch_1", intent="pi_1", **values):
        return {
            "id": name,
            "object": "charge",
            "amount": 10000,
            "currency": "usd",
            "payment_intent": intent,
            "metadata": {},
            **values,
        }

    def make_payout(self, amount, name="po_1", **values):
        return {
            "id": name,
            "object": "payout",
            "amount": amount,
            "arrival_date": self.stamp(),
            "created": self.stamp(2),
            "automatic": True,
            "currency": "usd",
            "method": "standard",
            "reconciliation_status": "completed",
            "statement_descriptor": None,
            "status": "paid",
            **values,
        }

    def fetch(self, payouts=(), *lists, now=None):
        """Let the cron read; ``lists`` answer the lists of balance transactions."""
        answers = {
            "GET payouts": make_list(*payouts),
            "GET balance_transactions": [make_list(*rows) for rows in lists]
            or make_list(),
        }
        with self.stripe_sdk(**answers) as asked, self.with_jobs():
            self.provider._read_and_settle(now or self.now_)
        return asked

    def get_settlement(self, name="po_1"):
        return self.env["paycollect.settlement"].search([("reference", "=", name)])

    def test_a_payout_is_itemized_once_stripe_says_that_it_is_final(self):
        charge = self.make_txn("1", 10000, 320, source=self.make_charge())
        fee = self.make_txn("2", -100, kind="stripe_fee", source=None)
        own = self.make_txn("3", -9580, kind="payout", source="po_1")
        early = self.make_payout(9580, reconciliation_status="in_progress")
        asked = self.fetch([early], [charge, fee, own])
        self.assertEqual(
            [path for _method, path, _params in asked],
            ["balance_transactions", "payouts"],
        )
        settlement = self.get_settlement()
        self.assertEqual((settlement.state, settlement.line_ids.ids), ("open", []))
        self.assertIn("asked again", settlement.booking_text)
        lines = self.env["paycollect.settlement.line"].search([])
        self.assertEqual(lines.mapped("reference"), ["txn_1", "txn_2"])
        payout = self.make_payout(9580)
        asked = self.fetch([payout], [], [own, charge, fee])
        self.assertEqual(asked[-1][2]["payout"], "po_1")
        self.assertEqual(settlement.line_ids, lines)
        self.assertEqual(settlement.line_ids.transaction_id, self.tx)
        self.assertEqual(settlement.amount, 95.8)
        self.assertFalse(self.get_differences(settlement))
        line = self.bring(95.8, "STRIPE TRANSFER")
        self.fetch([payout], [charge, fee])
        self.assertEqual(len(lines.search([])), 2, "the same again changes nothing")
        settlement._settle(self.now_)
        self.assertEqual(settlement.statement_line_id, line)

    def test_a_full_refund_costs_the_fee(self):
        """A charge of 21.00 less 0.86, and its refund: -0.86 in all."""
        charge = self.make_txn("1", 2100, 86, source=self.make_charge(amount=2100))
        refund = {
            "id": "re_1", "object": "refund", "payment_intent": "pi_1",
            "amount": 2100, "currency": "usd", "charge": "ch_1",
        }  # fmt: skip
        back = self.make_txn("2", -2100, kind="refund", source=refund)
        self.fetch([self.make_payout(-86)], [], [charge, back])
        settlement = self.get_settlement()
        self.assertEqual(settlement.total_payment, 21.0)
        self.assertEqual(settlement.total_refund, -21.0)
        self.assertEqual(settlement.total_fee, -0.86)
        self.assertEqual(settlement.amount, -0.86)
        self.assertIn(("missing_here", "refund", -21.0), self.get_differences())

    def test_disputes_and_their_fees_are_booked_once(self):
        self.company.collection_fee_account_id = self.fee_account
        dispute = make_dispute("pi_1", 10000, "usd", fee=1500)
        self.apply("charge.dispute.created", dispute)
        chargeback = self.env["paycollect.chargeback"].search([])
        self.assertTrue(chargeback.fee_move_id)
        source = {**dispute, "object": "dispute"}
        taken = self.make_txn(
            "2", -10000, 1500, "adjustment", source, category="dispute"
        )
        charge = self.make_txn("1", 10000, 320, source=self.make_charge())
        self.fetch([self.make_payout(-1820)], [], [charge, taken])
        settlement = self.get_settlement()
        self.assertEqual(settlement.total_dispute, -100.0)
        self.assertEqual(
            settlement.line_ids.chargeback_id, chargeback, settlement.line_ids
        )
        expense = settlement.move_id.line_ids.filtered(
            lambda item: item.account_id == self.fee_account
        )
        self.assertEqual(expense.balance, 3.2, "the dispute's fee is booked there")
        self.assertFalse(self.get_differences(settlement))
        clearing = self.tx.payment_id.outstanding_account_id
        items = self.env["account.move.line"].search(
            [("account_id", "=", clearing.id), ("parent_state", "=", "posted")]
        )
        self.assertAlmostEqual(sum(items.mapped("balance")), -18.2, 2)
        self.assertEqual(
            items.filtered(lambda item: not item.reconciled),
            settlement.payout_item_id,
            "all the rest has cleared",
        )

    def test_a_dispute_after_its_payout_that_is_won_clears_with_later_payouts(self):
        self.check_dispute_won(10000, left=0.0, balance=81.8)

    def test_a_dispute_that_is_won_in_part_clears_with_later_payouts(self):
        self.check_dispute_won(4000, left=60.0, balance=21.8)

    def check_dispute_won(self, cents, left, balance):
        """:param cents: what comes back of 100.00
        :param left: open on the invoice
        :param balance: of the three payouts
        """
        self.company.collection_fee_account_id = self.fee_account
        charge = self.make_txn("1", 10000, 320, source=self.make_charge())
        self.fetch([self.make_payout(9680)], [], [charge])
        dispute = make_dispute("pi_1", 10000, "usd", fee=1500)
        self.apply("charge.dispute.created", dispute)
        taken = self.make_txn(
            "2", -10000, 1500, "adjustment", dispute, category="dispute"
        )
        self.fetch([self.make_payout(-11500, "po_2")], [], [taken])
        self.assertEqual(self.move.amount_residual, 100.0)
        won = make_dispute(
            "pi_1", 10000, "usd", "won", reinstated=True, fee=1500, back=cents
        )
        self.apply("charge.dispute.funds_reinstated", won)
        self.assertEqual(self.move.amount_residual, left)
        back = self.make_txn(
            "3", cents, 0, "adjustment", won, category="dispute_reversal"
        )
        self.fetch([self.make_payout(cents, "po_3")], [], [back])
        self.assertFalse(self.get_differences())
        settlements = self.env["paycollect.settlement"].search([])
        clearing = self.tx.payment_id.outstanding_account_id
        items = self.env["account.move.line"].search(
            [
                ("account_id", "=", clearing.id),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        self.assertEqual(items, settlements.payout_item_id)
        self.assertAlmostEqual(sum(items.mapped("balance")), balance, 2)

    def test_a_dispute_that_is_known_later_finds_its_fee_booked(self):
        self.company.collection_fee_account_id = self.fee_account
        dispute = make_dispute("pi_1", 10000, "usd", fee=1500)
        taken = self.make_txn(
            "2", -10000, 1500, "adjustment", {**dispute}, category="dispute"
        )
        self.fetch([self.make_payout(-11500)], [], [taken])
        settlement = self.get_settlement()
        self.assertEqual(
            self.get_differences(settlement), [("missing_here", "no_dispute", -115.0)]
        )
        self.apply("charge.dispute.created", dispute)
        chargeback = self.env["paycollect.chargeback"].search([])
        self.assertEqual(chargeback.fee_move_id, settlement.move_id)
        self.assertEqual(chargeback.booked_fee, 15.0)
        settlement._settle(self.now_)
        self.assertFalse(self.get_differences(settlement))

    def test_a_debit_that_the_bank_returned_reopens_the_invoice(self):
        self.assertFalse(self.move.amount_residual)
        charge = self.make_charge("py_1")
        back = self.make_txn("2", -10000, 400, "payment_failure_refund", charge)
        self.fetch([], [back])
        self.assertEqual(self.move.amount_residual, 100.0)
        line = self.env["paycollect.settlement.line"].search([])
        self.assertEqual(line.chargeback_id.kind, "bank_return")
        self.assertEqual(line.partner_id, self.tx.partner_id)
        self.fetch([], [back])
        self.assertEqual(len(self.env["paycollect.chargeback"].search([])), 1)

    def test_a_manual_payout_takes_what_was_on_the_balance(self):
        charge = self.make_txn("1", 10000, 320, source=self.make_charge())
        manual = self.make_payout(
            5000, automatic=False, reconciliation_status="not_applicable"
        )
        self.fetch([manual], [charge])
        settlement = self.get_settlement()
        self.assertFalse(settlement.is_itemizable)
        self.assertEqual(settlement.total_balance, -46.8)
        self.assertEqual(settlement.line_ids.transaction_id, self.tx)
        self.assertFalse(self.get_differences(settlement))

    @mute_logger(LOGGER)
    def test_two_providers_of_one_account_take_a_payout_once(self):
        second = self.copy_provider(stripe_secret_key="sk_test_1")
        read = self.env["payment.provider"]._search_settling()
        self.assertIn(self.provider, read)
        self.assertNotIn(second, read)
        self.tx.provider_id = second
        charge = self.make_txn("1", 10000, 320, source=self.make_charge())
        self.fetch([self.make_payout(9680)], [], [charge])
        settlement = self.get_settlement()
        self.assertEqual(settlement.line_ids.transaction_id, self.tx)
        self.assertTrue(self.tx.payment_id._seek_for_lines()[0].reconciled)
        first, self.provider = self.provider, second
        self.fetch([self.make_payout(9680)], [charge])
        self.assertEqual(self.get_settlement(), settlement)
        self.assertEqual(len(self.env["paycollect.settlement.line"].search([])), 1)
        self.provider = first
        settlement.line_ids.date = self.today - timedelta(days=20)
        found = self.env["paycollect.discrepancy"]._search_transactions(
            self.provider, settlement.line_ids, self.now_
        )
        self.assertIn(self.tx, found)
        stranger = self.env["res.company"].create({"name": "Branch"})
        third = self.copy_provider(
            company_id=stranger.id, stripe_secret_key="sk_test_1"
        )
        self.fetch([self.make_payout(9680, "po_2")], [])
        self.assertFalse(self.get_settlement("po_2"))
        self.assertIn("Branch uses", self.provider.collection_payouts_error)
        third.state = "disabled"
        self.fetch([self.make_payout(0, "po_2")], [])
        self.assertFalse(self.provider.collection_payouts_error)

    @mute_logger(LOGGER)
    def test_an_answer_that_does_not_come_is_noted_and_asked_for_again(self):
        lost = stripe_api.UNANSWERED[0]("no route to host")
        demo = self.env.ref("payment.payment_provider_demo")
        demo.state = "disabled"
        with self.stripe_sdk(**{"GET balance_transactions": lost}):
            self.env["payment.provider"]._cron_read_payouts(self.now_)
        self.assertIn("no route", self.provider.collection_payouts_error)
        self.assertFalse(self.provider.collection_payouts_read_until)
        asked = self.fetch()
        self.assertFalse(self.provider.collection_payouts_error)
        since = int(asked[0][2]["created[gte]"])
        self.assertLess(since, self.stamp(9))
