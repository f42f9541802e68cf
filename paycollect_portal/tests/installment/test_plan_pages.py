# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import Command, fields
from odoo.tests import tagged

from ..schedule.common_schedule import ScheduleCommon, SchedulePages

PLANS = "/my/plans"


@tagged("post_install", "-at_install")
class TestPlanPages(ScheduleCommon, SchedulePages):
    """Customers accept or decline a payment plan, logged in or by a link."""

    def offer(self, move, count=2, **values):
        plans = self.env["paycollect.installment.plan"]
        return plans.create(
            {
                **plans._prepare_document_vals(move),
                "amount": 100,
                "needs_method": True,
                "offered_at": fields.Datetime.now(),
                "part_ids": [
                    Command.create(
                        {
                            "sequence": number,
                            "amount": 100 / count,
                            "date": self.today + timedelta(days=14 * number),
                        }
                    )
                    for number in range(count)
                ],
                **values,
            }
        )

    def find_mail(self, words):
        mails = self.env["mail.mail"].search([("subject", "ilike", words)])
        return mails.sorted("id")[-1:]

    def run_plans(self, days):
        self.run_cron(self.env["paycollect.installment.plan"], days)
        self.send_planned(days)

    def test_a_customer_accepts_a_plan_and_sees_what_becomes_of_it(self):
        move = self.make_invoice(due=-10)
        plan = self.offer(move, offer_text="As we discussed")
        self.log_in("portal_acme")
        for page in ("/my", "/my/scheduled"):
            self.assertIn(f"{PLANS}?plan={plan.id}", self.open_page(page))
        page = self.open_page(f"{PLANS}?plan={plan.id}")
        for words in ("As we discussed", "$50.00", "4242", "Accept the payment plan"):
            self.assertIn(words, page)
        mark = self.get_mark(page)
        answer = {"plan": plan.id, "method": self.card.id, "mark": mark}
        page = self.post(f"{PLANS}/accept", **answer)
        self.assertIn("confirm that you agree", page)
        page = self.post(f"{PLANS}/accept", **{**answer, "mark": "other"}, agreed="1")
        self.assertIn("terms have changed", page)
        self.assertFalse(plan.accepted_at)
        page = self.post(f"{PLANS}/accept", **answer, agreed="1")
        self.assertIn("your payment plan is set", page)
        self.assertIn("$50.00 is being charged to your Visa •••• 4242 now", page)
        plan.invalidate_recordset()
        consent = plan.consent_id
        mail = self.find_mail(f"Your payment plan for {move.name} is set")
        self.assertIn("Here is what you agreed to", mail.body_html)
        self.assertIn(consent.text_shown.split("\n\n")[-1], mail.body_html)
        self.assertLess(self.find_mail("payment method").id, mail.id, "one mail")
        self.assertEqual((plan.token_id, consent.channel), (self.card, "portal"))
        self.assertIn(move.name, consent.text_shown)
        self.assertEqual(consent.partner_id, self.portal_user.partner_id)
        page = self.post(f"{PLANS}/accept", **answer, agreed="1")
        self.assertIn("your payment plan is set", page, "a second tap")
        self.assertIn("In your payment plan", self.open_page("/my/balance"))
        [item] = self.customer._get_open_items(self.company, self.today)[self.customer]
        self.assertEqual((item.state, item.until), ("in_plan", self.today))
        self.run_plans(0)
        self.assertEqual(move.amount_residual, 50)
        self.assertIn("Paid", self.open_page(f"{PLANS}?plan={plan.id}"))
        self.run_plans(11)
        mail = self.find_mail("of your payment plan on")
        self.assertIn("$50.00", mail.body_html)
        self.assertIn("4242", mail.body_html)
        self.run_plans(14)
        self.assertEqual(plan.state, "done")
        late = self.today + timedelta(days=30)
        items = self.customer._get_open_items(self.company, late)
        self.assertFalse(items[self.customer])

    def test_a_plan_is_declined_or_left_to_whom_it_belongs(self):
        plan = self.offer(self.make_invoice())
        self.log_in("portal_other")
        for path in ("accept", "decline", "end", "pay"):
            self.assertEqual(self.try_post(f"{PLANS}/{path}", plan.id), 404, path)
        self.assertFalse(plan.declined_at or plan.accepted_at)
        self.log_in("portal_acme")
        self.open_page(f"{PLANS}?plan={plan.id}")
        page = self.post(f"{PLANS}/decline", plan=plan.id)
        self.assertIn("You declined this payment plan", page)
        plan.invalidate_recordset()
        self.assertEqual(plan.state, "declined")

    def test_a_customer_ends_a_plan_and_is_charged_no_more(self):
        plan = self.offer(self.make_invoice())
        plan._accept(self.customer, self.card, "portal", self.at())
        plan.attempt_ids._set_canceled("superseded")
        self.log_in("portal_acme")
        page = self.open_page(f"{PLANS}?plan={plan.id}")
        self.assertIn("End this payment plan", page)
        page = self.post(f"{PLANS}/end", plan=plan.id)
        self.assertIn("You asked us to end this payment plan", page)
        self.assertIn("stays due on the days below", page)
        self.assertNotIn("Yes, end it", page)
        plan.invalidate_recordset()
        self.assertTrue(plan.end_asked_at)
        self.run_plans(14)
        self.assertEqual(plan.attempt_ids.mapped("state"), ["canceled"])

    def try_post(self, path, plan_id):
        self.open_page("/my/scheduled")
        token = self.get_csrf()
        data = {"csrf_token": token, "plan": plan_id}
        return self.url_open(path, data=data).status_code

    def get_csrf(self):
        page = self.url_open("/my/account").text
        return page.split('name="csrf_token" value="')[1].split('"')[0]

    def test_a_link_accepts_a_plan_that_is_paid_by_hand(self):
        move = self.make_invoice()
        plan = self.offer(move, needs_method=False)
        queue = "mail.ir_cron_mail_scheduler_action"
        woken = self.env["ir.cron.trigger"].search([])
        with self.mock_mail_gateway():
            plan._tell("offered", fields.Datetime.now())
        woken = self.env["ir.cron.trigger"].search([]) - woken
        self.assertIn(self.env.ref(queue), woken.cron_id, "it doesn't wait an hour")
        mail = self.find_mail(f"Pay {move.name} in parts")
        self.assertIn("$50.00", mail.body_html)
        url = self.env["paycollect.link"]._issue(
            self.customer, "plan", self.company, move=move
        )
        path = "/pay/" + url.rsplit("/", 1)[1]
        self.authenticate(None, None)
        page = self.open_page(f"{path}?method=none")
        self.assertIn("pay each part by its date", page)
        answer = {
            "act": "accept",
            "method": "none",
            "mark": self.get_mark(page),
            "agreed": "1",
        }
        page = self.post(f"{path}/plan", **answer)
        self.assertIn("remind you before each part", page)
        plan.invalidate_recordset()
        self.assertFalse(plan.token_id or plan.consent_id)
        self.run_plans(0)
        self.assertFalse(plan.attempt_ids)
        self.run_plans(11)
        self.assertIn("/pay/", self.find_mail("is due on").body_html)
        page = self.post(f"{path}/plan", act="invoice")
        self.assertIn("$50.00", page, "the page of the invoice asks for one part")
        day = self.today + timedelta(days=4)
        items = self.customer._get_open_items(self.company, day)[self.customer]
        self.assertEqual(items[0].state, "overdue", "the plan is broken")

    def test_whoever_adds_a_method_for_a_plan_is_led_back_to_it(self):
        move = self.make_invoice()
        plan = self.offer(move)
        links = self.env["paycollect.link"]
        url = links._issue(self.customer, "plan", self.company, move=move)
        path = "/pay/" + url.rsplit("/", 1)[1]
        self.authenticate(None, None)
        self.open_page(path)
        form = {"csrf_token": self.csrf, "act": "method"}
        method_url = self.url_open(f"{path}/plan", data=form).url
        page = self.save_method(method_url)
        self.assertIn("please accept your payment plan", page)
        self.assertIn(f'href="{path}"', page)
        plan._decline(fields.Datetime.now())
        self.assertNotIn(path, self.save_method(method_url))

    def save_method(self, url):
        """Save a card on the page of a link; return the page after it."""
        link = self.env["paycollect.link"].search(
            [("purpose", "=", "method")], order="id desc", limit=1
        )
        values = self.make_jsonrpc_request(
            f"{urlsplit(url).path}/transaction",
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": None,
                "amount": None,
                "flow": "direct",
                "tokenization_requested": True,
                "landing_route": "/pay/done",
                "is_validation": True,
                "access_token": link._get_consent_mark(),
                "csrf_token": "x",
            },
        )
        card = {
            "reference": values["reference"],
            "payment_details": "4242 4242 4242 4242 12/30",
            "simulated_state": "done",
        }
        self.make_jsonrpc_request("/payment/demo/simulate_payment", card)
        self.make_jsonrpc_request("/payment/status/poll", {})
        return self.open_page("/pay/done")

    def test_a_removed_method_is_named_in_an_email(self):
        plan = self.offer(self.make_invoice())
        plan._accept(self.customer, self.card, "portal", fields.Datetime.now())
        spare = self.make_token(self.customer, payment_details="1881")
        with self.mock_mail_gateway():
            self.card.active = False
        self.assertEqual(plan.token_id, spare)
        self.assertIn("4242", self.find_mail("Your payment plan uses").body_html)
        with self.mock_mail_gateway():
            spare.active = False
        self.assertIn("1881", self.find_mail("needs a payment method").body_html)
        with self.mock_mail_gateway():
            plan.with_user(self.accountant).action_cancel()
        self.assertIn("$100.00", self.find_mail("has ended").body_html)
