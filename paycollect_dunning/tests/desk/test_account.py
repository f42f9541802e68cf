# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_desk import DeskCommon


@tagged("post_install", "-at_install")
class TestAccount(DeskCommon):
    """The customer's page in the back office, and the status of invoices."""

    def get_page(self, name):
        self.customer.invalidate_recordset()
        return str(self.customer.with_user(self.accountant)[name])

    def test_the_page_shows_balance_aging_case_and_promises(self):
        for due in (5, -10, -40, -70, -100):
            self.make_invoice(amount=100 - due, due=due)
        self.make_payment(amount=33)
        page = self.get_page("dunning_account")
        for words in (
            "$682.00",
            "$95.00",
            "1–30 days late",
            "$110.00",
            "$140.00",
            "$170.00",
            "Over 90 days late",
            "$200.00",
            "-$33.00",
            "Nobody is reminded now",
        ):
            self.assertIn(words, page)
        move = self.make_invoice(due=-20)
        case = self.tell(move, work="block")
        case.next_date = self.today
        self.promise(move)
        page = self.get_page("dunning_account")
        for words in ("New work is blocked", "Next step", "1 open"):
            self.assertIn(words, page)

    def test_the_timeline_tells_everything_newest_first(self):
        self.assertIn("Nothing was said", self.get_page("dunning_timeline"))
        move = self.make_invoice(amount=100, due=-20)
        self.tell(move)
        self.pay(move, 40, days=-2)
        self.promise(move)
        page = self.get_page("dunning_timeline")
        for words in ("Final Notice", "Promise to pay", "$40.00", "Sent", "Open"):
            self.assertIn(words, page)
        self.assertGreater(page.index("$40.00"), page.index("Final Notice"))
        with self.assertQueryCount(60):
            self.get_page("dunning_timeline")

    def test_an_invoice_says_where_it_stands(self):
        moves = [self.make_invoice(due=due) for due in (-12, -3, 4)]
        paid = self.make_invoice(due=-3)
        self.pay(paid)
        case = self.tell(moves[0])
        case.next_date = self.today
        self.promise(moves[1])
        self.env.invalidate_all()
        texts = [move.with_user(self.accountant).dunning_status for move in moves]
        self.assertRegex(texts[0], "12 days overdue · Final Notice sent .* · next step")
        self.assertRegex(texts[1], "Promised: we wait until")
        self.assertRegex(texts[2], "^Due ")
        self.assertFalse(paid.dunning_status)

    def test_a_list_of_invoices_takes_the_same_queries_for_more_rows(self):
        def count(moves):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            moves.with_user(self.accountant).mapped("dunning_status")
            return self.env.cr.sql_log_count - before

        moves = self.env["account.move"].union(
            *(self.make_invoice(due=-day) for day in range(6))
        )
        count(moves)
        self.assertLessEqual(count(moves), count(moves[:2]) + 1)

    def test_reminders_are_held_and_previewed_from_the_customer(self):
        customer = self.customer.with_user(self.accountant)
        self.assertFalse(customer.dunning_is_chased)
        with self.assertRaisesRegex(UserError, "Nothing is due"):
            customer.action_hold_reminders()
        case = self.tell(self.make_invoice(due=-20))
        action = customer.action_hold_reminders()
        dialogs = self.env[action["res_model"]].with_user(self.accountant)
        dialog = dialogs.browse(action["res_id"])
        with self.assertRaisesRegex(UserError, "Enter why nothing is sent"):
            dialog.action_hold()
        dialog.reason = "Pays after the audit"
        dialog.action_hold()
        customer.invalidate_recordset()
        self.assertTrue(customer.dunning_is_held)
        action = customer.action_preview_reminder()
        line = self.env[action["res_model"]].search(action["domain"])
        self.assertIn("Pays after the audit", line.reason)
        self.assertEqual(case.state, "paused")
        self.assertIn("Pays after the audit", self.get_page("dunning_account"))
        customer.action_release_reminders()
        self.assertEqual((case.held_reason, case.state), (False, "open"))

    def test_the_statement_can_be_downloaded(self):
        self.make_invoice(due=-3)
        action = self.customer.with_user(self.accountant).action_print_statement()
        file_id = int(action["url"].split("/")[3].split("?")[0])
        file = self.env["ir.attachment"].browse(file_id)
        self.assertTrue(file.raw)
        self.assertFalse(file.res_model or file.public)
