# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, timedelta

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..case.common_case import CaseCommon


@tagged("post_install", "-at_install")
class TestLateFee(CaseCommon):
    """What paying late costs: off unless ordered, each charge once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fees = cls.env["paycollect.late.fee"]
        cls.company.dunning_fee_product_id = cls.env["product.product"].create(
            {"name": "Late fee", "type": "service", "taxes_id": [Command.clear()]}
        )

    def order(self, preset="custom", rate=12.0, **values):
        """Order what paying late costs."""
        self.plan.write(
            {
                "fee_preset": preset,
                "fee_from": self.today - timedelta(days=90),
                "fee_rate_ids": [
                    Command.clear(),
                    Command.create({"date": date(2026, 1, 1), "percent": rate}),
                ],
                **values,
            }
        )

    def get_fees(self, *moves):
        domain = [("move_id", "in", [move.id for move in moves])]
        return self.fees.search(domain, order="id")

    def test_off_nothing_changes_and_terms_are_checked(self):
        self.make_invoice(amount=1000, due=-31)
        self.assertEqual(len(self.run_day(0).line_ids), 1)
        self.assertFalse(self.fees.search([]))
        with self.assertRaisesRegex(ValidationError, "the first due date"):
            self.order(fee_from=False)
        with self.assertRaisesRegex(ValidationError, "negative"):
            self.order(fee_fixed=-1)
        product = self.company.dunning_fee_product_id
        self.company.dunning_fee_product_id = False
        with self.assertRaisesRegex(ValidationError, "Product for Late Fees"):
            self.order(fee_fixed=0)
        self.company.dunning_fee_product_id = product
        self.order(fee_from=self.today - timedelta(days=30), fee_fixed=10)
        self.run_day(1)
        self.assertFalse(self.fees.search([]))

    def test_a_late_invoice_is_charged_monthly_and_waived_when_it_is_paid(self):
        self.order(fee_fixed=10)
        move = self.make_invoice(amount=1000, due=-31)
        preview = self.plan.with_user(self.accountant).action_preview_fees()
        rows = self.env[preview["res_model"]].with_user(self.accountant)
        rows = rows.search(preview["domain"])
        self.assertFalse(self.fees.search([]))
        message = self.run_day(0)
        fees = self.get_fees(move)
        found = [(fee.kind, fee.period, fee.amount) for fee in fees]
        self.assertEqual(
            found,
            [
                ("fixed", "once", 10.0),
                ("interest", "2026-01", 0.33),  # 1,000 x 12 % x 1 / 365
                ("interest", "2026-02", 9.21),
            ],
        )
        # previewed by the real clock, which is later
        self.assertEqual([row.kind for row in rows][:3], [fee[0] for fee in found])
        self.assertIn("1 days on $1,000.00 at 12% a year", fees[1].formula)
        costs, interest = fees.fee_move_id.sorted("id")
        self.assertEqual((costs.amount_total, interest.amount_total), (10, 9.54))
        self.assertEqual(costs.invoice_date, self.today)
        self.assertEqual(message.move_ids, move + costs + interest)
        self.assertEqual(message.amount, 1019.54)
        names = [item["name"] for item in message._get_reminder()["items"]]
        self.assertIn(f"{costs.name}: late fee for {move.name}", names)
        self.assertFalse(self.run_day(0, hours=16))
        self.assertEqual(self.get_fees(move), fees)
        self.pay(move, 200, days=14)
        self.run_day(31)
        march = self.get_fees(move) - fees
        self.assertEqual(march.mapped("amount"), [9.21])  # 16 days 1,000, 15 days 800
        self.assertIn("15 days on $800.00", march.formula)
        self.run_day(62)
        self.assertFalse(self.get_fees(*fees.fee_move_id))
        self.pay(move, days=63)
        self.run_day(63)
        every = self.get_fees(move)
        self.assertEqual(set(every.mapped("choice")), {"waive"})
        self.assertFalse(any(every.fee_move_id.mapped("amount_residual")))
        self.assertEqual(len(every.fee_move_id.reversal_move_ids), 4)
        self.assertEqual(self.get_case().state, "closed")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            fees[0].copy()

    def test_the_month_of_the_payment_bears_interest_if_the_rest_is_kept(self):
        self.order()
        self.company.dunning_fee_rest = "keep"
        move = self.make_invoice(amount=1000, due=-31)
        self.run_day(0)
        known = self.get_fees(move)
        self.pay(move, days=10)
        self.run_day(11)
        last = self.get_fees(move) - known
        # Mar 1 to 12, the day of the payment included
        self.assertEqual((last.period, last.amount), ("2026-03", 3.95))
        self.run_day(12)
        self.assertEqual(self.get_fees(move), known + last)

    def test_an_invoice_that_is_drawn_up_anew_is_not_charged_again(self):
        self.order(fee_fixed=10, rate=0)
        move = self.make_invoice(amount=100, due=-20)
        self.run_day(0)
        fee = self.get_fees(move)
        move.button_draft()
        self.env.cr.execute(  # as Odoo does if the terms of payment change
            SQL("UPDATE paycollect_late_fee SET line_id = NULL WHERE id = %s", fee.id)
        )
        self.env.invalidate_all()
        move.action_post()
        self.run_day(1)
        self.assertEqual(self.get_fees(move), fee)
        self.pay(move)
        self.run_day(2)
        self.assertEqual(fee.choice, "waive")

    def test_what_is_left_is_kept_if_the_company_or_a_manager_says_so(self):
        self.order(fee_fixed=10, rate=0)
        moves = [self.make_invoice(amount=100, due=-20) for _number in range(3)]
        self.run_day(0)
        kept, waived, left = [self.get_fees(move) for move in moves]
        with self.assertRaises(AccessError):
            kept.with_user(self.accountant).action_keep()
        kept.with_user(self.manager).action_keep()
        self.pay(waived.fee_move_id, 4)
        waived.with_user(self.manager).action_waive()
        credit = waived.fee_move_id.reversal_move_ids
        self.assertEqual((credit.amount_total, credit.state), (6, "posted"))
        self.assertFalse(waived.fee_move_id.amount_residual)
        self.assertEqual(waived.chosen_by_id, self.manager)
        with self.assertRaisesRegex(UserError, "decided"):
            waived.with_user(self.manager).action_waive()
        self.company.dunning_fee_rest = "keep"
        for move in moves:
            self.pay(move)
        self.run_day(1)
        self.assertEqual((kept + left).mapped("choice"), ["keep", "keep"])
        items = self.customer._get_open_items(self.company, self.today)
        self.assertEqual(
            [item.move for item in items[self.customer]],
            list((kept + left).fee_move_id.sorted("id")),
        )
        told = self.run_day(40)  # the kept ones are asked for by themselves
        self.assertEqual(told.move_ids, (kept + left).fee_move_id)

    def test_the_undisputed_part_bears_fees_and_an_agreement_none(self):
        self.order(fee_percent=2, rate=0)
        disputed = self.make_invoice(amount=1000, due=-20)
        self.env["paycollect.dispute"].create(
            {
                "move_id": disputed.id,
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "reason": "quality",
                "amount": 400,
                "currency_id": disputed.currency_id.id,
                "text": "It leaks.",
                "deadline": self.today,
            }
        )
        excluded = self.make_invoice(amount=100, due=-20)
        excluded.line_ids.no_followup = True
        given = self.make_invoice(self.other, amount=100, due=-20)
        self.cases.create(
            {
                "partner_id": self.other.id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "state": "handed_over",
                "opened_at": self.at(0),
            }
        )
        self.run_day(0)
        self.assertFalse(self.get_fees(given))
        self.assertEqual(self.get_fees(disputed).amount, 12)
        self.assertFalse(self.get_fees(excluded))

    def test_statutory_terms_are_for_businesses_in_the_currency_of_the_law(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.order("eu", rate=2.15)
        self.assertFalse(self.plan.fee_rate_ids.date < date(2026, 1, 1))
        self.customer.is_company = True
        self.other.is_company = False
        business = self.make_invoice(amount=100, due=-20, currency_id=euro.id)
        consumer = self.make_invoice(
            self.other, amount=100, due=-20, currency_id=euro.id
        )
        self.run_day(0)
        fees = self.get_fees(business, consumer)
        self.assertEqual(fees.move_id, business)
        self.assertEqual(fees.fee_move_id.currency_id, euro)
        self.assertEqual(fees[0].amount, 40)
        self.assertIn("at 10.15% a year", fees[1].formula)

    def test_a_payment_covers_what_the_country_says_first(self):
        self.order(fee_fixed=10)
        move = self.make_invoice(amount=100, due=-35)
        self.run_day(0)
        case, fees = self.get_case(), self.get_fees(move)
        costs, interest = fees.fee_move_id.sorted("id")
        self.company.country_id = self.env.ref("base.us")
        self.assertEqual(case._find_payable().move_id[:1], move)
        self.company.country_id = self.env.ref("base.de")
        self.assertEqual(
            [line.move_id for line in case._find_payable()], [costs, interest, move]
        )
        self.company.dunning_fee_order = "interest"
        self.assertEqual(
            [line.move_id for line in case._find_payable()], [interest, move, costs]
        )
