# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import urlencode

from odoo.tests import tagged

from ...rules.checks import Announcement
from .common_schedule import ScheduleCommon, SchedulePages

NEW, PLAN = "/my/scheduled/new", "/my/scheduled/plan"
CANCEL = "/my/scheduled/cancel"


@tagged("post_install", "-at_install")
class TestScheduledPages(ScheduleCommon, SchedulePages):
    """Customers schedule a payment, change it and cancel it."""

    def setUp(self):
        super().setUp()
        self.move = self.make_invoice()
        self.line = self.get_due_lines(self.move)
        self.log_in("portal_acme")

    def choose(self, days=3, **typed):
        day = self.today + timedelta(days=days)
        return {"item": self.line.id, "date": day, "token": self.card.id, **typed}

    def review(self, **typed):
        return self.open_page(f"{NEW}?review=1&{urlencode(self.choose(**typed))}")

    def plan(self, **typed):
        mark = self.get_mark(self.review(**typed))
        return self.post(PLAN, mark=mark, **self.choose(**typed))

    def find(self):
        return self.payments.search([("partner_id", "=", self.customer.id)])

    def test_home_and_the_payment_agree_about_the_amount(self):
        self.make_payment(amount=30)
        page = self.plan()
        self.assertIn("$100.00", page)
        self.assertRegex(page, r"\$30\.00\s+of your credit is used first")
        home = self.open_page("/my")
        self.assertRegex(home, r"Next scheduled payment</\w+>\s*<\w+>\$70\.00<")
        self.assertRegex(home, r"after \$30\.00\s+of your credit")
        self.make_invoice(amount=20)  # due now, so it uses the credit first
        page = self.open_page("/my/scheduled")
        self.assertRegex(page, r"\$10\.00\s+of your credit is used first")

    def test_a_customer_schedules_changes_and_cancels_a_payment(self):
        self.assertIn("Pay on another day", self.open_page("/my/balance"))
        self.assertIn("haven't scheduled", self.open_page("/my/scheduled"))
        page = self.review()
        self.assertIn("$100.00", page)
        self.assertFalse(self.find(), "a GET changes nothing")
        page = self.plan()
        self.assertIn("is scheduled", page)
        self.assertIn(self.move.name, page)
        payment = self.find()
        self.assertEqual((payment.amount, payment.token_id), (100, self.card))
        self.assertIn("You scheduled this for", self.open_page("/my/balance"))
        self.assertIn("Next scheduled payment", self.open_page("/my"))
        page = self.plan(days=5, change=payment.id)
        self.assertIn("has been changed", page)
        self.assertEqual(payment.state, "canceled")
        changed = self.find() - payment
        self.assertEqual(changed.date, self.today + timedelta(days=5))
        page = self.post(CANCEL, payment=changed.id)
        self.assertIn("It won't be charged", page)
        self.assertEqual(changed.state, "canceled")

    def test_a_check_on_its_way_is_named_beside_the_payment_that_waits_for_it(self):
        self.schedule(self.move)
        self.assertNotIn("on its way", self.open_page("/my/scheduled"))
        said = Announcement(number="1042", amount=100, day=self.today)
        notice, problems = self.env["paycollect.check.notice"]._announce(
            self.customer, self.company, said, self.move
        )
        self.assertFalse(problems)
        words = f"Check 1042 for {self.move.name} is on its way."
        self.assertIn(words, self.open_page("/my/scheduled"))
        self.run_scheduled(days=3)
        payment = self.find()
        self.assertEqual(payment.attempt_ids.parked_code, "check_on_the_way")
        today = self.today + timedelta(days=3)
        self.assertIn(words, payment._get_held_texts(today)[payment.id])
        notice._cancel()
        self.assertFalse(payment._get_held_texts(today))

    def test_each_problem_is_named(self):
        for typed, words in (
            ({"days": 0}, "day after today"),
            ({"date": "soon"}, "Please choose a day."),
            ({"days": 400}, "next 12 months"),
            ({"item": ""}, "select what you want to pay"),
            ({"token": ""}, "choose a payment method"),
        ):
            with self.subTest(typed):
                page = self.review(**typed)
                self.assertIn(words, page)
                self.assertNotIn('name="mark"', page)

    def test_a_card_that_expires_before_the_day_is_refused(self):
        self.card.expiry_date = self.today + timedelta(days=2)
        self.assertIn("expires before that day", self.review())

    def test_only_own_items_and_methods_can_be_scheduled(self):
        foreign = self.get_due_lines(self.make_invoice(self.other))
        theirs = self.make_token(self.other)
        page = self.review()
        mark = self.get_mark(page)
        for forged in ({"item": foreign.id}, {"item": "x"}, {"token": theirs.id}):
            with self.subTest(forged):
                self.assertNotIn('name="mark"', self.review(**forged))
                self.post(PLAN, mark=mark, **self.choose(**forged))
        self.assertFalse(self.payments.search([]))

    def test_the_amount_comes_from_the_server(self):
        mark = self.get_mark(self.review())
        self.post(PLAN, mark=mark, amount="1", **self.choose())
        self.assertEqual(self.find().amount, 100)

    def test_what_changed_since_the_page_was_opened_is_shown_again(self):
        mark = self.get_mark(self.review())
        payment = self.make_payment(amount=30)
        (self.line + self.get_due_lines(payment.move_id)).reconcile()
        page = self.post(PLAN, mark=mark, **self.choose())
        self.assertIn("has changed", page)
        self.assertIn("$70.00", page)
        self.assertFalse(self.find())

    def test_a_second_tap_leads_to_the_same_page_and_schedules_nothing_twice(self):
        mark = self.get_mark(self.review())
        for _tap in range(2):
            page = self.post(PLAN, mark=mark, **self.choose())
            self.assertIn("is scheduled", page)
        first = self.find()
        self.assertEqual(len(first), 1)
        change = self.choose(days=5, change=first.id)
        mark = self.get_mark(self.review(**change))
        for _tap in range(2):
            self.assertIn("has been changed", self.post(PLAN, mark=mark, **change))
        self.assertEqual(self.find().mapped("state").count("planned"), 1)
        changed = self.find() - first
        for _tap in range(2):
            self.assertIn("has been canceled", self.post(CANCEL, payment=changed.id))
        self.assertEqual(set(self.find().mapped("state")), {"canceled"})

    def test_credit_that_something_else_uses_until_then_stops_no_payment(self):
        later = self.make_invoice(due=9, amount=50)
        self.make_payment(amount=30)
        for move, amount in ((self.move, "$100.00"), (later, "$50.00")):
            typed = {"item": self.get_due_lines(move).id}
            self.assertIn(amount, self.review(**typed))
            self.plan(**typed)
        self.run_scheduled(3)
        self.assertEqual(set(self.find().mapped("state")), {"paid"})
        charged = self.find().attempt_ids.mapped("amount")
        self.assertEqual(sum(charged), 120)

    def test_a_reminder_is_promised_only_if_it_comes(self):
        self.assertIn("email you a reminder", self.review(days=2))
        self.assertNotIn("email you a reminder", self.review(days=1))

    def test_on_its_day_it_can_neither_be_changed_nor_canceled(self):
        payment = self.schedule(self.move)
        self.open_page("/my/scheduled")
        payment.date = self.today
        for page in (
            self.open_page(f"{NEW}?change={payment.id}"),
            self.post(CANCEL, payment=payment.id),
            self.post(PLAN, mark="x", **self.choose(days=9, change=payment.id)),
        ):
            self.assertIn("can't be changed or canceled anymore", page)
            self.assertNotIn(f"change={payment.id}", page)
        self.assertEqual(payment.state, "planned")
        self.assertEqual(self.find(), payment)

    def test_another_customer_sees_and_changes_nothing(self):
        payment = self.schedule(self.move)
        self.log_in("portal_other")
        self.assertNotIn(self.move.name, self.open_page("/my/scheduled"))
        self.open_page(f"{NEW}?change={payment.id}", 404)
        self.make_token(self.other)
        self.make_invoice(self.other)
        self.assertNotIn(self.move.name, self.open_page(f"{NEW}?review=1"))
        self.open_page("/my/scheduled")
        for forged in (payment.id, 0, "x", 10**12):
            self.open_page(f"{NEW}?change={forged}", 404) if forged else None
        self.assertEqual(payment.state, "planned")

    def test_a_colleague_cancels_it(self):
        payment = self.schedule(self.move)
        self.log_in("portal_colleague")
        self.open_page("/my/scheduled")
        self.post(CANCEL, payment=payment.id)
        self.assertEqual(payment.state, "canceled")

    def test_nobody_and_forged_forms_change_nothing(self):
        payment = self.schedule(self.move)
        self.check_stranger(PLAN, CANCEL)
        self.assertEqual(payment.state, "planned")
        self.assertIn("/web/login", self.url_open("/my/scheduled").url)

    def test_plans_that_staff_offer_are_listed(self):
        offers = [{"name": "Four parts", "text": "$25 a month", "url": "/my/plan/1"}]
        partners = self.env.registry["res.partner"]
        with patch.object(partners, "_get_installment_plans", lambda *_args: offers):
            page = self.open_page("/my/scheduled")
        self.assertIn("Four parts", page)

    def test_a_link_without_a_login_offers_no_other_day(self):
        url = self.env["paycollect.link"]._issue(self.customer, "balance", self.company)
        self.authenticate(None, None)
        page = self.url_open("/pay/" + url.rsplit("/", 1)[1]).text
        self.assertIn(self.move.name, page)
        self.assertNotIn("/my/scheduled", page)
