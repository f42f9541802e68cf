# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.tests import tagged

from ..schedule.common_schedule import ScheduleCommon, SchedulePages

PREPAID = "/my/prepaid"


@tagged("post_install", "-at_install")
class TestPrepaidPages(ScheduleCommon, SchedulePages):
    """Customers see what they have left, and agree to have next blocks charged."""

    def set_scene(self):
        super().set_scene()
        hour = self.env.ref("uom.product_uom_hour")
        self.labor = self.make_product("Labor", 120, uom_id=hour.id)
        self.product = self.make_product(
            "Ten hours of support",
            900,
            invoice_policy="order",
            field_service_tracking="no",
            hour_block_kind="hours",
            hour_block_hours=10,
            hour_block_income="sold",
            hour_block_refill="charge",
            hour_block_threshold=2,
        )

    def sell(self, partner):
        line = Command.create({"product_id": self.product.id})
        vals = {"invoice_line_ids": [Command.clear(), line]}
        move = self.make_invoice(partner, **vals)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        return move.hour_block_ids

    def test_a_customer_sees_the_hours_and_agrees_to_a_refill_and_ends_it(self):
        self.log_in("portal_acme")
        self.assertNotIn(PREPAID, self.open_page("/my"))
        block = self.sell(self.customer)
        foreign = self.sell(self.other)
        job = self.make_job(self.customer, [(self.labor, 3)], token=None, mode=None)
        self.complete(job)
        self.assertIn(PREPAID, self.open_page("/my"))
        page = self.open_page(PREPAID)
        for words in ("7 h", "left of 10 h", "In use", job.name, "at most $900.00"):
            self.assertIn(words, " ".join(page.split()))
        self.assertNotIn(foreign.move_id.name, page)
        answer = {
            "block": block.id,
            "method": self.card.id,
            "mark": self.get_mark(page),
        }
        page = self.post(f"{PREPAID}/refill", **answer)
        self.assertIn("confirm that you agree", page)
        page = self.post(f"{PREPAID}/refill", **{**answer, "mark": "x"}, agreed="1")
        self.assertIn("terms have changed", page)
        self.assertFalse(block._find_agreement())
        page = self.post(f"{PREPAID}/refill", **answer, agreed="1")
        agreement = block._find_agreement()
        self.assertEqual(agreement.max_amount, 900)
        self.assertIn("Ten hours of support", agreement.consent_id.text_shown)
        self.assertIn("When less than 2 h is left, Visa", page)
        self.post(f"{PREPAID}/refill", **answer, agreed="1")  # a second tap
        self.assertEqual(block._find_agreement(), agreement)
        page = self.post(f"{PREPAID}/off", block=block.id)
        self.assertIn("no longer charged automatically", page)
        self.assertEqual(agreement.end_reason, "customer")
        self.log_in("portal_other")
        self.open_page("/my/account")
        for path in ("refill", "off"):
            self.post(f"{PREPAID}/{path}", 404, **answer, agreed="1")
