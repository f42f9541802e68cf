# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.tests.common import trap_jobs

from ..refund.common_refund import RefundMixin
from .common_deposit import DepositCommon


@tagged("post_install", "-at_install")
class TestDeposit(RefundMixin, DepositCommon):
    """Deposits: charged or asked for, booked, deducted, and given back."""

    def get_log(self, order):
        return " ".join(str(body) for body in order.message_ids.mapped("body"))

    def test_staff_confirm_the_card_pays_the_deposit_and_later_the_rest(self):
        order = self.quote()
        self.assertEqual(order.collection_deposit_percent, 30)
        self.assertEqual((order.require_payment, order.prepayment_percent), (True, 0.3))
        self.confirm_by_staff(order)
        deposit = order._get_deposits()
        attempt = deposit.collection_attempt_ids
        self.assertEqual(
            (attempt.trigger, attempt.state, attempt.amount), ("deposit", "paid", 300)
        )
        self.assertEqual(deposit.amount_total, 300)
        self.assertEqual(deposit.invoice_date_due, deposit.invoice_date)
        self.assertTrue(deposit._is_settled())
        self.assertIn("$300.00", str(deposit.collection_explanation))
        self.assertEqual(order.collection_readiness, "ready")
        job = order.fsm_order_ids
        for booking in (order, job.with_user(self.technician)):
            self.assertRegex(
                booking.collection_deposit_text,
                r"^Deposit of \$300\.00 \(30%\) paid on \w+ \d+, \d{4}\.$",
            )
        why = str(job.with_user(self.dispatcher).collection_deposit_why)
        self.assertIn("asks for 30%", why)
        self.assertIn("was paid with Visa", why)
        with self.assertRaises(AccessError):
            job.with_user(self.technician).collection_deposit_why  # noqa: B018
        job.collection_line_ids = [Command.create({"product_id": self.cable.id})]
        final = self.complete(job)
        self.assertEqual(final.amount_total, 710)
        self.assertTrue(final._is_settled())
        self.assertEqual(final.collection_attempt_ids.amount, 710)

    def test_without_a_card_a_link_goes_out_and_its_payment_is_booked(self):
        order = self.quote(token=None)
        self.confirm_by_staff(order)
        link = self.env["paycollect.link"].search([("order_id", "=", order.id)])
        self.assertEqual(set(link.mapped("purpose")), {"order"})
        self.assertFalse(order._get_deposits())
        self.assertEqual(order.collection_readiness, "deposit_due")
        self.assertRegex(
            order.collection_readiness_reason, r"300\.00 .*A payment link was sent on"
        )
        self.assertNotIn("Send the customer", self.get_log(order))
        text = order.fsm_order_ids.collection_deposit_text
        self.assertRegex(text, r"due\. A payment link was sent on \w+ \d+, \d{4}\.$")
        action = order.with_user(self.seller).action_send_payment_link()
        self.assertEqual(action["res_model"], "paycollect.method.request")
        payment = self.pay_online(order, 300)
        deposit = order._get_deposits()
        self.assertEqual((deposit.amount_total, deposit.amount_residual), (300, 0))
        self.assertEqual(payment.invoice_ids, deposit)
        self.assertIn("was paid on", order._get_deposit_customer_text())
        for why in (deposit.collection_explanation, order.collection_deposit_why):
            self.assertRegex(str(why), r"The customer paid \$300\.00 online with")
        payment._post_process()  # again
        self.assertEqual(order._get_deposits(), deposit)
        self.assertEqual(self.complete(order.fsm_order_ids).amount_total, 700)
        with self.assertRaisesRegex(UserError, "Nothing has to be paid"):
            order.with_user(self.seller).action_send_payment_link()

    def test_the_form_asks_first_and_no_link_is_needed_while_it_is_charged(self):
        order = self.quote().with_user(self.seller)
        self.assertTrue(order.collection_confirm_charges)
        self.assertRegex(
            order.collection_readiness_reason,
            r"Confirming the order charges it to Visa",
        )
        action = order.action_confirm_with_deposit()
        dialog = order.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((dialog.amount, dialog.method), (300, "Visa •••• 4242"))
        self.assertEqual((dialog.partner_id, order.state), (order.partner_id, "draft"))
        order.collection_deposit_percent = 40
        with self.assertRaisesRegex(UserError, "Nothing was confirmed or charged"):
            dialog.action_confirm()
        order.collection_deposit_percent = 30
        dialog.action_confirm()
        attempt = order.sudo()._get_deposits().collection_attempt_ids
        self.assertEqual(
            (order.state, attempt.state, attempt.amount), ("sale", "planned", 300)
        )
        self.env.invalidate_all()
        self.assertRegex(
            self.get_log(order.sudo()),
            r"not ready to collect: \$300\.00 .*It is being charged to the method",
        )
        for booking in (order, order.fsm_order_ids):
            self.assertFalse(booking.collection_can_ask)
            self.assertRegex(
                booking.collection_readiness_reason, r"300\.00 .*It is being charged"
            )
            with self.assertRaisesRegex(UserError, "No link is needed"):
                booking.with_user(self.seller).action_send_payment_link()
        other = self.quote(token=None).with_user(self.seller)
        self.assertFalse(other.collection_confirm_charges)
        other.action_confirm_with_deposit()
        self.assertEqual((other.state, other.collection_can_ask), ("sale", True))

    def test_the_quotation_names_the_deposit_and_its_receipt_what_is_left(self):
        order = self.quote()
        tax = self.env["account.tax"].create({"name": "7%", "amount": 7})
        order.order_line.write({"tax_ids": tax.ids, "price_unit": 999.99})
        message = order.message_post()
        shown = order._notify_by_email_prepare_rendering_context(message)
        self.assertIn("Deposit: $321.00 (30%)", shown["subtitles"])
        self.confirm_by_staff(order)
        deposit = order._get_deposits()
        [mail] = self.mails_to(deposit)
        self.assertIn(
            f"This is the deposit for {order.name} ($1,069.99). It is deducted from "
            "the final invoice: $748.99 is left to pay.",
            mail.body_html.replace("\xa0", " "),
        )
        price = deposit.invoice_line_ids.filtered("is_downpayment").price_unit
        self.assertNotEqual(price, round(price, 2))
        reports = self.env["ir.actions.report"]
        page, _type = reports._render_qweb_html("account.account_invoices", deposit.ids)
        self.assertIn(f"{price:.2f}", page.decode())
        self.assertNotIn(f"{price:.4f}", page.decode())
        message = order.message_post()
        shown = order._notify_by_email_prepare_rendering_context(message)
        self.assertNotIn("Deposit", str(shown["subtitles"]))

    def test_a_declined_deposit_is_paid_through_the_link_on_the_same_invoice(self):
        order = self.quote(token="error")
        self.confirm_by_staff(order)
        deposit = order._get_deposits()
        self.assertEqual(deposit.collection_attempt_ids.mapped("state")[-1], "declined")
        self.assertTrue(self.mails_to(deposit))
        self.assertEqual(order.collection_readiness, "deposit_due")
        vals = order._prepare_link_payment_vals()
        self.assertEqual(vals["invoice_ids"], [Command.set(deposit.ids)])
        self.assertFalse(order._get_payment_problem())
        self.pay_online(order, 300, **vals)
        self.assertEqual(order._get_deposits(), deposit)
        self.assertTrue(deposit._is_settled())
        self.assertEqual(order._get_amount_due_now(), 0)

    def test_an_unpaid_deposit_is_still_charged_once_the_work_is_billed(self):
        visits = [self.make_product(f"Visit {n}", 500) for n in (1, 2)]
        order = self.confirm_by_staff(self.quote(token="error", lines=visits))
        deposit, card = order._get_deposits(), order.partner_id.payment_token_ids
        card.demo_simulated_state = "done"
        first, second = order.fsm_order_ids.sorted("id")
        bill = self.complete(first)
        self.assertEqual((bill.amount_total, bill._is_settled()), (200, True))
        self.assertEqual(order._get_amount_due_now(), 300, "not 100")
        bill = self.complete(second)
        self.assertEqual((bill.amount_total, bill._is_settled()), (500, True))
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertEqual(
            (order._get_link_amount(), deposit.amount_residual), (300, 300)
        )
        self.assertFalse(order._get_payment_problem())
        vals = order._prepare_link_payment_vals()
        self.assertEqual(vals["invoice_ids"], [Command.set(deposit.ids)])
        self.assertRegex(order.collection_deposit_text, r"\$300\.00 \(30%\) due\.")
        self.assertIn("already deducts it", order._get_deposit_customer_text())
        with self.with_jobs():
            deposit.with_user(self.accountant).action_collect_now()
        self.env.invalidate_all()
        attempt = deposit.collection_attempt_ids.sorted("id")[-1:]
        self.assertEqual((attempt.state, attempt.amount), ("paid", 300))
        self.assertEqual((deposit.amount_residual, order._get_link_amount()), (0, 0))

    def test_without_any_address_accounting_is_told(self):
        partner = self.make_partner(email=False)
        order = self.confirm_by_staff(self.quote(partner, token=None))
        self.assertEqual(order.state, "sale")
        self.assertIn("neither an email address", str(self.tasks(order).mapped("note")))

    def test_what_cannot_be_invoiced_blocks_no_confirmation_and_is_told(self):
        order = self.quote()
        wizard = self.env.registry["sale.advance.payment.inv"]

        def fail(_wizard, _orders):
            raise ValueError("No income account.")

        self.patch(wizard, "_create_invoices", fail)
        with mute_logger("odoo.addons.paycollect_fsm.models.deposit.sale_order"):
            self.confirm_by_staff(order)
        self.assertEqual(order.state, "sale")
        self.assertIn("No income account", str(self.tasks(order).mapped("note")))
        self.assertEqual(order.collection_readiness, "deposit_due")

    def test_a_charge_is_decided_anew_when_it_is_claimed(self):
        stranger = self.make_partner("Somebody Else")

        def pay(order):
            self.pay_online(order, 300)

        def pay_slowly(order):
            self.pay_online(order, 300, "pending")

        def cancel(order):
            order._action_cancel()

        def change_payer(order):
            order.partner_invoice_id = stranger

        def ask_for_less(order):
            order.collection_deposit_percent = 10

        def remove_method(order):
            order.partner_id.payment_token_ids.active = False

        for happens, reason in (
            (pay, "paid"),
            (pay_slowly, "in_flight"),
            (cancel, "order_canceled"),
            (change_payer, "changed_customer"),
            (ask_for_less, "changed_amount"),
            (remove_method, "no_consent"),
        ):
            with self.subTest(reason):
                order = self.quote()
                with self.mock_mail_gateway(), trap_jobs() as trap:
                    order.with_user(self.seller).action_confirm()
                    self.env.flush_all()
                attempt = order._get_deposits().collection_attempt_ids
                self.assertEqual(attempt.state, "planned")
                happens(order)
                with self.mock_mail_gateway():
                    self.run_jobs(trap)
                self.env.invalidate_all()
                self.assertEqual(attempt.state, "canceled")
                self.assertFalse(attempt.transaction_id)
                self.assertEqual(attempt.reason_code, reason)

    def test_the_customer_does_not_pay_what_is_being_charged(self):
        order = self.quote()
        with self.mock_mail_gateway(), trap_jobs():
            order.with_user(self.seller).action_confirm()
        self.assertEqual(order._get_payment_problem(), "processing")
        self.assertIn("being charged", order.collection_deposit_text)
        attempt = order._get_deposits().collection_attempt_ids
        attempt.write({"state": "sent", "sent_at": self.now()})
        with self.assertRaisesRegex(ValidationError, "is being charged"):
            self.pay_online(order, 300)

    def test_the_percentage_is_changed_on_the_order_within_its_limits(self):
        order = self.quote()
        with Form(order.with_user(self.seller)) as form:
            form.collection_deposit_percent = 50
        self.assertEqual(order.prepayment_percent, 0.5)
        order.prepayment_percent = 0.4
        self.assertEqual(order.collection_deposit_percent, 40)
        order.order_line.price_unit = 2000
        self.assertEqual(order.collection_deposit_percent, 40, "agreed on")
        self.assertEqual(order._get_prepayment_required_amount(), 800)
        for percent in (101, -1):
            with (
                self.assertRaisesRegex(ValidationError, r"“Deposit \(%\)”.*100%"),
                self.env.cr.savepoint(),
            ):
                order.collection_deposit_percent = percent
            self.env.invalidate_all()
        with self.assertRaises(AccessError):
            order.with_user(self.technician).collection_deposit_percent = 5
        self.confirm_by_staff(order)
        self.assertEqual(order._get_deposits().amount_total, 800)
        self.assertIn("40% was agreed on", str(order.collection_deposit_why))
        order.collection_deposit_percent = 0
        self.env.invalidate_all()
        self.assertFalse(order.collection_deposit_text)
        for values, words in (
            ({"deposit_fee_percent": 101}, r"“Cancellation Fee \(%\)”.*100%"),
            ({"deposit_fee_amount": -1}, "“Minimum Cancellation Fee”.*negative"),
            ({"deposit_refund_hours": -1}, "Hours Before.*negative"),
        ):
            with (
                self.assertRaisesRegex(ValidationError, words),
                self.env.cr.savepoint(),
            ):
                self.policies["auto"].write(values)
            self.env.invalidate_all()

    def test_an_order_that_grew_asks_for_the_difference(self):
        order = self.confirm_by_staff(self.quote())
        order.order_line[0].price_unit = 1500
        self.assertEqual(order._get_amount_due_now(), 150)
        self.assertIn("$150.00 of the deposit", order.collection_deposit_text)
        with self.assertRaises(AccessError):
            order.with_user(self.seller).action_charge_deposit()
        action = order.with_user(self.accountant).action_charge_deposit()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        dialog = dialog.with_user(self.accountant)
        self.assertEqual((dialog.amount, dialog.method), (150, "Visa •••• 4242"))
        order.order_line[0].price_unit = 1600
        with self.assertRaisesRegex(UserError, "Nothing was confirmed or charged"):
            dialog.action_confirm()
        order.order_line[0].price_unit = 1500
        with self.with_jobs():
            dialog.action_confirm()
        self.env.invalidate_all()
        self.assertEqual(order._get_deposits().mapped("amount_total"), [300, 150])
        with self.assertRaisesRegex(UserError, "Nothing was confirmed or charged"):
            dialog.action_confirm()
        with self.assertRaisesRegex(UserError, "No deposit can be charged"):
            order.with_user(self.accountant).action_charge_deposit()
        self.assertEqual(self.complete(order.fsm_order_ids).amount_total, 1050)

    def test_a_declined_deposit_of_an_order_that_grew_is_asked_for_once(self):
        order = self.confirm_by_staff(self.quote(token="error"))
        declined = order._get_deposits()
        order.partner_id.payment_token_ids.demo_simulated_state = "done"
        order.order_line[0].price_unit = 1500
        self.assertEqual(order._get_amount_due_now(), 450)
        attempt = declined.collection_attempt_ids.sorted("id")[-1:]
        attempt.state = "unknown"
        with self.assertRaisesRegex(UserError, "already in progress"):
            order._charge_deposit(self.now())
        self.assertEqual(order._get_deposits(), declined)
        attempt.state = "declined"
        with self.with_jobs():
            order._charge_deposit(self.now())
        self.env.invalidate_all()
        deposit = order._get_deposits() - declined
        self.assertEqual(
            (declined.payment_state, deposit.amount_total), ("reversed", 450)
        )
        self.assertFalse(order._get_open_deposits())
        self.assertFalse(
            declined.collection_attempt_ids.filtered(lambda a: a.state == "planned")
        )
        self.assertEqual(order._get_amount_due_now(), 0)
        self.assertEqual(self.complete(order.fsm_order_ids).amount_total, 1050)

    def test_a_canceled_order_gives_back_what_the_policy_says(self):
        policy = self.policies["auto"]
        policy.write({"deposit_fee_percent": 20, "deposit_refund_hours": 24})
        self.assertIn(
            "less than 24 hours before the work, 20% of the deposit is kept",
            policy.rule_text,
        )
        for hours, kept in ((48, 0), (2, 60)):
            with self.subTest(hours=hours):
                order = self.confirm_by_staff(self.quote())
                self.plan_work(order.fsm_order_ids, hours)
                order._action_cancel()
                self.assertTrue(order.collection_deposit_to_settle)
                found = order.search([("collection_deposit_to_settle", "=", True)])
                self.assertIn(order, found)
                task = self.tasks(order).filtered(
                    lambda task: task.collection_code == "deposit_settle"
                )
                self.assertIn("Settle Deposit", task.note)
                deposit = order._get_deposits()
                self.assertFalse(deposit.collection_refund_ids)
                refund = self.settle(order)
                self.assertEqual((refund.amount, refund.state), (300 - kept, "done"))
                self.assertEqual(
                    sum(deposit.reversal_move_ids.mapped("amount_total")), 300 - kept
                )
                self.assertFalse(order.collection_deposit_to_settle)
                self.assertIn("Settled: refund", order.collection_deposit_text)
                with self.assertRaisesRegex(UserError, "no deposit to settle"):
                    order.with_user(self.accountant).action_settle_deposit()

    def test_a_cancellation_is_undone_or_changed_before_money_moves(self):
        order = self.confirm_by_staff(self.quote())
        order._action_cancel()
        with self.assertRaises(AccessError):
            order.with_user(self.seller).action_settle_deposit()
        for kept in (-1, 301):
            with self.assertRaisesRegex(UserError, "“Fee to Keep”.*300.00"):
                self.settle(order, kept=kept)
        order.action_draft()
        self.assertFalse(order.collection_deposit_to_settle)
        self.assertFalse(self.tasks(order))
        order._action_cancel()
        self.assertFalse(self.settle(order, kept=300))
        self.assertIn("keep $300.00", order.collection_deposit_text)

    def test_what_was_refunded_of_a_deposit_is_not_deducted(self):
        # of an order that goes on, also with a credit note by hand
        for way in ("original", "check", "hand"):
            with self.subTest(way):
                order = self.confirm_by_staff(self.quote(token=None))
                self.pay_online(order, 300)
                deposit = order._get_deposits()
                if way == "hand":
                    note = deposit._reverse_moves([{"invoice_date": deposit.date}])
                    note.invoice_line_ids.filtered("is_downpayment").price_unit = 100
                    note.action_post()
                else:
                    bank = {"bank_journal_id": way == "check" and self.get_bank().id}
                    note = self.refund(deposit, 100, way=way, **bank).credit_note_id
                    self.assertEqual(order._get_amount_due_now(self.now()), 100)
                self.assertEqual((note.amount_total, order.amount_paid), (100, 300))
                final = self.complete(order.fsm_order_ids)
                self.assertEqual(final.amount_total, 800)
        # canceled late, with a fee, and reopened
        order = self.confirm_by_staff(self.quote())
        order._action_cancel()
        self.settle(order, kept=60)
        order.action_draft()
        self.assertEqual(order._get_amount_due_now(self.now()), 240)
        self.confirm_by_staff(order)
        self.assertEqual(order._get_deposits().mapped("amount_residual"), [0, 0])
        final = self.complete(order.fsm_order_ids)
        self.assertEqual((final.amount_total, final.amount_residual), (700, 0))
        sent = self.env["payment.transaction"].search(
            [("partner_id", "=", order.partner_id.id), ("state", "=", "done")]
        )
        self.assertEqual(sum(sent.mapped("amount")), 1000)

    def test_canceled_half_way_only_what_is_left_comes_back(self):
        visits = [self.make_product(f"Visit {n}", 200) for n in (1, 2)]
        self.policies["auto"].deposit_percent = 75
        order = self.confirm_by_staff(self.quote(lines=visits))
        self.assertEqual(order._get_deposits().amount_total, 300)
        first, second = order.fsm_order_ids.sorted("id")
        self.assertEqual(self.complete(first).amount_total, 0)
        self.plan_work(second, 48)
        order._action_cancel()
        lefts = order._get_deposit_lefts()
        self.assertEqual([left for _move, left in lefts], [10000])
        self.assertEqual(self.settle(order).amount, 100)

    def test_if_all_jobs_are_canceled_accounting_is_told_about_the_deposit(self):
        order = self.confirm_by_staff(self.quote())
        prepaid = self.make_sale(self.make_partner(mode="prepaid"), [self.big])
        self.pay_online(prepaid, 1000)
        for paid in (order, prepaid):
            with self.with_jobs():
                paid.fsm_order_ids.action_cancel()
            (task,) = self.tasks(paid)
            self.assertIn("Cancel the order to settle the deposit", task.note)
        self.assertEqual(order._get_deposits().payment_state, "paid")

    def test_an_unpaid_deposit_is_withdrawn_with_its_order(self):
        order = self.confirm_by_staff(self.quote(token="error"))
        deposit = order._get_deposits()
        order._action_cancel()
        self.assertEqual(deposit.payment_state, "reversed")
        self.assertFalse(order.collection_deposit_to_settle)
        settled = [("collection_deposit_to_settle", "=", True)]
        self.assertNotIn(order, order.search(settled))
        self.assertNotIn("planned", deposit.collection_attempt_ids.mapped("state"))

    def test_a_debit_on_its_way_is_followed_after_its_order_was_canceled(self):
        policy = self.policies["auto"]
        policy.write({"deposit_fee_percent": 20, "deposit_refund_hours": 24})
        # returned: nobody asks for the deposit again
        order = self.confirm_by_staff(self.quote(token="pending"))
        deposit = order._get_deposits()
        attempt = deposit.collection_attempt_ids
        order._action_cancel()
        self.assertEqual((attempt.state, deposit.amount_residual), ("settling", 300))
        attempt.transaction_id._set_error("Returned: R01")
        with self.with_jobs():
            attempt.transaction_id._post_process()
        self.env.invalidate_all()
        self.assertEqual(
            (attempt.state, deposit.payment_state), ("declined", "reversed")
        )
        self.assertEqual(deposit.reversal_move_ids.amount_total, 300)
        self.assertEqual(deposit.collection_attempt_ids, attempt, "no retry")
        self.assertFalse(self.mails_to(deposit))
        self.assertFalse(order.collection_deposit_to_settle)
        # it arrives: the fee depends on when the order was canceled
        order = self.confirm_by_staff(self.quote(token="pending"))
        attempt = order._get_deposits().collection_attempt_ids
        self.plan_work(order.fsm_order_ids, 96)
        order._action_cancel()
        self.assertFalse(order.collection_deposit_to_settle)
        self.assertFalse(order.collection_deposit_text)
        attempt.transaction_id._set_done()
        hours = timedelta(hours=95)
        attempt.transaction_id.last_state_change = self.now() + hours
        with self.with_jobs():
            attempt.transaction_id._post_process()
        self.env.invalidate_all()
        self.assertRegex(
            order.collection_deposit_text, r"\$300\.00 .*refunded: .*at least 24 hours"
        )
        self.assertEqual(self.settle(order).amount, 300)

    def test_a_canceled_order_asks_for_no_rest_and_settles_what_arrives_later(self):
        policy = self.policies["auto"]
        policy.write({"deposit_fee_percent": 20, "deposit_refund_hours": 24})
        order = self.confirm_by_staff(self.quote(token="error"))
        self.plan_work(order.fsm_order_ids, 2)
        deposit = order._get_deposits()
        vals = {"invoice_ids": [Command.set(deposit.ids)]}
        self.pay_online(order, 100, **vals)
        self.assertEqual(deposit.amount_residual, 200)
        order._action_cancel()
        self.assertEqual(deposit.reversal_move_ids.amount_total, 200)
        self.assertEqual(deposit.amount_residual, 0)
        order.action_draft()
        order.action_confirm()
        self.assertEqual(order._get_amount_due_now(), 200)
        order._action_cancel()
        self.assertIn("$80.00 of the deposit", order.collection_deposit_text)
        self.assertEqual(self.settle(order).amount, 80)
        # a payment that was on its way arrives once the first was settled
        order = self.confirm_by_staff(self.quote(token="error"))
        self.plan_work(order.fsm_order_ids, 2)
        deposit = order._get_deposits()
        vals = {"invoice_ids": [Command.set(deposit.ids)]}
        self.pay_online(order, 100, **vals)
        late = self.pay_online(order, 150, "pending", **vals)
        order._action_cancel()
        self.assertEqual(deposit.amount_residual, 200)
        first = self.settle(order)
        self.assertEqual(first.amount, 80)
        late._set_done()
        with self.with_jobs():
            late._post_process()
            first._process()
        self.env.invalidate_all()
        self.assertTrue(order.collection_deposit_to_settle)
        self.assertEqual(
            deposit.reversal_move_ids.filtered(
                lambda note: note != first.credit_note_id
            ).amount_total,
            50,
        )
        second = self.settle(order) - first
        self.assertEqual((first.state, second.amount), ("done", 120))
        self.assertIn("keep $50.00", order.collection_deposit_text)
        self.assertEqual(deposit.amount_residual, 0)

    def test_a_canceled_prepaid_order_is_settled_before_its_payment_is_used(self):
        policy = self.policies["prepaid"]
        policy.deposit_fee_percent = 10
        self.assertIn("10% of the payment is kept", policy.rule_text)
        for hours, kept, way in (
            (48, 0, "original"),
            (2, 100, "original"),
            (2, 0, "credit"),
        ):
            with self.subTest(hours=hours, kept=kept, way=way):
                partner = self.make_partner(mode="prepaid")
                order = self.make_sale(partner, [self.big])
                payment = self.pay_online(order, 1000)
                self.assertEqual(
                    (order.state, order.collection_mode), ("sale", "prepaid")
                )
                self.plan_work(order.fsm_order_ids, hours)
                order._action_cancel()
                [task] = self.tasks(order).filtered("collection_code")
                self.assertIn("Settle Deposit", task.note)
                other = self.complete(
                    self.make_job(partner, token=None, mode="prepaid")
                )
                self.assertEqual(other._get_collectable()[other].credit, 0)
                refund = self.settle(order, kept=kept, way=way)
                fee = order._get_deposits()
                self.assertEqual((fee.amount_total, fee.amount_residual), (kept, 0))
                self.assertFalse(order.collection_deposit_to_settle)
                left = order._get_unmatched(payment)
                if way == "credit":
                    self.assertEqual((refund.ids, left), ([], 1000))
                    self.assertEqual(other._get_collectable()[other].credit, 100)
                else:
                    self.assertEqual(
                        (refund.state, refund.amount), ("done", 1000 - kept)
                    )
                    self.assertFalse(refund.credit_note_id)
                    self.assertEqual(left, 0)

    def test_other_modes_are_charged_their_deposit_only(self):
        policy = self.policies["net"]
        policy.write({"deposit_percent": 30, "require_po": False})
        partner = self.make_partner(mode="net", property_payment_term_id=False)
        order = self.confirm_by_staff(self.quote(partner))
        self.assertTrue(order._get_deposits()._is_settled())
        final = self.complete(order.fsm_order_ids)
        self.assertEqual((final.amount_total, final.amount_residual), (700, 700))
        self.assertFalse(final.collection_attempt_ids)

    def test_a_company_that_does_not_collect_asks_for_nothing(self):
        self.company.collection_active = False
        order = self.quote()
        self.assertFalse(order.collection_deposit_percent)
        self.confirm_by_staff(order)
        self.assertFalse(order._get_deposits())
        self.assertFalse(order.collection_deposit_text)

    def test_each_company_charges_the_methods_it_may_charge(self):
        order = self.quote()
        self.assertTrue(order._get_deposit_facts(self.now()).has_method)
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env["account.journal"].create(
            {"name": "Bank", "type": "bank", "code": "BNK9", "company_id": company.id}
        )
        self.provider.copy({"company_id": company.id, "state": "test"})
        company.collection_active = True
        partner = order.partner_id.with_company(company)
        partner.collection_policy_id = self.policies["auto"]
        other = self.env["sale.order"].with_company(company)
        other = other.create(
            {
                "partner_id": partner.id,
                "company_id": company.id,
                "order_line": [
                    Command.create({"product_id": self.big.id, "price_unit": 1000})
                ],
            }
        )
        facts = other._get_deposit_facts(self.now())
        self.assertEqual((facts.due, facts.has_method), (30000, False))

    def test_a_link_to_pay_a_quotation_expires_with_it(self):
        order = self.quote(token=None)
        today = self.company._get_today()
        order.validity_date = today.replace(year=today.year + 1)
        vals = {"order_id": order.id}
        Link = self.env["paycollect.link"]
        link, _raw = Link._create_link(order.partner_id, "order", self.company, **vals)
        self.assertLess(link.expires_at.date(), order.validity_date)
        order.validity_date = today
        link, _raw = Link._create_link(order.partner_id, "order", self.company, **vals)
        self.assertEqual(link.expires_at, order._get_offer_end())
        self.assertEqual(Link._get_days_left("order", **vals), 1)
