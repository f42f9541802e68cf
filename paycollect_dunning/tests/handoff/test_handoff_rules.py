# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from datetime import date

from odoo.tests import BaseCase, tagged

from ...rules import handoff, handoff_call, late_fee
from ...rules.handoff import Agency, Debtor, ItemNow, Result
from ...rules.late_fee import COSTS, INTEREST, PRINCIPAL, Debt, LateItem, Terms

DUE = date(2025, 12, 31)
YEARLY = ((date(2025, 1, 1), 12.0),)


@tagged("post_install", "-at_install")
class TestLateFeeRules(BaseCase):
    def charge(self, terms, today, known=(), **item):
        late = LateItem(**{"amount": 1000.0, "due": DUE, **item})
        found = late_fee.get_charges(late, terms, today, known)
        return [(charge.kind, charge.period, charge.amount) for charge in found]

    def test_the_doctests_hold(self):
        for module in (late_fee, handoff, handoff_call):
            self.assertFalse(doctest.testmod(module).failed, module.__name__)

    def test_no_terms_no_fee(self):
        for terms in (Terms(), Terms(fixed=0.0, percent=0.0)):
            self.assertEqual(self.charge(terms, date(2026, 12, 1)), [])

    def test_interest_is_on_the_balance_after_each_payment(self):
        terms = Terms(rates=YEARLY)
        paid = ((date(2026, 1, 31), 200.0),)
        self.assertEqual(
            self.charge(terms, date(2026, 3, 1), payments=paid),
            [("interest", "2026-01", 10.19), ("interest", "2026-02", 7.36)],
        )
        # the month isn't over, so nothing is charged for it yet, unless it is paid
        self.assertEqual(len(self.charge(terms, date(2026, 2, 28), payments=paid)), 1)
        paid += ((date(2026, 2, 14), 800.0),)
        found = self.charge(terms, date(2026, 2, 28), payments=paid)
        self.assertEqual(found[1], ("interest", "2026-02", 3.68))
        later = self.charge(terms, date(2027, 1, 1), payments=paid)
        self.assertEqual(later, found, "nothing grows on a paid item")

    def test_a_new_rate_counts_from_its_day(self):
        rates = (*YEARLY, (date(2026, 1, 16), 24.0))
        # 15 days at 12 % and 16 at 24 %
        self.assertEqual(
            self.charge(Terms(rates=rates), date(2026, 2, 1)),
            [("interest", "2026-01", 15.45)],
        )

    def test_grace_dispute_and_cap(self):
        terms = Terms(fixed=10.0, percent=2.0, grace_days=5)
        self.assertEqual(self.charge(terms, date(2026, 1, 5)), [])
        self.assertEqual(
            self.charge(terms, date(2026, 1, 6), disputed=400.0),
            [("fixed", "once", 10.0), ("percent", "once", 12.0)],
        )
        paid = ((date(2026, 1, 5), 1000.0),)
        self.assertEqual(self.charge(terms, date(2026, 2, 1), payments=paid), [])
        self.assertEqual(self.charge(terms, date(2026, 2, 1), disputed=1000.0), [])
        capped = Terms(fixed=10.0, percent=2.0, rates=YEARLY, cap=25.0)
        self.assertEqual(
            self.charge(capped, date(2026, 2, 1)),
            [("fixed", "once", 10.0), ("percent", "once", 15.0)],
        )

    def test_each_item_and_period_is_charged_once(self):
        terms = Terms(fixed=10.0, rates=YEARLY, cap=30.0)
        item = LateItem(1000.0, DUE)
        first = late_fee.get_charges(item, terms, date(2026, 2, 1))
        again = late_fee.get_charges(item, terms, date(2026, 2, 20), first)
        self.assertEqual(again, [])
        # the cap counts what was charged before: 30.00 - 10.00 - 10.19
        self.assertEqual(
            self.charge(terms, date(2026, 3, 1), first),
            [("interest", "2026-02", 9.21)],
        )

    def test_statutory_terms(self):
        eu = late_fee.get_eu_terms([(date(2025, 7, 1), 2.15)])
        self.assertEqual(
            self.charge(eu, date(2026, 2, 1)),
            [("fixed", "once", 40.0), ("interest", "2026-01", 8.62)],
        )
        uk = late_fee.get_uk_terms([(date(2025, 7, 1), 4.25)])
        table = {999.99: 40.0, 1000.0: 70.0, 9999.99: 70.0, 10000.0: 100.0}
        for principal, fee in table.items():
            found = self.charge(uk, date(2026, 1, 2), amount=principal)
            self.assertEqual(found, [("fixed", "once", fee)], principal)

    def test_a_payment_covers_what_the_country_says_first(self):
        debts = [Debt(PRINCIPAL, 100.0), Debt(COSTS, 5.0), Debt(INTEREST, 0.25)]
        table = {
            "DE": [(PRINCIPAL, 55.25)],
            "ES": [(PRINCIPAL, 50.25), (COSTS, 5.0)],
            "US": [(PRINCIPAL, 50.0), (COSTS, 5.0), (INTEREST, 0.25)],
        }
        for country, expected in table.items():
            order = late_fee.get_order(country)
            rest, left = late_fee.allocate(50.0, debts, order)
            self.assertEqual([(d.kind, d.amount) for d in rest], expected, country)
            self.assertEqual(left, 0.0)

    def test_what_is_left_of_fees_is_waived_or_kept_by_name(self):
        debts = [Debt(PRINCIPAL, 100.0), Debt(INTEREST, 0.41), Debt(COSTS, 10.0)]
        rest, _left = late_fee.allocate(100.0, debts, late_fee.get_order("US"))
        self.assertEqual(late_fee.get_rest(rest), 10.41)
        self.assertEqual(late_fee.settle_rest(rest, late_fee.WAIVE), (10.41, []))
        self.assertEqual(late_fee.settle_rest(rest, late_fee.KEEP), (0.0, rest))
        for choice, open_debts in (("later", rest), (late_fee.WAIVE, debts)):
            with self.assertRaises(ValueError):
                late_fee.settle_rest(open_debts, choice)


@tagged("post_install", "-at_install")
class TestHandoffRules(BaseCase):
    def test_which_agency_fits_and_why_others_do_not(self):
        local = Agency("local", 500.0, "USD", frozenset({"US"}), handoff.BUSINESS)
        wide = Agency("wide", 500.0, "USD")
        unset = Agency("unset", 0.0, "USD", is_ready=False)
        table = [
            (Debtor(500.0, "USD", "US"), "local", []),
            (Debtor(500.0, "USD", "US", False), "wide", ["other_debtor"]),
            (Debtor(500.0, "USD", "MX"), "wide", ["other_country"]),
            (Debtor(499.99, "USD", "US"), None, ["below_minimum"] * 2),
            (Debtor(900.0, "EUR", "US"), None, ["other_currency"] * 2),
        ]
        for debtor, key, codes in table:
            choice = handoff.choose(debtor, [unset, local, wide])
            self.assertEqual(choice.key, key, debtor)
            found = [obstacle.code for _key, obstacle in choice.obstacles]
            self.assertEqual(found, ["no_channel", *codes], debtor)

    def test_the_agency_is_told_less_never_more(self):
        table = [
            ([ItemNow(100, 100), ItemNow(50, 50)], "nothing", 150, None),
            ([ItemNow(100, 130)], "nothing", 100, None),
            ([ItemNow(100, 30), ItemNow(50, 50)], "adjust", 80, "paid"),
            ([ItemNow(100, 30, credited=70)], "adjust", 30, "credited"),
            ([ItemNow(100, 20, credited=20)], "adjust", 20, "paid"),
            ([ItemNow(100, 100, 100), ItemNow(50, 50)], "adjust", 50, "disputed"),
            ([ItemNow(100, 90, 30)], "adjust", 60, "disputed"),
            ([ItemNow(100, 0), ItemNow(50, 0)], "recall", 0, "paid"),
            ([ItemNow(100, -5)], "recall", 0, "paid"),
        ]
        for items, kind, amount, code in table:
            change = handoff.get_change(items)
            self.assertEqual((change.kind, change.amount), (kind, amount), items)
            self.assertEqual(change.code, code, items)

    def test_rows_of_results_are_checked(self):
        table = [
            (Result("H1", 100.0, 25.0), None),
            (Result("H1", 0.0, 0.0, closed=True), None),
            (Result("H0", 1.0, 0.0), "twice"),
            (Result("H1", None, 0.0), "bad_amount"),
            (Result("H1", 5.0, -1.0), "negative"),
            (Result("H1", 5.0, 6.0), "fee_above"),
            (Result("H1", 100.01, 6.0), "collected_above"),
        ]
        for result, code in table:
            found = handoff.check_result(result, 100.0, {"H0"})
            self.assertEqual(found, code, result)

    def test_only_a_clear_answer_ends_a_call(self):
        table = {
            200: "done",
            204: "done",
            302: "refused",
            401: "refused",
            422: "refused",
            408: "unknown",
            409: "unknown",
            429: "unknown",
            500: "unknown",
            None: "unknown",
        }
        for status, outcome in table.items():
            self.assertEqual(handoff_call.get_outcome(status), outcome, status)
        waits = [handoff_call.get_wait(tries) for tries in range(1, 8)]
        self.assertEqual(sorted(waits[:-1]), waits[:-1])
        self.assertIsNone(waits[-1])
