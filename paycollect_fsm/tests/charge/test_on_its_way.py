# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestOnItsWay(CollectionCommon):
    """While a payment is in progress, its invoice cannot change."""

    def set_scene(self):
        super().set_scene()
        job = self.make_job()
        with trap_jobs():
            job.action_complete()
        self.move = job.invoice_lines.move_id
        self.line = self.move.invoice_line_ids
        self.attempt = self.move.collection_attempt_ids
        self.other = self.make_partner("B Inc.")

    def changes(self):
        """Return the ways to change a posted invoice, by button and over RPC."""
        move, line = self.move, self.line
        euro = self.env.ref("base.EUR")
        new_line = {"name": "More", "quantity": 1, "price_unit": 5, "tax_ids": False}
        return {
            "reset to draft": lambda: move.button_draft(),
            "state over RPC": lambda: move.write({"state": "draft"}),
            "cancel": lambda: move.write({"state": "cancel"}),
            "reverse": lambda: move._reverse_moves(),
            "reverse and cancel": lambda: move._reverse_moves(cancel=True),
            "customer": lambda: move.write({"partner_id": self.other.id}),
            "currency": lambda: move.write({"currency_id": euro.id}),
            "new line": lambda: move.write(
                {"invoice_line_ids": [Command.create(new_line)]}
            ),
            "price": lambda: line.write({"price_unit": 1}),
            "quantity": lambda: line.write({"quantity": 7}),
            "discount": lambda: line.write({"discount": 50}),
            "line deleted": lambda: line.unlink(),
            "line created": lambda: line.create({**new_line, "move_id": move.id}),
        }

    def assertRefused(self, words):
        for name, change in self.changes().items():
            with (
                self.subTest(change=name),
                self.assertRaisesRegex(UserError, words),
                self.env.cr.savepoint(),
            ):
                change()

    def test_nothing_changes_while_a_charge_is_on_its_way(self):
        for state in ("sent", "settling"):
            self.attempt.state = state
            self.assertRefused("a payment for it is being processed")

    def test_nothing_changes_while_nobody_knows_whether_it_was_charged(self):
        self.attempt.state = "unknown"
        self.assertRefused("the outcome of a charge is unknown")

    def test_nothing_changes_while_the_customer_s_own_payment_is_on_its_way(self):
        self.attempt.state = "canceled"
        token = self.attempt.token_id
        payment = self.env["payment.transaction"].create(
            {
                "provider_id": token.provider_id.id,
                "payment_method_id": token.payment_method_id.id,
                "amount": self.move.amount_residual,
                "currency_id": self.move.currency_id.id,
                "partner_id": self.move.partner_id.id,
                "operation": "online_direct",
                "invoice_ids": [Command.set(self.move.ids)],
            }
        )
        payment._set_pending()
        self.assertRefused("a payment for it is being processed")
        self.company.collection_active = False
        self.move.button_draft()  # turned off: Odoo's own behavior
        self.assertEqual(self.move.state, "draft")

    def test_what_decides_no_amount_can_be_written(self):
        self.attempt.state = "settling"
        self.move.write({"ref": "PO 7"})
        self.line.name = "Repair, second floor"
        self.assertEqual(self.move.ref, "PO 7")

    def test_before_and_after_the_invoice_can_be_corrected(self):
        for state in ("planned", "declined", "canceled"):
            with self.subTest(state=state):
                self.attempt.state = state
                self.move.button_draft()
                self.assertEqual(self.move.state, "draft")
                self.move.action_post()

    def test_the_settled_debit_pays_the_invoice_that_it_was_for(self):
        transaction = self.attempt.token_id and self.attempt._create_transaction(
            self.attempt.amount
        )
        self.attempt._set_sent(transaction, transaction.amount, self.now())
        transaction._set_pending()
        self.attempt._set_state("settling", "On its way.")
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.move.button_draft()
        transaction._set_done()
        with self.with_jobs():
            transaction._post_process()
        self.assertEqual(self.attempt.state, "paid")
        self.assertIn(self.move.payment_state, ("paid", "in_payment"))


@tagged("post_install", "-at_install")
class TestTrackedLines(CollectionCommon):
    """Odoo describes no fields when we write lines, and tracks them as before."""

    def test_changes_of_a_posted_line_are_still_logged(self):
        job = self.make_job()
        with trap_jobs():
            job.action_complete()
        move = job.invoice_lines.move_id
        move.collection_attempt_ids.action_cancel()
        line = move.invoice_line_ids.with_context(tracking_disable=False)
        before = move.message_ids
        account = line.account_id.copy()
        line.account_id = account
        (logged,) = move.message_ids - before
        self.assertIn(f"#{line.id}", logged.body)
        changed = logged.sudo().tracking_value_ids
        self.assertEqual(changed.new_value_char, account.display_name)

    def test_who_asks_for_no_field_in_particular_gets_them_all(self):
        self.assertIn("account_id", self.env["account.move.line"].fields_get([]))
