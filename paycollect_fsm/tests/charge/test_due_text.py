# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common_collectable import CollectableCommon

DAY_0 = datetime(2026, 6, 1, 14)


@tagged("post_install", "-at_install")
class TestDueText(CollectableCommon):
    """What the technician, accounting and the customer read about an amount and its
    date."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clock = cls.startClassPatcher(freeze_time(DAY_0))
        cls.big_repair = cls.make_product("Big repair", 1000)
        cls.net_60 = cls.make_term((100, 60))
        cls.thirty_seventy = cls.make_term((30, 0), (70, 60), name="30 now, 70 later")

    def make_term_job(self, term, mode="auto", token="done"):
        partner = self.make_partner(mode=mode)
        return self.make_job(
            partner, [self.big_repair], token=token, mode=mode, payment_term_id=term.id
        )

    def preview(self, job):
        return self.env["paycollect.complete"].create({"order_id": job.id}).how

    def mail(self, move):
        return str(self.mails_to(move)[-1:].body_html).replace("\xa0", " ")

    # -- before ------------------------------------------------------------------

    def test_what_is_not_due_yet_is_not_charged_now(self):
        how = self.preview(self.make_term_job(self.net_60))
        self.assertNotIn("charged now", how)
        self.assertIn("charged on the due date", how)
        self.assertIn("Jul 31, 2026", how)

    def test_what_credit_pays_is_not_charged(self):
        job = self.make_job()
        self.make_credit_note(job._get_payer(), 500)
        self.assertIn("Nothing will be charged.", self.preview(job))

    def test_nothing_is_charged_while_accounting_decides_about_credit(self):
        self.company.collection_credit_use = "ask"
        job = self.make_job()
        self.make_credit_note(job._get_payer(), 10)
        self.assertIn("Nothing will be charged yet.", self.preview(job))

    def test_while_charging_is_stopped_nothing_is_charged_now(self):
        job = self.make_job()
        self.company.collection_stopped_at = DAY_0
        self.assertIn("on hold", self.preview(job))

    def test_in_a_database_that_may_be_a_copy_nothing_is_charged_now(self):
        job = self.make_job()
        self.env["ir.config_parameter"].set_param("database.uuid", "a-copy")
        self.assertIn("on hold", self.preview(job))

    def test_an_amount_above_the_policys_limit_is_not_charged(self):
        self.policies["auto"].max_auto_amount = 50
        self.assertIn("above the limit", self.preview(self.make_job()))

    def test_the_orders_own_term_is_named(self):
        job = self.make_term_job(self.thirty_seventy, mode="net", token=False)
        self.assertIn("30 now, 70 later", self.preview(job))

    # -- after -------------------------------------------------------------------

    def test_a_charge_of_another_day_is_not_charging(self):
        job = self.make_term_job(self.net_60)
        self.complete(job)
        self.assertEqual(job.collection_state, "planned")
        self.assertIn("will be charged on Jul 31, 2026", job.collection_status)

    def test_a_charge_that_is_held_back_is_not_charging(self):
        self.company.collection_credit_use = "ask"
        job = self.make_job()
        self.make_credit_note(job._get_payer(), 10)
        move = self.complete(job)
        self.assertEqual(job.collection_state, "held")
        self.assertIn("on hold", job.collection_status)
        self.assertIn("applies the credit", move.collection_explanation)

    def test_a_charge_that_is_about_to_be_sent_is_charging(self):
        job = self.make_job()
        with trap_jobs():
            job.action_complete()
        self.assertEqual(job.collection_state, "charging")

    def test_two_parts_are_named_with_their_dates(self):
        job = self.make_term_job(self.thirty_seventy, mode="net", token=False)
        move = self.complete(job)
        for text in (
            job.collection_status,
            move.collection_explanation,
            self.mail(move),
        ):
            text = str(text).replace("&nbsp;", " ").replace("\xa0", " ")
            self.assertIn("300.00 is due by Jun 1, 2026, and $700.00 by Jul 31", text)
        self.assertIn("due on", self.mail(move))

    def test_the_discount_is_named_with_the_full_amount(self):
        job = self.make_term_job(self.make_discount_term(), mode="net", token=False)
        move = self.complete(job)
        for text in (job.collection_status, self.mail(move)):
            text = text.replace("\xa0", " ")
            self.assertIn("980.00 is due by Jun 11, 2026", text)
            self.assertIn("1,000.00 is due by Jul 1, 2026", text)

    def test_the_message_about_the_rest_says_what_was_paid(self):
        move = self.complete(self.make_term_job(self.thirty_seventy))
        mail = self.mail(move)
        self.assertIn("Balance due", mail)
        self.assertIn("300.00", mail)

    def test_the_receipt_does_not_count_the_discount_as_money_received(self):
        move = self.complete(self.make_term_job(self.make_discount_term()))
        mail = self.mail(move)
        self.assertIn("Paid in full", mail)
        self.assertNotIn("1,000.00 paid", " ".join(mail.split()))

    def test_a_method_that_is_missing_is_charged_when_it_is_due(self):
        move = self.complete(self.make_term_job(self.net_60, token=False))
        mail = self.mail(move)
        self.assertIn("when it is due", mail)
        self.assertNotIn("right away", mail)

    # -- what follows ------------------------------------------------------------

    def test_what_a_user_canceled_is_not_said_to_be_charged_later(self):
        job = self.make_job()
        with trap_jobs():
            job.action_complete()
        move = job.invoice_lines.move_id
        move.collection_attempt_ids.with_user(self.accountant).action_cancel()
        self.assertIn("Collect Now", move.collection_explanation)
        self.assertNotIn("adds a payment method", move.collection_explanation)

    def test_an_amount_above_the_limit_is_not_said_to_be_charged_later(self):
        self.policies["auto"].max_auto_amount = 50
        move = self.complete(self.make_job())
        self.assertIn("manager approves", move.collection_explanation)

    def test_nothing_is_said_to_be_charged_while_collection_is_off(self):
        move = self.complete(self.make_job(token=False))
        self.assertIn("adds a payment method", move.collection_explanation)
        self.company.collection_active = False
        move.invalidate_recordset()
        self.assertIn("turned off", move.collection_explanation)
