# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

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

    def test_a_difference_is_named_and_kept(self):
        self.receive(self.cash, counted=55, reason="Wrong change given")
        self.assertEqual(
            (self.cash.counted, self.cash.count_difference, self.cash.count_reason),
            (55, -5, "Wrong change given"),
        )
        self.assertEqual(self.cash.amount, 60)

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
