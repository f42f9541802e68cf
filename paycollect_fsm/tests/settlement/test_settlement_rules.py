# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
import random
import unittest
from datetime import date, timedelta

from odoo.tests import tagged

from ...rules import csv_table, settlement_import, stripe_payouts
from ...rules import settlement as rules
from ...rules.settlement import (
    BankLine,
    Line,
    Transaction,
    choose_bank_line,
    compose,
    find_line_differences,
    find_transaction_differences,
)

DAY = date(2026, 3, 2)


def make_line(key=1, gross=80.0, fee=2.45, kind="payment", **values):
    vals = {
        "amount": gross,
        "currency": "USD",
        "transaction": 7 if kind != "fee" else None,
        "net": round(gross - fee, 2),
        **values,
    }
    return Line(key, kind, gross, fee, **vals)


def find(*lines, **transactions):
    known = {7: Transaction(7, 80.0, "USD")} | {
        int(key[2:]): tx for key, tx in transactions.items()
    }
    return [
        (found.kind, found.code, round(found.amount, 2), found.line)
        for found in find_line_differences(lines, known)
    ]


@tagged("post_install", "-at_install")
class TestSettlementRules(unittest.TestCase):
    """What a payout is made of, and what doesn't add up."""

    def test_the_doctests_hold(self):
        for module in (rules, csv_table, settlement_import, stripe_payouts):
            with self.subTest(module.__name__):
                result = doctest.testmod(module)
                self.assertTrue(result.attempted)
                self.assertFalse(result.failed)

    def test_the_sum_is_always_the_payout(self):
        """Two payments of 80.00 less 2.45 in all, but the payout is 60.28."""
        self.assertEqual(compose(60.28, [38.78, 38.77], 2), ("remainder", -17.27))
        self.assertIsNone(compose(-0.86, [20.14, -21.0], 2))

    def test_a_thousand_random_payouts_add_up_and_match(self):
        rng = random.Random(14)
        for number in range(1000):
            lines, known = self._make_random(rng, number)
            nets = [line.net for line in lines]
            amount = round(sum(nets), 2)
            self.assertIsNone(compose(amount, nets, 2), number)
            self.assertFalse(list(find_line_differences(lines, known)), number)
            lost = rng.choice([line for line in lines if line.net])
            rest = [line.net for line in lines if line is not lost]
            self.assertEqual(compose(amount, rest, 2), ("remainder", lost.net))

    def _make_random(self, rng, number):
        """Return lines that add up, and the transactions that they are about."""
        lines, known = [], {}
        for key in range(1, rng.randrange(2, 12)):
            gross = rng.randrange(50, 900000) / 100
            fee = round(gross * 0.029 + 0.3, 2)
            kind = rng.choice(["payment", "payment", "refund", "dispute", "fee"])
            values = {"transaction": key}
            if kind == "fee":
                gross, fee, values = -gross, 0.0, {"transaction": None}
            elif kind == "refund":
                gross, fee = -gross, 0.0
            elif kind == "dispute":
                gross, fee = -gross, 15.0
                values |= {"dispute": key, "known_amount": gross, "known_fee": 15.0}
            known[key] = Transaction(key, gross, "USD")
            lines.append(make_line(key, gross, fee, kind, **values))
        return lines, known

    def test_each_difference_has_a_name(self):
        for name, lines, expected in (
            ("none", [make_line()], []),
            ("amount", [make_line(amount=70.0)], [("amount", "other", -10.0, 1)]),
            ("currency", [make_line(currency="EUR")], [("currency", "other", 80.0, 1)]),
            ("fee", [make_line(net=77.0)], [("fee", "sum", 2.45, 1)]),
            (
                "twice",
                [make_line(), make_line(2)],
                [("duplicate", "twice", 80.0, 2)],
            ),
            (
                "missing here",
                [make_line(transaction=None)],
                [("missing_here", "payment", 80.0, 1)],
            ),
            (
                "unknown kind",
                [make_line(kind="other", transaction=None)],
                [("missing_here", "other", 80.0, 1)],
            ),
            ("named fee", [make_line(gross=-1.0, fee=0.0, kind="fee")], []),
            (
                "remainder",
                [make_line(gross=-17.27, fee=0.0, kind="remainder")],
                [("remainder", "sum", -17.27, 1)],
            ),
            ("balance", [make_line(gross=-17.27, fee=0.0, kind="balance")], []),
            (
                "a failed refund isn't compared",
                [make_line(gross=20.0, fee=0.0, kind="refund_failed")],
                [],
            ),
        ):
            with self.subTest(name):
                self.assertEqual(find(*lines), expected)

    def test_a_dispute_is_compared_as_a_whole(self):
        def take(key, gross, fee, known, dispute=3, **values):
            return make_line(
                key, gross, fee, "dispute", dispute=dispute, known_amount=known,
                known_fee=values.pop("known_fee", 15.0), **values,
            )  # fmt: skip

        for name, lines, expected in (
            ("lost", [take(1, -84.0, 15.0, -84.0)], []),
            ("won", [take(1, -84.0, 15.0, 0.0), take(2, 84.0, 0.0, 0.0)], []),
            (
                "won in part",
                [take(1, -84.0, 15.0, 0.0), take(2, 40.0, 0.0, 0.0)],
                [("amount", "dispute", -44.0, 2)],
            ),
            (
                "two disputes of one charge",
                [take(1, -84.0, 15.0, -84.0), take(2, -84.0, 15.0, -84.0, dispute=4)],
                [],
            ),
            (
                "another fee",
                [take(1, -84.0, 20.0, -84.0)],
                [("fee", "dispute", 5.0, 1)],
            ),
            ("only what came back is listed", [take(2, 84.0, 0.0, 0.0)], []),
            (
                "not known here",
                [make_line(1, -84.0, 15.0, "dispute")],
                [("missing_here", "no_dispute", -99.0, 1)],
            ),
        ):
            with self.subTest(name):
                self.assertEqual(find(*lines), expected)

    def test_what_the_provider_does_not_list_is_missed_in_time(self):
        for values, expected in (
            ({}, []),
            ({"listed": False}, ["missing_there"]),
            ({"listed": False, "due": False}, []),
            ({"booked": False}, ["books"]),
            ({"applied": False}, ["books"]),
        ):
            tx = Transaction(7, 80.0, "USD", **values)
            found = [diff.kind for diff in find_transaction_differences([tx])]
            self.assertEqual(found, expected, values)

    def test_a_bank_transaction_is_matched_only_if_it_is_certain(self):
        def choose(*lines, rivals=0):
            lines = [
                BankLine(key, DAY + timedelta(days=days), text)
                for key, (days, text) in enumerate(lines, start=1)
            ]
            found = choose_bank_line("po_900", ("Stripe",), DAY, lines, rivals)
            return found.key, found.code, found.proposals

        for lines, rivals, expected in (
            ([], 0, (None, "nothing", ())),
            ([(0, "STRIPE PAYOUT")], 0, (1, "only", ())),
            ([(-1, "Stripe")], 0, (1, "only", ())),
            ([(-4, "Stripe")], 0, (None, "nothing", ())),
            ([(11, "Stripe")], 0, (None, "nothing", ())),
            ([(0, "Acme Inc.")], 0, (None, "no_name", (1,))),
            ([(0, "Acme"), (1, "stripe")], 0, (2, "only", ())),
            ([(1, "stripe"), (0, "stripe")], 0, (None, "several", (2, 1))),
            ([(0, "stripe")], 1, (None, "rivals", (1,))),
            ([(0, "transfer po_900"), (0, "stripe")], 1, (1, "named", ())),
            ([(0, "transfer po_9001")], 0, (None, "no_name", (1,))),
            ([(0, "Stripes Ltd.")], 0, (None, "no_name", (1,))),
        ):
            self.assertEqual(choose(*lines, rivals=rivals), expected, lines)

    def test_what_stripe_sends_is_read_in_its_currency(self):
        def read(**values):
            entry = {
                "id": "txn_1",
                "type": "charge",
                "reporting_category": "charge",
                "created": 1767225600,
                "amount": 5000,
                "fee": 210,
                "net": 4790,
                "currency": "jpy",
                "fee_details": [],
                **values,
            }
            decimals = {"jpy": 0}
            return stripe_payouts.read_entry(
                entry, lambda minor, code: minor / 10 ** decimals.get(code, 2)
            )

        yen = read()
        self.assertEqual((yen.gross, yen.currency), (5000.0, "JPY"))
        charge = {
            "id": "ch_1", "object": "charge", "payment_intent": "pi_1",
            "amount": 10000, "amount_captured": 9000, "currency": "eur",
        }  # fmt: skip
        converted = read(currency="usd", source=charge)
        self.assertEqual((converted.paid, converted.paid_in), (90.0, "EUR"))
        self.assertEqual(converted.references, ("ch_1", "pi_1"))
        refund = {
            "id": "re_1", "object": "refund", "payment_intent": "pi_1",
            "amount": 5000, "currency": "jpy",
        }  # fmt: skip
        self.assertEqual(read(type="refund", source=refund).references, ("re_1",))
        returned = read(type="stripe_fee", amount=100, fee=0, net=100)
        self.assertEqual((returned.kind, returned.net), ("fee", 100.0))
        new = read(type="moon_tax", reporting_category="moon_tax")
        self.assertEqual((new.kind, new.label), ("other", "moon_tax"))

    def parse(self, text, **options):
        table = csv_table.read(text.encode())
        mapping = settlement_import.guess(table.headers)
        return settlement_import.parse(
            table.rows, mapping, "USD", "%Y-%m-%d", ".", **options
        )

    def test_a_file_is_checked_before_it_is_read(self):
        parse = self.parse
        good = (
            "Payout,Payout date,Type,Gross,Fee,Net\n"
            "P1,2026-03-02,charge,80.00,-2.45,77.55\n"
            "P1,2026-03-02,charge,80.00,-2.45,77.55\n"
            "P1,2026-03-02,moon tax,-1.00,0,-1.00\n"
            "P1,2026-03-02,payout,-154.10,0,-154.10\n"
        )
        (payout,), problems = parse(good)
        self.assertFalse(problems)
        self.assertEqual(payout.amount, 154.10)
        self.assertEqual([e.fee for e in payout.entries], [2.45, 2.45, 0.0])
        self.assertEqual(payout.entries[2].label, "moon tax")
        self.assertEqual(len({e.reference for e in payout.entries}), 3)
        self.assertEqual(parse(good)[0][0], payout, "the same file names the same rows")
        for name, text, code, row in (
            ("amount", good + "P1,2026-03-02,charge,abc,0,0\n", "bad_amount", 6),
            ("date", good + "P1,02.03.2026,charge,1,0,1\n", "bad_date", 6),
            ("payout", good + ",2026-03-02,charge,1,0,1\n", "no_payout", 6),
            ("column", "Payout,Payout date\nP1,2026-03-02\n", "missing_column", None),
            ("rows", "Payout,Payout date,Gross\n", "empty", None),
        ):
            with self.subTest(name):
                problems = parse(text)[1]
                self.assertEqual((problems[0].code, problems[0].row), (code, row))

    def test_a_file_is_read_to_the_cent_row_by_row(self):
        """Each row becomes a line, with its sign; the lines are the payout."""
        for name, text, amount, lines in (
            (
                "one ID for a payment and its fee",
                "Type,Transaction ID,Gross\ncharge,PM881,100\nfee,PM881,-1.2\n",
                98.8,
                [("payment", 100.0, 0.0, 100.0), ("fee", -1.2, 0.0, -1.2)],
            ),
            (
                "negative amounts as spreadsheets write them",
                "Type,Gross\ncharge,$100.00\nrefund,$(20.00)\nrefund,(5.00) USD\n"
                "refund,\u22122.50\n",
                72.5,
                [
                    ("payment", 100.0, 0.0, 100.0),
                    ("refund", -20.0, 0.0, -20.0),
                    ("refund", -5.0, 0.0, -5.0),
                    ("refund", -2.5, 0.0, -2.5),
                ],
            ),
            (
                "fees that were returned with refunds",
                "Gross,Fee\n100,3.00\n50,1.75\n-100,-3.00\n-100,-3.00\n",
                -48.75,
                [
                    ("payment", 100.0, 3.0, 97.0),
                    ("payment", 50.0, 1.75, 48.25),
                    ("refund", -100.0, -3.0, -97.0),
                    ("refund", -100.0, -3.0, -97.0),
                ],
            ),
            (
                "negative fees, one of them alone, and an empty net",
                "Type,Gross,Fee,Net\ncharge,80,-2.45,\nmonthly fee,0,-9,-9\n",
                68.55,
                [("payment", 80.0, 2.45, 77.55), ("fee", 0.0, 9.0, -9.0)],
            ),
            (
                "a payout that the provider debits the bank for",
                "Type,Gross\nrefund,-50\npayout,50\n",
                -50.0,
                [("refund", -50.0, 0.0, -50.0)],
            ),
            (
                "fees of payouts, disputes and refunds, and a payout that came back",
                "Type,Gross\ncharge,97\nPayout fee,-1.5\nChargeback fee,-15\n"
                "Refund fee,-1\nFee reversal,15\nPayout failed,80\n"
                "Payout,-174.5\n",
                174.5,
                [
                    ("payment", 97.0, 0.0, 97.0),
                    ("fee", -1.5, 0.0, -1.5),
                    ("fee", -15.0, 0.0, -15.0),
                    ("fee", -1.0, 0.0, -1.0),
                    ("fee", 15.0, 0.0, 15.0),
                    ("payout_returned", 80.0, 0.0, 80.0),
                ],
            ),
            ("nothing but the payout", "Type,Gross\npayout,-40\n", 40.0, []),
            (
                "cents of a currency that isn't the company's",
                "Gross,Fee,Currency\n80.00,2.45,usd\n",
                77.55,
                [("payment", 80.0, 2.45, 77.55)],
            ),
            (
                "a currency without cents",
                "Gross,Fee,Currency\n5000,180.4,JPY\n",
                4820.0,
                [("payment", 5000.0, 180.0, 4820.0)],
            ),
        ):
            with self.subTest(name):
                head, *rows = text.splitlines()
                text = f"Payout,Payout date,{head}\n" + "".join(
                    f"P1,2026-03-02,{row}\n" for row in rows
                )
                (payout,), problems = self.parse(text, decimals={"JPY": 0})
                found = [(e.kind, e.gross, e.fee, e.net) for e in payout.entries]
                self.assertEqual((payout.amount, found), (amount, lines))
                self.assertFalse(problems)
                names = {entry.reference for entry in payout.entries}
                self.assertEqual(len(names), len(lines))
        two = "Payout,Payout date,Type,Gross\nP1,2026-03-02,payout,40\n"
        problems = self.parse(two + "P1,2026-03-02,payout,50\n")[1]
        self.assertEqual([problem.code for problem in problems], ["mixed"])
