# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from ...rules import desk
from ...rules.promise import CALL
from .common_desk import DeskCommon

# What grows with the number of invoices.
LARGE = (
    "account_move",
    "account_move_line",
    "account_partial_reconcile",
    "mail_activity",
    "paycollect_attempt",
    "paycollect_dunning_case",
    "paycollect_dunning_message",
    "paycollect_dunning_message_line",
    "paycollect_promise",
    "payment_transaction",
)


@tagged("post_install", "-at_install")
class TestDesk(DeskCommon):
    """One list of what needs a person; rows are gone when their causes are."""

    def setUp(self):
        super().setUp()
        self.items = self.env["paycollect.desk.item"].with_user(self.accountant)

    def find(self, *kinds):
        """Return the rows of these kinds that are about this test's customers."""
        self.env.flush_all()
        self.items.invalidate_model()
        domain = [("partner_id", "in", (self.customer + self.other).ids)]
        if kinds:
            domain.append(("kind", "in", kinds))
        return self.items.search(domain)

    def test_the_deposit_of_a_canceled_order_is_at_stake_for_its_customer(self):
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        order.collection_deposit_settlement = {"refunded": 250, "kept": 50}
        self.company._schedule_collection_activity(
            order, "Settle the deposit", "See the order.", code="deposit_settle"
        )
        item = self.find("other")
        self.assertEqual((item.partner_id, item.amount), (self.customer, 300))
        self.assertEqual(item.res_model, "sale.order")
        refund = self.env["paycollect.refund"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.other.id,
                "amount": 70,
                "currency_id": self.company.currency_id.id,
                "reason": "Test",
                "requested_at": fields.Datetime.now(),
            }
        )
        refund._report_request()
        item = self.find("other") - item
        self.assertEqual((item.partner_id, item.amount), (self.other, 70))

    def test_a_broken_promise_waits_until_somebody_follows_up(self):
        self.assertFalse(self.find())
        move = self.make_invoice(amount=100, due=-20)
        promise = self.promise(move, amount=80)
        self.assertFalse(self.find())
        yesterday = self.today - timedelta(days=1)
        promise.sudo().write({"until": yesterday, "date": yesterday})
        promise.sudo().promised_on = self.today - timedelta(days=9)
        item = self.find()
        self.assertEqual((item.kind, item.amount), ("promise", 100))
        self.assertIn("$80.00 promised for", item.to_do)
        action = item.action_open_document()
        self.assertEqual(action["res_model"], "paycollect.promise")
        self.assertEqual(action["res_id"], promise.id)
        self.pay(move, 30, days=-2)
        self.assertIn("$30.00 of $80.00", self.find().to_do)
        newer = self.promise(move, amount=70, source=CALL)
        self.assertFalse(self.find())
        newer._cancel()
        self.assertEqual(self.find().kind, "promise")
        self.find().action_done()
        self.assertEqual(promise.handled_by_id, self.accountant)
        self.assertFalse(self.find())
        promise.sudo().handled_at = False
        self.tell(move)
        self.assertFalse(self.find())

    def test_disputes_requests_and_checks_wait_for_an_answer(self):
        move = self.make_invoice(amount=100, due=-3)
        dispute = self.env["paycollect.dispute"].create(
            {
                "move_id": move.id,
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "reason": "quality",
                "amount": 40,
                "currency_id": move.currency_id.id,
                "text": "It leaks.",
                "deadline": self.today,
            }
        )
        item = self.find()
        self.assertEqual((item.kind, item.amount), ("dispute", 40))
        self.assertEqual(item.deadline, self.today)
        self.assertIn("Quality of the work", item.to_do)
        with self.assertRaisesRegex(UserError, "goes away by itself"):
            item.action_done()
        dispute.with_user(self.accountant)._answer("accepted", "You're right.")
        self.assertEqual(self.find().kind, "credit")
        dispute._set_credited()
        self.assertFalse(self.find())
        payment = self.make_payment(amount=50)
        request = self.env["paycollect.request"].create(
            {
                "kind": "refund",
                "line_id": payment.move_id.line_ids[:1].id,
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "amount": 50,
                "currency_id": move.currency_id.id,
            }
        )
        self.assertEqual(self.find().to_do.count("$50.00"), 1)
        request._withdraw()
        check = self.make_check(move)
        self.assertFalse(self.find())
        check._cron_expire(
            self.company._get_moment(check.expected_until + timedelta(days=1))
        )
        self.assertEqual(self.find().kind, "check")
        self.assertIn("1042", self.find().to_do)
        check._cancel()
        self.assertFalse(self.find())

    def make_check(self, move):
        return self.env["paycollect.check.notice"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "number": "1042",
                "amount": 100,
                "currency_id": move.currency_id.id,
                "date": self.today,
                "announced_on": self.today,
                "expected_until": self.today,
                "move_ids": [Command.set(move.ids)],
            }
        )

    def test_activities_are_found_here_and_nothing_twice(self):
        move = self.make_invoice(amount=100, due=-3)
        for code in ("declined", "overpaid", "unknown", "check_late"):
            self.company._schedule_collection_activity(
                move, f"About {code}", "Note", code=code
            )
        found = self.find()
        self.assertEqual(set(found.mapped("kind")), {"declined", "other"})
        self.assertEqual(set(found.mapped("amount")), {100})
        other = found.filtered(lambda item: item.kind == "other")
        self.assertEqual(other.to_do, "About overpaid")
        self.assertEqual(other.document_name, move.display_name)
        other.action_done()
        self.assertEqual(self.find().kind, "declined")
        self.pay(move)
        self.company._close_collection_activities(move, "Paid")
        self.assertFalse(self.find())
        with self.assertRaisesRegex(UserError, "already taken care of"):
            other.action_open_document()

    def test_a_chargeback_waits_for_evidence(self):
        move = self.make_invoice(amount=100, due=-3)
        chargeback = self.env["paycollect.chargeback"].create(
            {
                "company_id": self.company.id,
                "provider_id": self.provider.id,
                "provider_reference": "dp_desk",
                "partner_id": self.customer.id,
                "transaction_id": self.make_transaction(move).id,
                "move_ids": [Command.set(move.ids)],
                "kind": "chargeback",
                "amount": 60,
                "currency_id": move.currency_id.id,
                "due_at": fields.Datetime.now() + timedelta(days=7),
            }
        )
        chargeback._set_task(*chargeback._get_task())
        item = self.find()
        self.assertEqual((item.kind, item.amount), ("chargeback", 60))
        self.assertEqual(item.deadline, chargeback.due_at.date())
        chargeback.withheld_amount = 25  # the rest came back
        self.assertEqual(self.find().amount, 25)
        item.action_done()
        self.assertFalse(self.find())

    def make_transaction(self, move):
        return self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "reference": move.name,
                "amount": 60,
                "currency_id": move.currency_id.id,
                "partner_id": self.customer.id,
            }
        )

    def test_cases_and_charges_that_need_a_decision(self):
        case = self.make_case(state="exception", amount=70, reason_code="no_such_code")
        self.assertEqual(self.find().amount, 70)
        for code, kind in (
            ("unmatched_money", "money"),
            ("last_level", "handoff"),
            ("unreachable", "unreachable"),
            ("no_due_date", "case"),
        ):
            case.reason_code = code
            self.assertEqual(self.find().kind, kind)
            self.assertEqual(self.find().to_do, case.reason)
        case.state = "open"
        self.assertFalse(self.find())
        for code, kind in (("dunning_reply", "reply"), ("dunning_call", "call")):
            self.company._schedule_collection_activity(case, "Do it", "Now", code=code)
            item = self.find()
            self.assertEqual((item.kind, item.amount, item.to_do), (kind, 70, "Do it"))
            case.activity_ids.unlink()
        move = self.make_invoice(amount=100, due=-3)
        token = self.make_token(self.customer)
        attempt = self.env["paycollect.attempt"].create(
            {
                "move_id": move.id,
                "company_id": self.company.id,
                "amount": 100,
                "currency_id": move.currency_id.id,
                "token_id": token.id,
                "state": "unknown",
                "trigger": "manual",
                "planned_at": fields.Datetime.now(),
            }
        )
        self.assertFalse(self.find())  # still being asked automatically
        attempt.parked_code = "person"
        self.assertEqual(self.find().kind, "unknown")
        attempt.state = "declined"
        self.assertFalse(self.find())

    def test_rows_of_two_sources_are_never_one(self):
        found = self.items.sudo()._get_parts()
        self.assertLess(len(found), desk.MOST_PARTS)
        case = self.make_case(state="exception", reason_code="unreachable")
        self.company._schedule_collection_activity(
            self.customer, "No address", "Note", code="unreachable"
        )
        activity = self.customer.activity_ids
        self.env.cr.execute(
            SQL("UPDATE mail_activity SET id = %s WHERE id = %s", case.id, activity.id)
        )
        self.env.invalidate_all()
        rows = self.find("unreachable")
        self.assertEqual(len(set(rows.ids)), 2)

    def test_what_is_at_stake_comes_first_in_the_company_s_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2020-01-01", "rate": 0.5}
        )
        small = self.make_case(state="exception", amount=150)
        large = self.make_case(
            state="exception", amount=100, currency_id=euro.id, partner_id=self.other.id
        )
        found = self.find()
        self.assertEqual(found.mapped("res_id"), [large.id, small.id])
        self.assertEqual(found.mapped("amount"), [200, 150])

    def test_other_companies_and_other_people_see_nothing(self):
        self.make_case(state="exception", amount=70)
        item = self.find()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.accountant.write({"company_ids": [Command.link(company.id)]})
        there = self.items.with_context(allowed_company_ids=company.ids)
        self.assertFalse(there.search([("id", "in", item.ids)]))
        for user in (self.technician, self.portal_user):
            with self.assertRaises(AccessError):
                self.items.with_user(user).search([])
            with self.assertRaises(AccessError):
                item.with_user(user).action_open_document()
        self.company.collection_active = False
        self.assertFalse(self.find())

    def test_the_list_takes_the_same_queries_for_more_rows(self):
        def read():
            self.env.flush_all()
            self.env.invalidate_all()
            self.items.search_read([], ["partner_id", "to_do", "document_name"])
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.items.search_read([], ["partner_id", "to_do", "document_name"])
            return self.env.cr.sql_log_count - before

        self.make_case(state="exception", amount=1)
        few = read()
        for number in range(5):
            customer = self.make_partner(f"Customer {number}", mode="net")
            self.make_case(customer, state="exception", amount=number)
        self.assertLessEqual(read(), few)

    def test_the_ledger_is_never_read_from_end_to_end(self):
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        query = self.items.sudo()._search([]).select()
        self.env.cr.execute(SQL("EXPLAIN %s", query))
        plan = "\n".join(line for (line,) in self.env.cr.fetchall())
        for table in LARGE:
            self.assertNotIn(f"Seq Scan on {table}", plan)
