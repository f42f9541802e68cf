# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...models.company.moments import format_day
from .common_door import DoorCommon


@tagged("post_install", "-at_install")
class TestCustody(DoorCommon):
    """From the worker's hands to the bank: who, when, how much."""

    def set_scene(self):
        super().set_scene()
        self.take(self.job, way="cash", amount=60)
        self.take(self.job, way="check", check_number="1042")
        self.cash, self.check = self.get_rows(self.invoice)

    def receive(self, custodies, **values):
        action = custodies.with_user(self.accountant).action_open_receive()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        dialog = dialog.with_user(self.accountant)
        dialog.line_ids[:1].write(values)
        dialog.action_confirm()

    def test_each_step_names_who_and_when(self):
        mine = (self.cash + self.check).with_user(self.technician)
        mine.action_hand_in()
        self.assertEqual(mine.mapped("state"), ["handed_in", "handed_in"])
        with self.assertRaisesRegex(AccessError, "haven't handed in"):
            mine.action_hand_in()
        with self.assertRaises(AccessError):
            mine.action_open_receive()
        with self.assertRaisesRegex(UserError, "Enter the reason"):
            self.receive(self.cash, counted=55)
        self.receive(self.cash + self.check)
        self.assertEqual(
            self.check.event_ids.mapped("user_id"), self.technician + self.accountant
        )
        self.assertEqual((self.cash + self.check).mapped("state"), ["received"] * 2)
        with self.assertRaisesRegex(UserError, "isn't possible"):
            self.cash.with_user(self.accountant).action_open_receive()
        self.cash.with_user(self.accountant).action_deposit()
        self.assertEqual(self.cash.state, "deposited")
        with self.assertRaises(UserError):
            self.cash.event_ids[:1].step_note = "Changed"
        with self.assertRaises(UserError):
            self.cash.unlink()

    def test_a_worker_hands_in_everything_and_undoes_a_mistake(self):
        mine = (self.cash + self.check).with_user(self.technician)
        message = mine.browse().action_hand_in_all()["params"]["message"]
        self.assertEqual(message, "Handed in: $60.00 in cash and $40.00 in checks (1).")
        self.assertEqual(mine.mapped("state"), ["handed_in", "handed_in"])
        with self.assertRaisesRegex(UserError, "no cash or checks"):
            mine.action_hand_in_all()
        with self.assertRaises(AccessError):
            self.check.with_user(self.other_worker_user).action_take_back()
        mine[1].action_take_back()
        self.assertEqual(mine.mapped("state"), ["handed_in", "collected"])
        self.assertEqual(
            self.check.event_ids.mapped("kind"), ["handed_in", "taken_back"]
        )
        self.receive(self.cash)
        with self.assertRaisesRegex(UserError, "isn't possible"):
            mine[0].action_take_back()
        groups = mine.formatted_read_group([], ["day:day"], ["__count"])
        day = format_day(mine.env, self.cash.day)
        self.assertEqual([group["day:day"][1] for group in groups], [day])

    def test_a_difference_is_named_booked_and_kept(self):
        journal = self.cash.payment_id.journal_id
        loss, profit = journal.loss_account_id, journal.profit_account_id
        self.assertTrue(loss and profit)
        self.receive(self.cash, counted=55, reason="Wrong change given")
        move = self.cash.difference_move_id
        self.assertEqual((move.state, move.journal_id), ("posted", journal))
        liquidity, _counterpart, _other = self.cash.payment_id._seek_for_lines()
        self.assertEqual(
            {line.account_id: line.balance for line in move.line_ids},
            {loss: 5, liquidity.account_id: -5},
        )
        if liquidity.account_id.reconcile:
            self.assertEqual(liquidity.amount_residual, 55)
        self.take(self.make_invoice(20), self.accountant, way="cash")
        self.take(self.make_invoice(30), self.accountant, way="cash")
        more, left = self.env["paycollect.custody"].search([], limit=2)[::-1]
        self.receive(more, counted=21, reason="Found")
        self.assertEqual(
            more.difference_move_id.line_ids.filtered(
                lambda line: line.account_id == profit
            ).balance,
            -1,
        )
        journal.loss_account_id = False
        self.company.default_cash_difference_expense_account_id = False
        with self.assertRaises(UserError) as refused:
            self.receive(left, counted=29, reason="?")
        self.assertIn("no account for cash differences", str(refused.exception))
        self.receive(left, counted=29, reason="?", books_difference=False)
        self.assertFalse(left.difference_move_id)
        self.receive(self.check, counted=41, reason="Misread")
        self.assertFalse(self.check.difference_move_id, "its payment is wrong")
        self.assertEqual(
            (self.cash.counted, self.cash.count_difference, self.cash.count_reason),
            (55, -5, "Wrong change given"),
        )
        self.assertEqual(self.cash.amount, 60)
        journal.loss_account_id = loss
        self.take(self.make_invoice(25), self.accountant, way="cash")
        lost = self.env["paycollect.custody"].search([], limit=1)
        self.receive(lost, counted=0, reason="Stolen")
        self.assertTrue(lost.payment_id.is_matched)
        self.assertEqual(lost.state, "received", "nothing was deposited")

    def test_the_bank_statement_deposits_it(self):
        self.receive(self.check)
        liquidity, _counterpart, _other = self.check.payment_id._seek_for_lines()
        bank = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.check.payment_id.journal_id.id,
                "date": self.check.day,
                "payment_ref": "Deposit",
                "amount": 40,
            }
        )
        _bank, suspense, _other = bank._seek_for_lines()
        suspense.account_id = liquidity.account_id
        (suspense + liquidity).reconcile()
        self.assertEqual(self.check.state, "deposited")
        action = self.check.with_user(self.accountant).action_view_deposit()
        self.assertEqual(action["domain"], [("id", "in", bank.move_id.ids)])

    def test_what_is_late_is_alerted_once_and_the_alert_ends(self):
        custodies = self.env["paycollect.custody"]
        collected = self.cash.collected_at
        custodies._cron_alert(collected + timedelta(hours=47))
        self.assertFalse(self.find_tasks(self.cash))
        for _time in range(2):
            custodies._cron_alert(collected + timedelta(hours=49))
        [task] = self.find_tasks(self.cash)
        self.assertIn(self.technician.name, task.note)
        self.receive(self.cash)
        self.assertFalse(self.find_tasks(self.cash))
        self.company.collection_custody_hours = 0
        self.assertFalse(custodies.search([("is_late", "=", True)]))
        custodies._cron_alert(collected + timedelta(days=9))
        self.assertEqual(len(self.find_tasks(self.check)), 1)

    def test_a_canceled_payment_cancels_it_and_a_merge_keeps_it(self):
        self.cash.payment_id.action_draft()
        self.cash.payment_id.action_cancel()
        self.assertEqual(self.cash.state, "canceled")
        with self.assertRaises(UserError):
            self.cash.with_user(self.accountant).action_open_receive()
        winner = self.make_partner(name="Winner Inc.")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((winner + self.customer).ids, winner)
        self.assertEqual((self.cash + self.check).partner_id, winner)
