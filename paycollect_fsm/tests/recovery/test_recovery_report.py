# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_retry import MONDAY, RetryCase


@tagged("post_install", "-at_install")
class TestRecoveryReport(RetryCase):
    """The outcome of each declined invoice, by its first decline."""

    def row(self, move):
        self.env.flush_all()
        self.env.invalidate_all()
        report = self.env["paycollect.recovery.report"]
        return report.search([("move_id", "=", move.id)])

    def outcome(self, move):
        row = self.row(move)
        return (row.state, row.recovered_by, row.amount_recovered)

    def bill_declined(self, *cards, **values):
        """Create a declined invoice of 100 without backup methods."""
        move = self.bill(*(cards or ("9995",)), **values)
        self.assertEqual(self.attempts(move)[0].state, "declined")
        return move

    def pay(self, move, journal_type="bank", amount=None, days=1):
        journal = self.env["account.journal"].search(
            [("type", "=", journal_type), ("company_id", "=", self.company.id)],
            limit=1,
        ) or self.env["account.journal"].create(
            {"name": journal_type, "type": journal_type, "code": "JRN9"}
        )
        values = {"journal_id": journal.id, "payment_date": MONDAY + timedelta(days)}
        if amount:
            values["amount"] = amount
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create(values)._create_payments()

    def test_an_invoice_paid_at_once_is_not_in_it(self):
        self.assertFalse(self.row(self.bill("4242")))

    def test_a_declined_invoice_is_in_the_week_of_its_first_decline(self):
        move = self.bill_declined()
        self.go_to_next_try(move)
        row = self.row(move)
        self.assertEqual(len(row), 1)
        self.assertEqual(row.first_declined_at, MONDAY)
        self.assertEqual(row.decline_kind, "soft")
        self.assertEqual(row.decline_code, "insufficient_funds")
        self.assertEqual(row.method_kind, "card")
        self.assertEqual(row.tries, 2)
        self.assertEqual((row.amount_declined, row.amount_recovered), (100, 0))

    def test_what_waits_for_another_try_is_open(self):
        move = self.bill_declined()
        self.assertEqual(self.outcome(move), ("retrying", "none", 0))

    def test_what_was_left_to_the_customer_and_then_to_accounting(self):
        move = self.bill_declined("0019")
        self.assertEqual(self.outcome(move), ("asked", "none", 0))
        self.go_to(self.attempts(move).escalate_at + timedelta(minutes=1))
        self.assertEqual(self.outcome(move), ("given_up", "none", 0))

    def test_the_same_method_recovers_it_days_later(self):
        move = self.bill_declined()
        self.attempts(move).token_id.demo_simulated_state = "done"
        self.go_to_next_try(move)
        row = self.row(move)
        self.assertEqual(
            (row.state, row.recovered_by, row.amount_recovered),
            ("recovered", "same_method", 100),
        )
        self.assertEqual(row.days_to_recovery, 3)
        self.assertEqual((row.recovery_rate, row.hands_off_30), (1, 1))

    def test_a_copy_of_the_same_card_is_the_same_method(self):
        move = self.bill_declined()
        retry = self.attempts(move)[-1]
        copy = self.make_card(
            move.partner_id, "4242", consent=False, fingerprint="card 9995"
        )
        self.env["paycollect.consent"]._record(
            copy, "I agree.", "staff", now=MONDAY - timedelta(days=9)
        )
        retry.token_id = copy
        self.go_to_next_try(move)
        self.assertEqual(self.outcome(move)[1], "same_method")

    def test_a_backup_method_recovers_it(self):
        move = self.bill_declined("0069", "4242")
        self.assertEqual(self.outcome(move), ("recovered", "backup", 100))
        self.assertEqual(self.row(move).days_to_recovery, 0)

    def test_a_new_method_of_the_customer_recovers_it(self):
        move = self.bill_declined("0019")
        self.clock.move_to(MONDAY + timedelta(days=2))
        with self.with_jobs():
            token = self.make_card(move.partner_id, "4242")
            move.partner_id._collection_method_added(token)
        self.assertEqual(self.outcome(move), ("recovered", "new_method", 100))
        self.assertEqual(self.row(move).days_to_recovery, 2)

    def test_a_renewed_card_is_a_new_method(self):
        move = self.bill_declined("0069")
        self.clock.move_to(MONDAY + timedelta(days=1))
        token = self.attempts(move).token_id
        token.demo_simulated_state = "done"
        with self.with_jobs():
            token.fingerprint = "renewed"
        self.assertEqual(self.outcome(move), ("recovered", "new_method", 100))

    def test_the_customer_confirms_the_same_payment(self):
        move = self.bill_declined("3184")
        attempt = self.attempts(move)
        self.clock.move_to(MONDAY + timedelta(days=1))
        with self.with_jobs():
            attempt.transaction_id._set_done()
            attempt.transaction_id._post_process()
        row = self.row(move)
        self.assertEqual((row.state, row.recovered_by), ("recovered", "authentication"))
        self.assertEqual(row.first_declined_at, MONDAY, "it stays in its week")
        self.assertEqual(row.days_to_recovery, 1)

    def test_a_charge_by_hand_is_the_staffs(self):
        move = self.bill_declined()
        self.attempts(move).token_id.demo_simulated_state = "done"
        with self.with_jobs():
            move.action_collect_now()
        self.assertEqual(self.outcome(move), ("recovered", "staff", 100))
        self.assertEqual(self.row(move).hands_off_30, 0)

    def test_the_customer_pays_online(self):
        move = self.bill_declined("0019")
        self.clock.move_to(MONDAY + timedelta(days=1))
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "amount": move.amount_residual,
                "currency_id": move.currency_id.id,
                "partner_id": move.partner_id.id,
                "operation": "online_direct",
                "invoice_ids": move.ids,
            }
        )
        with self.with_jobs():
            transaction._set_done()
            transaction._post_process()
        self.assertEqual(self.outcome(move), ("recovered", "customer", 100))

    def test_a_payment_entered_by_hand_and_cash_are_told_apart(self):
        for journal_type, way in (("bank", "manual"), ("cash", "cash")):
            move = self.bill_declined("0019")
            self.pay(move, journal_type, days=3)
            self.assertEqual(self.outcome(move), ("recovered", way, 100))
            self.assertEqual(self.row(move).days_to_recovery, 3)

    def test_a_part_payment_is_recovered_as_far_as_it_goes(self):
        move = self.bill_declined("0019")
        self.pay(move, amount=30)
        self.assertEqual(self.outcome(move), ("asked", "manual", 30))
        self.assertAlmostEqual(self.row(move).recovery_rate, 0.3)

    def test_what_was_paid_before_the_decline_is_not_recovered(self):
        move = self.bill_declined("0019")
        self.pay(move, amount=40, days=-1)
        self.assertEqual(self.outcome(move)[1:], ("none", 0))

    def test_a_credit_note_recovers_nothing(self):
        move = self.bill_declined("0019")
        credit = move._reverse_moves(cancel=True)
        self.assertEqual(credit.state, "posted")
        self.assertEqual(self.outcome(move), ("credited", "none", 0))

    def test_a_write_off_recovers_nothing(self):
        move = self.bill_declined("0019")
        receivable = move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        expense = self.env["account.account"].search(
            [("account_type", "=", "expense")], limit=1
        )
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "account_id": receivable.account_id.id,
                            "credit": 100,
                            "partner_id": move.partner_id.id,
                        },
                    ),
                    (0, 0, {"account_id": expense.id, "debit": 100}),
                ],
            }
        )
        entry.action_post()
        (receivable | entry.line_ids.filtered("credit")).reconcile()
        self.assertEqual(self.outcome(move), ("written_off", "none", 0))

    def test_what_never_reached_the_bank_was_not_declined(self):
        move = self.bill_declined("0019")
        self.attempts(move).is_lost = True
        self.assertFalse(self.row(move))

    def test_an_unknown_code_is_a_kind_of_its_own(self):
        move = self.bill_declined("1234")
        self.assertEqual(self.row(move).decline_kind, "none")

    # -- sums --------------------------------------------------------------------

    def test_a_share_of_several_invoices_is_weighted_by_amount(self):
        small, large = self.bill_declined("0019"), self.bill_declined("0019")
        self.pay(small, amount=100)
        self.attempts(large).amount = 300
        self.row(large)
        Report = self.env["paycollect.recovery.report"]
        ((rate, declined, recovered),) = Report._read_group(
            [("move_id", "in", (small | large).ids)],
            [],
            ["recovery_rate:avg", "amount_declined:sum", "amount_recovered:sum"],
        )
        self.assertEqual((declined, recovered), (400, 100))
        self.assertAlmostEqual(float(rate), 0.25)

    def test_recovery_by_decline_kind_and_month_against_a_table(self):
        """Of 100 each: a soft decline that a retry recovers; a hard one that a person
        enters, one that half is paid of, and, a month later, one that nobody pays."""
        retried = self.bill_declined()
        self.attempts(retried).token_id.demo_simulated_state = "done"
        self.go_to_next_try(retried)
        by_hand, half = self.bill_declined("0019"), self.bill_declined("0019")
        self.pay(by_hand, days=3)
        self.pay(half, amount=50, days=4)
        self.clock.move_to(MONDAY + timedelta(days=35))
        late = self.bill_declined("0019")
        kind = self.row(late).decline_kind
        self.assertEqual(self.row(by_hand).decline_kind, kind)
        rows = self.env["paycollect.recovery.report"]._read_group(
            [("move_id", "in", (retried | by_hand | half | late).ids)],
            ["first_declined_at:month", "decline_kind"],
            ["amount_declined:sum", "recovery_rate:avg", "hands_off_30:avg"],
        )
        month = MONDAY.replace(day=1, hour=0, minute=0, second=0)
        after = month + relativedelta(months=1)
        self.assertEqual(
            {tuple(row[:2]): tuple(map(float, row[2:])) for row in rows},
            {
                (month, "soft"): (100, 1, 1),
                (month, kind): (200, 0.75, 0),
                (after, kind): (100, 0, 0),
            },
        )

    def test_foreign_invoices_are_in_company_currency(self):
        move = self.bill_declined("0019")
        self.env.cr.execute(
            "UPDATE account_move SET invoice_currency_rate = 2 WHERE id = %s",
            [move.id],
        )
        self.assertEqual(self.row(move).amount_declined, 50)

    def test_the_curve_counts_the_days_that_are_over(self):
        paid, unpaid = self.bill_declined("0019"), self.bill_declined("0019")
        self.pay(paid, days=5)
        self.clock.move_to(MONDAY + timedelta(days=10))
        self.row(paid)
        rates = self.env["paycollect.recovery.curve"]._read_group(
            [("move_id", "in", (paid | unpaid).ids)],
            ["day"],
            ["recovery_rate:avg", "__count"],
        )
        self.assertEqual(
            [(day, float(rate), count) for day, rate, count in rates],
            [(day, 0, 2) for day in (0, 1, 2, 3)]
            + [(day, 0.5, 2) for day in (5, 7, 10)],
        )

    # -- access --------------------------------------------------------------------

    def test_collections_and_auditors_see_it_and_technicians_do_not(self):
        move = self.bill_declined()
        self.env.flush_all()
        domain = [("move_id", "=", move.id)]
        Report = self.env["paycollect.recovery.report"]
        row = Report.with_user(self.accountant).search(domain)
        self.assertEqual(row.action_open_invoice()["res_id"], move.id)
        self.assertTrue(row.provider_id.sudo().name)
        with self.assertRaises(AccessError):
            Report.with_user(self.technician).search(domain)

    def test_another_companys_declines_are_not_shown(self):
        move = self.bill_declined()
        self.env.flush_all()
        other = self.env["res.company"].create({"name": "Other"})
        self.accountant.company_ids |= other
        Report = self.env["paycollect.recovery.report"].with_user(self.accountant)
        domain = [("move_id", "=", move.id)]
        self.assertFalse(
            Report.with_context(allowed_company_ids=other.ids).search(domain)
        )

    def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(self):
        Report = self.env["paycollect.recovery.report"]

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            Report._read_group(
                [],
                ["first_declined_at:week", "decline_kind", "recovered_by"],
                ["amount_declined:sum", "recovery_rate:avg", "__count"],
            )
            Report.search([]).mapped("amount_recovered")
            return self.env.cr.sql_log_count - before

        self.bill_declined()
        few = count()
        for _number in range(4):
            self.bill_declined()
        self.assertEqual(count(), few)
