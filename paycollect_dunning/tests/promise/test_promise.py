# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...rules.promise import CALL, STAFF, Said
from .common_promise import PromiseCommon


@tagged("post_install", "-at_install")
class TestPromise(PromiseCommon):
    """What became of a promise follows from the ledger."""

    def test_nobody_asks_until_the_day_and_its_grace_are_over(self):
        move, other = self.make_invoice(due=-3), self.make_invoice(due=-3)
        promise = self.promise(move)
        self.assertEqual(promise.until, self.today + timedelta(days=7))
        for days, state, item_state in (
            (0, "open", "promised"),
            (7, "open", "promised"),
            (8, "broken", "overdue"),
        ):
            self.assertEqual(self.get_state(promise, days), state)
            self.assertEqual(self.get_item(move, days).state, item_state)
        self.assertEqual(self.get_item(move).until, promise.until)
        self.assertEqual(self.get_item(other).state, "overdue")

    def test_what_arrives_in_time_keeps_it(self):
        move = self.make_invoice(amount=100, due=-3)
        promise = self.promise(move, amount=60)
        self.pay(move, 20, days=1)
        self.assertEqual(self.get_state(promise, 1), "open")
        self.assertEqual(self.get_state(promise, 8), "partly")
        self.assertEqual(promise.paid, 20)
        payment = self.pay(move, 40, days=7)  # matched late, but it came in time
        self.assertEqual(self.get_state(promise, 9), "kept")
        self.assertEqual(self.get_item(move, 7).state, "overdue")  # the rest of 40
        payment.move_id.line_ids.remove_move_reconcile()  # the bank took it back
        self.assertEqual(self.get_state(promise, 9), "partly")

    def test_what_arrives_late_or_came_before_does_not_count(self):
        move = self.make_invoice(amount=100, due=-3)
        self.pay(move, 30)
        promise = self.promise(move)
        self.assertEqual((promise.amount, promise.paid_before), (70, 30))
        self.assertEqual(self.get_state(promise, 8), "broken")
        self.pay(move, 70, days=8)
        self.assertEqual(self.get_state(promise, 9), "broken")

    def test_a_credit_note_leaves_less_to_pay(self):
        move, gone = self.make_invoice(due=-3), self.make_invoice(due=-3)
        promise, moot = self.promise(move), self.promise(gone)
        for debit, amount in ((move, 40), (gone, 100)):
            note = self.make_credit_note(amount=amount)
            (note + debit).line_ids.filtered(
                lambda li: li.account_id.account_type == "asset_receivable"
            ).reconcile()
        self.pay(move, 60, days=2)
        self.assertEqual(self.get_state(promise, 8), "kept")
        self.assertEqual(self.get_state(moot, 8), "canceled")

    def test_one_promise_covers_several_invoices(self):
        moves = [self.make_invoice(amount=amount, due=-3) for amount in (50, 70)]
        promise = self.promise(*moves, source=CALL)
        self.assertEqual(promise.amount, 120)
        self.pay(moves[0], days=1)
        self.assertEqual(self.get_item(moves[1]).state, "promised")
        self.assertEqual(self.get_state(promise, 8), "partly")
        self.pay(moves[1], days=3)
        self.assertEqual(self.get_state(promise, 8), "kept")

    def test_what_the_promised_amount_does_not_reach_is_asked_for(self):
        moves = [
            self.make_invoice(amount=amount, due=due)
            for amount, due in ((70, -2), (50, -3), (30, -1))
        ]
        promise = self.promise(*moves, amount=60)

        def get_states():
            return [item and item.state for item in map(self.get_item, moves)]

        self.assertEqual(get_states(), ["promised", "promised", "overdue"])
        payment = self.pay(moves[1])
        self.assertEqual(get_states(), ["promised", None, "overdue"])
        self.pay(moves[0], 10)
        self.assertEqual(self.get_state(promise), "kept")
        self.assertEqual(get_states(), ["overdue", None, "overdue"])
        payment.move_id.line_ids.remove_move_reconcile()
        self.assertEqual(get_states(), ["overdue", "promised", "overdue"])

    def test_the_amount_is_in_the_currency_of_the_invoice(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2020-01-01", "rate": 0.5}
        )
        move = self.make_invoice(amount=100, due=-3, currency_id=euro.id)
        home = self.make_invoice(amount=10, due=-3)
        promise = self.promise(move)
        self.assertEqual(promise.currency_id, euro)
        payment = self.make_payment(amount=200, date=self.today)  # in dollars
        (payment.move_id + move).line_ids.filtered(
            lambda li: li.account_id.account_type == "asset_receivable"
        ).reconcile()
        self.assertEqual(self.get_state(promise, 8), "kept")
        said = Said(5, self.today, currencies=2)
        _none, problems = self.promises._promise(
            self.customer, self.company, said, move + home, STAFF
        )
        self.assertEqual(list(problems), ["invoices"])

    def test_promises_of_customers_have_limits_that_ours_do_not(self):
        move = self.make_invoice(due=-3)

        def refuse(field, words, moves=move, source="portal", **said):
            said = {"amount": 10, "day": self.today, **said}
            found, problems = self.promises._promise(
                self.customer, self.company, Said(**said), moves, source
            )
            self.assertFalse(found)
            self.assertEqual(list(problems), [field])
            self.assertIn(words, problems[field])

        late = self.today + timedelta(days=31)
        refuse("date", "at most", day=late)
        refuse("amount", "at most $100.00", amount=100.01)
        refuse("amount", "at most $100.00", amount=100.01, source=CALL)
        foreign = self.make_invoice(self.other, due=-3)
        refuse("amount", "at most $0.00", moves=foreign)
        self.promise(move, days=40, source=CALL)
        refuse("amount", "at most $0.00")  # it is promised already
        self.company.dunning_promise_open = 1
        more = self.make_invoice(due=-3)
        refuse("form", "the most at a time", moves=more)
        self.company.write({"dunning_promise_open": 9, "dunning_promise_broken": 1})
        old = self.promise(more)
        old.sudo().write(
            {
                "until": self.today - timedelta(days=1),
                "promised_on": self.today - timedelta(days=9),
            }
        )
        refuse("form", "didn't arrive on the day", moves=more)
        self.promise(more, source=STAFF)

    def test_moving_the_day_again_and_again_ends(self):
        move = self.make_invoice(due=-3)
        first = self.promise(move)
        second = self.promise(move, days=6, former=first)
        self.assertEqual(first.state, "canceled")
        self.assertEqual(first.replaced_by_id, second)
        third = self.promise(move, days=7, former=second)
        said = Said(100, self.today)
        _none, problems = self.promises._promise(
            self.customer, self.company, said, move, "portal", former=third
        )
        self.assertIn("already told us 3 times", problems["invoices"])
        self.assertEqual(third.state, "open")

    def test_facts_for_reminders_come_in_one_query(self):
        moves = [self.make_invoice(due=-3) for _number in range(3)]
        for move in moves:
            self.promise(move)
        self.pay(moves[0], days=1)
        self.pay(moves[1], 10, days=1)
        today = self.today + timedelta(days=8)
        both = self.customer + self.other
        both._get_promise_facts(self.company, today)
        with self.assertQueryCount(1):
            facts = both._get_promise_facts(self.company, today)
        found = facts[self.customer]
        self.assertEqual((found.count, found.kept, found.open), (3, 1, 0))
        self.assertEqual(found.broken, (today, today))
        self.assertTrue(found.is_broken_since(self.today))
        self.assertFalse(found.is_broken_since(today))
        self.assertEqual(facts[self.other].rate, None)

    def test_staff_record_what_they_hear(self):
        move = self.make_invoice(due=-3).with_user(self.accountant)
        action = move.action_record_promise()
        wizard = self.env[action["res_model"]].with_user(self.accountant)
        wizard = wizard.browse(action["res_id"])
        self.assertEqual((wizard.move_ids, wizard.amount), (move, 100))
        with self.assertRaisesRegex(UserError, "Choose the day"):
            wizard.action_record()
        wizard.write({"date": self.today + timedelta(days=60), "amount": 80})
        wizard.action_record()
        promise = move.sudo().dunning_promise_ids
        self.assertEqual((promise.source, promise.amount), ("call", 80))
        self.assertEqual(promise.user_id, self.accountant)
        with self.assertRaisesRegex(UserError, "Nothing is asked for"):
            self.customer.with_user(self.accountant).action_record_promise()
        for act in (
            move.with_user(self.technician).action_record_promise,
            promise.with_user(self.technician).action_cancel,
        ):
            with self.assertRaises(AccessError):
                act()
        promise.with_user(self.accountant).action_cancel()
        self.assertEqual(promise.state, "canceled")
        with self.assertRaisesRegex(UserError, "it is “Canceled.”"):
            promise.with_user(self.accountant).action_cancel()
        with self.assertRaisesRegex(UserError, "part of the history"):
            promise.unlink()

    def test_a_merge_keeps_the_promises_of_both(self):
        other = self.make_invoice(self.other, due=-3)
        mine = self.promise(self.make_invoice(due=-3))
        said = Said(100, self.today)
        theirs, _none = self.promises._promise(
            self.other, self.company, said, other, CALL
        )
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.customer + self.other).ids, self.customer
        )
        self.assertEqual((mine + theirs).partner_id, self.customer)
        self.assertEqual(self.get_item(other).state, "promised")
