# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import random
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import CollectionCommon
from .common_settlement import SettlementMixin


@tagged("post_install", "-at_install")
class TestSettlement(SettlementMixin, CollectionCommon):
    """Payouts are explained to the cent, booked, and matched with the bank."""

    def set_scene(self):
        self.set_books()
        self.tx, self.other = self.charge(), self.charge()
        payment = self.tx.payment_id
        self.clearing = payment.outstanding_account_id

    def test_a_payout_is_booked_and_finds_its_bank_transaction(self):
        """1,876.00 less a fee of 18.76 is the bank's 1,857.24."""
        tx = self.charge(1876.0)
        line = self.bring(1857.24, days=-1)  # it arrives before its payout
        entry = self.make_charge_entry(tx, 18.76)
        settlement = self.take("po_1", entry)
        self.assertEqual(settlement.state, "matched")
        self.assertEqual(settlement.statement_line_id, line)
        code = self.clearing.code
        self.assertEqual(
            self.get_items(settlement),
            sorted([(code, -1876.0), (code, 1857.24), ("CARDFEE", 18.76)]),
        )
        self.assertTrue(line.is_reconciled)
        liquidity, _counterpart, _other = tx.payment_id._seek_for_lines()
        self.assertTrue(liquidity.reconciled)
        self.assertEqual(settlement.line_ids.partner_id, tx.partner_id)
        self.assertEqual(settlement.total_payment + settlement.total_fee, 1857.24)
        move, written = settlement.move_id, settlement.write_date
        again = self.take("po_1", entry)
        self.assertEqual((again, again.move_id), (settlement, move))
        self.assertEqual(len(again.line_ids), 1)
        self.assertEqual(again.write_date, written)
        line.action_undo_reconciliation()
        line.payment_ref = "a customer"
        self.provider._settle_open(self.now_)
        self.assertEqual(settlement.state, "open")
        self.assertEqual(settlement.bank_code, "no_name")

    def test_what_is_missing_is_a_line_and_a_difference(self):
        entries = (
            self.make_charge_entry(self.tx, 1.0),
            self.make_charge_entry(self.other, 1.45),
        )
        settlement = self.take("po_1", *entries, amount=140.28)
        rest = settlement.line_ids.filtered(lambda line: line.kind == "remainder")
        self.assertEqual(rest.net, -17.27)
        self.assertEqual(sum(settlement.line_ids.mapped("net")), 140.28)
        self.assertEqual(settlement.total_remainder, -17.27)
        self.assertEqual(settlement.state, "difference")
        self.assertEqual(
            self.get_differences(settlement), [("remainder", "sum", -17.27)]
        )
        balance = sum(settlement.move_id.line_ids.mapped("balance"))
        self.assertAlmostEqual(balance, 0.0)
        found = settlement.discrepancy_ids
        with self.assertRaisesRegex(UserError, "explanation"):
            found.with_user(self.manager).action_accept()
        found.with_user(self.accountant).note = "The provider's own error"
        with self.assertRaises(AccessError):
            found.with_user(self.accountant).action_accept()
        found.with_user(self.manager).action_accept()
        self.assertEqual(settlement.state, "open", "the bank is still missing")
        settlement.action_check()
        self.assertEqual(found.state, "accepted", "it stays accepted")

    def test_what_contradicts_itself_stays_on_the_clearing_account(self):
        """It is a difference that somebody explains, not a gain or a loss."""
        code = self.clearing.code
        self.company.collection_charge_fee_account_id = False
        charges = self.make_charge_entry(self.tx), self.make_charge_entry(self.other)
        settlement = self.take("P1", *charges)
        self.assertEqual(settlement.amount, 155.1)
        self.company.collection_charge_fee_account_id = self.fee_account
        settlement.amount = 150.0
        settlement._settle(self.now_)
        self.assertFalse(settlement.move_id)
        self.assertIn("don't add up", settlement.booking_text)
        self.take("P1", *charges, amount=140.0)  # a corrected file
        self.assertEqual(settlement.total_remainder, -15.1)
        self.assertEqual(
            self.get_differences(settlement), [("remainder", "sum", -15.1)]
        )
        self.assertEqual(
            self.get_items(settlement),
            sorted([(code, 140.0), (code, -160.0), (code, 15.1), ("CARDFEE", 4.9)]),
        )
        tx = self.charge()
        settlement = self.take("P2", self.make_charge_entry(tx, net=77.0))
        self.assertEqual(self.get_differences(settlement), [("fee", "sum", 2.45)])
        self.assertEqual(
            self.get_items(settlement),
            sorted([(code, 77.0), (code, -80.0), (code, 0.55), ("CARDFEE", 2.45)]),
        )

    def test_unknown_kinds_keep_their_name_and_the_fee_account_is_asked_for(self):
        self.company.collection_charge_fee_account_id = False
        settlement = self.take(
            "po_1",
            self.make_charge_entry(self.tx),
            self.make_entry("txn_r", -1.0, kind="fee", label="reader_rental"),
            self.make_entry("txn_b", 0.5, kind="fee", label="fee_returned"),
            self.make_entry("txn_m", -3.0, kind="other", label="moon_tax"),
            self.make_entry("txn_h", -10.0, kind="reserve", label="reserve_hold"),
        )
        self.assertEqual(settlement.booking_code, "no_fee_account")
        self.assertIn("processing fees", settlement.booking_text)
        self.assertTrue(self.company.partner_id.activity_ids)
        self.company.collection_charge_fee_account_id = self.fee_account
        settlement.with_user(self.accountant).action_check()
        self.assertEqual(settlement.amount, 64.05)
        code = self.clearing.code
        self.assertEqual(
            self.get_items(settlement),
            sorted(
                [(code, 64.05), (code, -80.0), (code, 3.0), (code, 10.0)]
                + [("CARDFEE", 2.95)]
            ),
        )
        labels = settlement.line_ids.mapped("label")
        self.assertIn("moon_tax", labels)
        self.assertEqual(
            self.get_differences(settlement), [("missing_here", "other", -3.0)]
        )
        self.assertIn("moon_tax", settlement.discrepancy_ids.text)

    def test_a_refund_a_conversion_and_a_tax_on_fees(self):
        tax = self.make_purchase_tax(20)
        self.company.collection_charge_fee_tax_id = tax
        self.tx.action_refund(30.0)
        refund = self.tx.child_transaction_ids
        refund._set_done()
        refund._post_process()
        settlement = self.take(
            "po_1",
            self.make_charge_entry(self.tx, 2.4),
            self.make_charge_entry(refund, 0.0, kind="refund"),
        )
        self.assertFalse(settlement.line_ids.filtered(lambda li: not li.transaction_id))
        codes = {"CARDFEE": 2.0, "INTAX": 0.4}
        found = dict(self.get_items(settlement))
        self.assertEqual({code: found[code] for code in codes}, codes)
        self.assertTrue(
            all(
                payment._seek_for_lines()[0].reconciled
                for payment in (self.tx | refund).payment_id
            )
        )
        self.assertFalse(self.get_differences(settlement))

    def test_a_payment_in_another_currency_leaves_at_the_rate_it_came(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "name": self.today - timedelta(days=30),
                "currency_id": euro.id,
                "rate": 0.8,
                "company_id": self.company.id,
            }
        )
        self.make_exchange_accounts()
        tx = self.tx.copy({"reference": "EUR-1", "currency_id": euro.id})
        tx.write({"amount": 100.0, "payment_id": False, "invoice_ids": False})
        tx._set_done()
        tx._post_process()
        settlement = self.take(
            "po_1",
            self.make_entry(
                "txn_1", 123.0, 3.0, paid=100.0, paid_in="EUR", references=("EUR-1",)
            ),
        )
        self.assertEqual(settlement.amount, 120.0)
        found = dict(self.get_items(settlement))
        self.assertEqual(found["XLOSS"], 2.0)
        liquidity = tx.payment_id._seek_for_lines()[0]
        self.assertTrue(liquidity.reconciled)
        self.assertEqual(liquidity.balance, 125.0)
        self.assertFalse(self.get_differences(settlement))
        # from now on, the provider settles in euros
        adjustment = self.make_entry(
            "txn_2", 10.0, 1.0, kind="adjustment", currency="EUR"
        )
        settlement = self.take("po_2", adjustment, currency="EUR")
        item = settlement.payout_item_id
        self.assertEqual((item.amount_currency, item.currency_id), (9.0, euro))
        self.assertIn(("CARDFEE", 1.25), self.get_items(settlement))

    def make_exchange_accounts(self):
        make = self.env["account.account"].create
        loss = make({"name": "X loss", "code": "XLOSS", "account_type": "expense"})
        gain = make({"name": "X gain", "code": "XGAIN", "account_type": "income"})
        self.company.write(
            {
                "expense_currency_exchange_account_id": loss.id,
                "income_currency_exchange_account_id": gain.id,
            }
        )

    def test_a_closed_period_moves_the_entry_and_says_so(self):
        closed = self.today - timedelta(days=20)
        self.company.fiscalyear_lock_date = closed
        entry = self.make_charge_entry(self.tx, day=closed)
        settlement = self.take("po_1", entry, day=closed - timedelta(days=3))
        self.assertEqual(settlement.move_id.date, closed + timedelta(days=1))
        self.assertIn("first open day", settlement.booking_text)
        self.assertIn("first open day", settlement.message_ids[0].body)
        text = settlement.booking_text
        self.take("po_1", entry, day=self.today)  # it arrived later than expected
        self.assertEqual((settlement.date, settlement.booking_text), (self.today, text))
        entry = self.make_charge_entry(self.other)
        punctual = self.take("po_2", entry)
        self.take("po_2", entry, day=self.today + timedelta(days=1))
        self.assertGreater(punctual.date, punctual.move_id.date)
        self.assertFalse(punctual.booking_text)

    def test_what_is_not_certain_is_proposed(self):
        rival = self.take("po_2", self.make_charge_entry(self.other))
        settlement = self.take("po_1", self.make_charge_entry(self.tx))
        line = self.bring(77.55)
        stranger = self.bring(77.55, "Customer transfer")
        settlement._settle(self.now_)
        self.assertFalse(settlement.statement_line_id)
        self.assertEqual(settlement.bank_code, "rivals")
        self.assertEqual(settlement.proposed_line_ids, line)
        with self.assertRaisesRegex(UserError, "Choose"):
            settlement.with_user(self.accountant).action_match()
        settlement.with_user(self.accountant).chosen_line_id = line
        settlement.with_user(self.accountant).action_match()
        self.assertEqual(settlement.state, "matched")
        rival._settle(self.now_)
        self.assertEqual(rival.bank_code, "no_name")
        self.assertEqual(rival.proposed_line_ids, stranger)
        self.bring(1.0, days=6)  # the statement is newer
        rival.date = self.today - timedelta(days=6)
        rival._settle(self.now_)
        self.assertEqual(self.get_differences(rival), [("bank", "not_arrived", 77.55)])

    def test_a_match_that_odoo_refuses_stops_no_other_payout(self):
        refused = self.take("po_refused", self.make_charge_entry(self.tx))
        fine = self.take("po_fine", self.make_charge_entry(self.other))
        secured = self.bring(77.55, "po_refused")
        secured.move_id.inalterable_hash = "secured"
        self.bring(77.55, "po_fine")
        self.provider._settle_open(self.now_)
        self.assertEqual(fine.state, "matched")
        self.assertEqual((refused.state, refused.bank_code), ("difference", "refused"))
        self.assertIn("hashed", refused.bank_text)
        self.assertEqual(refused.proposed_line_ids, secured)
        self.assertEqual(
            self.get_differences(refused), [("bank", "not_matched", 77.55)]
        )
        secured.move_id.invalidate_recordset()
        self.env.cr.execute(
            "UPDATE account_move SET inalterable_hash = NULL WHERE id = %s",
            [secured.move_id.id],
        )
        self.provider._settle_open(self.now_)
        self.assertEqual((refused.state, refused.bank_error), ("matched", False))

    def test_manual_and_negative_payouts(self):
        lines = self.env["paycollect.settlement.line"]._take_entries(
            self.provider, [self.make_charge_entry(self.tx)]
        )
        lines._find_transactions()
        manual = self.take("po_1", entries=None, amount=50.0, itemizable=False)
        self.assertEqual(manual.line_ids.mapped("kind"), ["payment", "balance"])
        self.assertEqual(manual.total_balance, -27.55)
        self.assertEqual(manual.booking_code, False)
        self.assertTrue(manual.move_id)
        self.assertFalse(self.get_differences(manual))
        negative = self.take(
            "po_3", self.make_entry("txn_f", -12.0, kind="fee", label="stripe_fee")
        )
        self.bring(-12.0)
        negative._settle(self.now_)
        self.assertEqual(negative.state, "matched")

    def test_a_payout_that_failed_is_booked_and_so_is_its_return(self):
        """Also if it can only be booked after the return."""
        self.company.collection_charge_fee_account_id = False
        late = self.take("po_1", self.make_charge_entry(self.tx), status="failed")
        self.assertEqual(late.booking_code, "no_fee_account")
        self.assertEqual(self.get_differences(late), [("bank", "not_sent", 77.55)])
        self.take("po_2", self.make_return_entry("po_1"))
        self.company.collection_charge_fee_account_id = self.fee_account
        late._settle(self.now_)
        sent = self.take("po_3", self.make_charge_entry(self.other))
        sent = self.take("po_3", entries=None, amount=77.55, status="failed")
        self.assertEqual(self.get_differences(sent), [("bank", "not_sent", 77.55)])
        last = self.take("po_4", self.make_return_entry("po_3"))
        self.provider._settle_open(self.now_)
        for payout in (late, sent):
            self.assertTrue(payout.payout_item_id.reconciled)
            self.assertEqual(payout.state, "matched")
            self.assertIn("couldn't send", payout.bank_text)
            self.assertIn(("CARDFEE", 2.45), self.get_items(payout))
        self.assertFalse(self.get_differences())
        for tx in self.tx | self.other:
            liquidity, _counterpart, _other = tx.payment_id._seek_for_lines()
            self.assertTrue(liquidity.reconciled)
        self.assertEqual(last.state, "open", "its own transaction is missing")

    def make_return_entry(self, payout):
        return self.make_entry(
            f"txn_{payout}",
            77.55,
            kind="payout_returned",
            label="payout_failure",
            object_ref=payout,
        )

    def test_the_daily_comparison_finds_what_is_missing_on_either_side(self):
        yesterday = self.now_ - timedelta(days=1)
        ten_days = self.now_ - timedelta(days=10)
        (self.tx | self.other).last_state_change = ten_days
        long_ago = ten_days.date() - timedelta(days=10)
        fee = self.make_entry("txn_fee", -1.0, kind="fee", day=long_ago)
        first = self.make_charge_entry(self.tx, day=ten_days.date())
        self.take("po_1", fee, first)
        self.take("po_2", self.make_charge_entry(self.tx, reference="txn_twice"))
        self.provider.collection_payouts_read_until = yesterday
        compare = self.env["payment.provider"]._cron_compare
        compare(self.now_)
        self.assertEqual(
            self.get_differences(),
            [("duplicate", "twice", 80.0), ("missing_there", "not_listed", 80.0)],
        )
        missing = self.env["paycollect.discrepancy"].search(
            [("kind", "=", "missing_there")]
        )
        self.assertEqual(missing.transaction_id, self.other)
        self.assertEqual(missing.age_group, "2")
        for read_until in (yesterday, False):
            self.provider.collection_payouts_read_until = read_until
            compare(self.now_ + timedelta(days=200))
            self.assertEqual(missing.state, "open", "it isn't resolved by its age")
        self.take("po_3", self.make_charge_entry(self.other, day=ten_days.date()))
        compare(self.now_)
        self.assertEqual(missing.state, "resolved")
        status = self.env["paycollect.settlement.status"]
        self.env.flush_all()
        status.invalidate_model()
        status = status.search([("provider_id", "=", self.provider.id)])
        self.assertEqual(status.differences, 1)
        self.assertIn("1 open", status.text)
        self.company.collection_active = False
        self.assertFalse(self.env["payment.provider"]._search_settling())

    def test_the_demo_provider_pays_out_once(self):
        read = self.env["payment.provider"]._cron_read_payouts
        later = self.now_ + timedelta(days=3)
        read(later)
        settlement = self.env["paycollect.settlement"].search([])
        self.assertEqual(settlement.line_ids.transaction_id, self.tx | self.other)
        self.assertEqual(settlement.total_fee, -5.24)
        self.assertEqual(settlement.amount, 154.76)
        self.bring(154.76, days=3)
        read(later)
        self.assertEqual(settlement.state, "matched")
        self.assertEqual(self.env["paycollect.settlement"].search([]), settlement)

    def test_a_file_of_another_provider_is_previewed_then_imported_once(self):
        provider = self.provider.copy(
            {"name": "Other", "code": "none", "state": "test"}
        )
        provider.journal_id = self.bank
        self.tx.provider_id = provider
        text = (
            "Payout,Payout date,Reference,Gross,Fee,Currency\n"
            f"P1,2026-03-02,{self.tx.reference},80.00,-2.45,usd\n"
        )
        wizards = self.env["paycollect.settlement.import"].with_user(self.accountant)
        form = Form(wizards)  # as the accountant, who may not read providers
        form.provider_choice = False
        wizard = form.save()
        with self.assertRaisesRegex(UserError, "Choose the payment provider"):
            wizard.action_read()
        choices = dict(wizards._get_provider_choices())
        self.assertIn(str(provider.id), choices)
        self.assertNotIn(str(self.provider.id), choices)
        workbook = base64.b64encode(b"PK\x03\x04 a workbook")
        wizard.write({"provider_choice": str(provider.id), "file": workbook})
        with self.assertRaisesRegex(UserError, "isn't a CSV file"):
            wizard.action_read()
        wizard.file = base64.b64encode(text.encode())
        wizard.action_read()
        meanings = wizard.column_ids.mapped("meaning")
        self.assertEqual(
            meanings,
            ["payout", "payout_day", "reference", "gross", "fee", "currency"],
        )
        wizard.currency_id = self.env.ref("base.JPY")  # of rows that don't name one
        gross = wizard.column_ids[3]
        gross.meaning = False
        wizard.action_preview()
        self.assertTrue(wizard.has_problems)
        self.assertIn("Gross amount", wizard.preview)
        gross.meaning = "gross"
        wizard.action_preview()
        self.assertIn("P1 of Mar 2, 2026: $77.55", wizard.preview)
        settlements = self.env["paycollect.settlement"]
        self.assertFalse(settlements.search([]), "nothing is stored by looking")
        wizard.action_import()
        settlement = settlements.search([])
        self.assertEqual(settlement.line_ids.transaction_id, self.tx)
        self.assertEqual(settlement.total_fee, -2.45)
        line = settlement.line_ids  # no hash
        self.assertEqual(line.display_name, f"{self.tx.reference}, Mar 2, 2026")
        line.source_refs = False
        self.assertEqual(line.display_name, "P1, Mar 2, 2026")
        wizard.action_preview()
        self.assertIn("on record already", wizard.preview)
        wizard.action_import()
        self.assertEqual(settlements.search([]), settlement)
        self.assertEqual(len(settlement.line_ids), 1)
        wizard.file = base64.b64encode(text.replace("80.00", "90.00").encode())
        wizard.action_preview()
        self.assertIn("booked with $77.55 already", wizard.preview)
        wizard.action_import()
        self.assertEqual(settlement.amount, 77.55)

    def test_random_payouts_add_up_in_the_books(self):
        rng = random.Random(88)
        for number in range(25):
            entries = [
                self.make_entry(
                    f"txn_{number}_{at}",
                    rng.randrange(-90000, 90000) / 100,
                    rng.choice([0.0, 0.31, 2.45]),
                    kind=rng.choice(["fee", "adjustment", "reserve"]),
                )
                for at in range(rng.randrange(1, 9))
            ]
            settlement = self.take(f"po_{number}", *entries)
            self.assertTrue(settlement.move_id or not settlement.amount)
            self.assertEqual(
                self.company.currency_id.round(
                    sum(settlement.line_ids.mapped("net")) - settlement.amount
                ),
                0.0,
            )
            self.assertEqual(
                settlement.payout_item_id.balance, settlement.amount, number
            )
        self.assertFalse(self.get_differences())
