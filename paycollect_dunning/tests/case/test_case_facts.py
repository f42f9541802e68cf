# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import random
from datetime import timedelta

from odoo.tests import tagged

from .common_case import CaseCommon


@tagged("post_install", "-at_install")
class TestCaseFacts(CaseCommon):
    """Bulk facts say what ``_get_open_items`` says, on mixed random data."""

    def test_bulk_and_exact_facts_agree_and_the_money_adds_up(self):
        dice = random.Random(12)
        euro = self.env.ref("base.EUR")
        euro.active = True
        customers = self.customer + self.other + self.make_partner("Third", mode="net")
        moves = self._make_moves(dice, customers, euro)
        self._make_reasons(dice, moves)
        told = {}
        for day in range(0, 40, 4):
            self._change(dice, moves, day)
            self._compare(customers, day)
            for row in self.run_day(day):
                self._check(row, told, day)

    def _make_moves(self, dice, customers, euro):
        moves = self.env["account.move"]
        for _number in range(16):
            values = {"currency_id": euro.id} if dice.random() < 0.3 else {}
            customer = dice.choice(customers)
            amount = dice.randint(100, 9999) / 100
            moves |= self.make_invoice(
                customer, amount, dice.randint(-40, 20), **values
            )
            if dice.random() < 0.2:
                self.make_credit_note(customer, amount / 2, **values)
        return moves

    def _make_reasons(self, dice, moves):
        today = self.today
        for move in moves:
            match dice.randint(0, 8):
                case 0:
                    move.no_followup = True
                case 1:
                    self.env["paycollect.promise"].create(
                        {
                            "partner_id": move.partner_id.id,
                            "company_id": self.company.id,
                            "currency_id": move.currency_id.id,
                            "amount": move.amount_residual,
                            "date": today + timedelta(days=9),
                            "until": today + timedelta(days=9),
                            "move_ids": [(6, 0, move.ids)],
                            "source": "staff",
                            "promised_at": self.at(0),
                            "promised_on": today,
                        }
                    )
                case 2:
                    self.env["paycollect.check.notice"].create(
                        {
                            "partner_id": move.partner_id.id,
                            "company_id": self.company.id,
                            "number": "1042",
                            "amount": 10,
                            "currency_id": move.currency_id.id,
                            "date": today,
                            "announced_on": today,
                            "expected_until": today + timedelta(days=6),
                            "move_ids": [(6, 0, move.ids)],
                        }
                    )
                case 3 | 4 as number:
                    answer = {"state": "rejected", "answered_at": self.at(-2)}
                    self.env["paycollect.dispute"].create(
                        {
                            "move_id": move.id,
                            "company_id": self.company.id,
                            "partner_id": move.partner_id.id,
                            "reason": "quality",
                            "amount": move.amount_residual,
                            "currency_id": move.currency_id.id,
                            "text": "It leaks.",
                            **(answer if number == 3 else {}),
                        }
                    )

    def _change(self, dice, moves, day):
        """Something is paid, in part or in full, between the runs."""
        open_moves = moves.filtered("amount_residual")
        for move in open_moves[: dice.randint(0, 2)]:
            share = dice.choice((1, 0.5))
            amount = move.currency_id.round(move.amount_residual * share)
            self.pay(move, amount, days=day)
        if dice.random() < 0.3:
            self.make_payment(dice.choice(moves.partner_id), dice.randint(5, 90))

    def _compare(self, customers, day):
        company, today = self.company, self.today + timedelta(days=day)
        plans, ids = self.plan, customers.ids
        bulk = self.cases._read_items(company, today, plans, ids)
        exact = self.cases._read_exact_items(company, today, plans, ids)
        self.assertEqual(bulk.keys(), exact.keys())
        for key, (items, credit) in exact.items():
            self.assertEqual(bulk[key][0], items)
            self.assertAlmostEqual(bulk[key][1], credit)
        now = self.at(day)
        decided = self.cases._decide(company, now, customer_ids=ids, exact=True)
        self.assertEqual(self.cases._decide(company, now, customer_ids=ids), decided)
        everybody = self.cases._decide(company, now)
        self.assertEqual({k: everybody[k] for k in decided}, decided)

    def _check(self, row, told, day):
        """No level twice for an item, nothing that isn't asked for, the exact sum."""
        today = self.today + timedelta(days=day)
        customer = row.customer_id
        items = customer._get_open_items(self.company, today)[customer]
        asked = {
            i.line: i for i in items if i.is_asked and i.currency == row.currency_id
        }
        self.assertLessEqual(set(row.line_ids.line_id), set(asked))
        for line in row.line_ids:
            self.assertEqual(line.residual, asked[line.line_id].residual)
        self.assertAlmostEqual(
            row.amount, sum(row.line_ids.mapped(lambda li: li.residual - li.credit))
        )
        credit = -sum(
            i.residual for i in items if i.is_credit and i.currency == row.currency_id
        )
        self.assertLessEqual(sum(row.line_ids.mapped("credit")), credit + 0.001)
        new = row.line_ids.filtered(
            lambda li: li.delay_days > told.get(li.line_id, -999)
        )
        self.assertTrue(new)
        self.assertEqual(max(new.mapped("delay_days")), row.level_id.delay_days)
        told |= {li.line_id: li.delay_days for li in new}
