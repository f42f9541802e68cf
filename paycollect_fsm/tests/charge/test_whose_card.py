# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common_whose_card import WhoseCardCommon


@tagged("post_install", "-at_install")
class TestWhoseCard(WhoseCardCommon):
    """A customer's card pays for what that customer ordered, or what was approved."""

    def test_an_unrelated_invoice_address_is_not_charged(self):
        self.point_at_b()
        move = self.complete(self.job)
        self.assertEqual(move.partner_id, self.b)
        self.assertWaits(move)
        self.assertIn(
            "B Inc. would pay for work that A Inc. ordered", move.collection_explanation
        )
        self.assertIn("Collections user approves", move.collection_explanation)

    def test_the_job_says_that_it_waits(self):
        self.point_at_b()
        self.assertIn(
            "another customer ordered", self.job._get_charge_preview(self.preview())
        )
        self.complete(self.job)
        self.assertEqual(self.job.collection_state, "approval")
        self.assertIn("once accounting approves", self.job.collection_status)

    def preview(self):
        return self.job._get_collectable_preview(100)

    def test_the_change_is_in_the_audit_log(self):
        self.point_at_b()
        entry = self.env["paycollect.log"].search(
            [("kind", "=", "payer"), ("partner_id", "=", self.b.id)], limit=1
        )
        self.assertIn("will be charged to B Inc.", entry.detail)
        self.assertEqual(entry.company_id, self.company)

    def test_the_change_is_logged_on_the_order(self):
        self.point_at_b()
        self.assertIn(
            "will be charged to B Inc. instead of A Inc., once a Collections user",
            str(self.order.message_ids[0].body),
        )

    def test_the_forms_say_who_will_be_charged(self):
        self.assertFalse(self.order.collection_payer_text)
        self.point_at_b()
        for booking in (self.order, self.job):
            text = booking.with_user(self.salesperson).collection_payer_text
            self.assertIn("Will be charged to B Inc.", text)
            self.assertIn("ordered by A Inc.", text)

    def test_a_contact_that_moves_to_another_company_does_not_take_its_card(self):
        ann = self.env["res.partner"].create(
            {"name": "Ann", "collection_policy_id": self.policies["auto"].id}
        )
        job = self.make_job(ann, token=None)
        ann.with_user(self.salesperson).parent_id = self.b
        self.assertIn("B Inc.", str(job.sale_line_id.order_id.message_ids[0].body))
        move = self.complete(job)
        self.assertEqual(move.commercial_partner_id, self.b)
        self.assertWaits(move)

    def test_a_customer_replaced_on_a_confirmed_order_is_not_charged(self):
        self.order.with_user(self.salesperson).write({"partner_id": self.b.id})
        self.order.partner_invoice_id = self.b
        self.assertEqual(self.order.collection_orderer_id, self.a)
        self.assertWaits(self.complete(self.job))

    def test_a_quotation_follows_its_customer(self):
        order = self.make_sale(self.a, confirm=False)
        order.write(
            {"partner_id": self.b.id, "fsm_location_id": self.make_location(self.b).id}
        )
        self.assertEqual(order.collection_orderer_id, self.b)
        order.action_confirm()
        self.assertEqual(self.complete(order.fsm_order_ids).payment_state, "paid")

    def test_the_orderer_of_a_location_that_is_sold_does_not_change(self):
        job = self.make_plain_job(self.a, [(self.cable, 2)])
        job.location_id.with_user(self.dispatcher).owner_id = self.b
        move = self.complete(job)
        self.assertEqual(move.commercial_partner_id, self.b)
        self.assertWaits(move)

    def test_an_invoice_whose_customer_was_corrected_waits_too(self):
        with trap_jobs():
            move = self.complete(self.job)
        move.button_draft()
        move.partner_id = self.b
        with trap_jobs():
            move.action_post()
            attempt = move._plan_collection("completion")
        self.assertEqual(attempt.parked_code, "approval")

    def test_a_new_card_is_not_said_to_pay_what_has_to_be_approved(self):
        self.card.active = False
        self.point_at_b()
        move = self.complete(self.job)
        self.assertEqual(move.collection_decision_code, "no_method")
        self.assertFalse(self.b._get_waiting_amounts(self.company))
        with trap_jobs():
            self.b._collection_method_added(self.make_token(self.b))
        self.assertEqual(move.collection_attempt_ids.parked_code, "approval")

    def test_a_company_that_does_not_collect_logs_nothing(self):
        self.company.collection_active = False
        before = self.order.message_ids
        self.point_at_b()
        self.assertEqual(self.order.message_ids, before)
        self.job.with_user(self.technician).location_id = self.make_location(self.b)


@tagged("post_install", "-at_install")
class TestPointing(WhoseCardCommon):
    """Who does the work does not choose who pays for it."""

    def set_scene(self):
        super().set_scene()
        self.plain = self.make_plain_job(self.a, [(self.cable, 2)])

    def assertKept(self, records, **vals):
        with self.assertRaisesRegex(AccessError, "change who pays"):
            records.with_user(self.technician).write(vals)

    def test_a_technician_does_not_attach_a_job_to_another_customers_order(self):
        other = self.make_sale(self.b)
        self.assertKept(self.plain, sale_id=other.id)
        self.assertKept(self.job, sale_line_id=other.order_line[:1].id)

    def test_a_technician_does_not_move_a_job_to_another_customers_location(self):
        self.assertKept(self.plain, location_id=self.make_location(self.b).id)

    def test_a_technician_does_not_give_a_location_to_another_customer(self):
        self.assertKept(self.plain.location_id, owner_id=self.b.id)

    def test_a_clerk_does_not_change_who_pays_for_an_order(self):
        order = self.order.with_user(self.clerk)
        with self.assertRaisesRegex(AccessError, "change who pays"):
            order.partner_invoice_id = self.b

    def test_a_technician_does_not_move_a_job_to_another_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.assertKept(self.plain, company_id=company.id)
        with self.assertRaisesRegex(AccessError, "access to Other"):
            self.plain.with_user(self.dispatcher).company_id = company

    def test_a_technician_moves_a_job_to_another_location_of_the_customer(self):
        other = self.make_location(self.a, "Warehouse")
        self.plain.with_user(self.technician).location_id = other
        self.assertEqual(self.plain.location_id, other)

    def test_a_dispatcher_corrects_the_location_and_sees_who_pays(self):
        self.plain.with_user(self.dispatcher).location_id = self.make_location(self.b)
        self.assertIn(
            "This work will be charged to B Inc. instead of A Inc.",
            str(self.plain.message_ids[0].body),
        )
        self.assertEqual(self.plain.collection_orderer_id, self.b)
        self.assertEqual(self.complete(self.plain).payment_state, "paid")


@tagged("post_install", "-at_install")
class TestApprovedPayer(WhoseCardCommon):
    """A property manager pays for its tenants, once a Collections user approved it."""

    def set_scene(self):
        super().set_scene()
        self.point_at_b()
        self.move = self.complete(self.job)

    def test_an_approved_charge_is_sent(self):
        self.approve(self.move)
        self.assertEqual(self.move.payment_state, "paid")
        self.assertEqual(len(self.move.collection_attempt_ids), 1)
        self.assertFalse(self.move.activity_ids)

    def test_the_approval_says_who_approved_what(self):
        self.approve(self.move)
        approval = self.env["paycollect.approval"].search([])
        self.assertEqual(approval.kind, "payer")
        self.assertEqual(approval.payer_id, self.b)
        self.assertEqual(approval.orderer_id, self.a)
        self.assertEqual(approval.company_id, self.company)
        self.assertEqual(approval.approved_by_id, self.accountant)
        self.assertTrue(approval.approved_at)
        self.assertIn("B Inc. would pay", approval.reason)

    def test_the_dialog_says_who_will_be_charged(self):
        action = self.move.with_user(self.accountant).action_approve_charge()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        dialog = dialog.with_user(self.accountant)
        self.assertIn("B Inc. will be charged $100.00", dialog.summary)
        self.assertIn("•••• 4242", dialog.summary)
        self.assertTrue(dialog.is_stranger)

    def make_other_job(self):
        return self.make_job(self.a, token=None, partner_invoice_id=self.b.id)

    def test_the_next_job_is_charged_at_once(self):
        self.approve(self.move)
        self.assertEqual(self.complete(self.make_other_job()).payment_state, "paid")

    def test_all_that_waits_for_the_same_approval_is_charged(self):
        other = self.complete(self.make_other_job())
        self.assertWaits(other)
        self.approve(self.move)
        self.assertEqual(other.payment_state, "paid")
        self.assertFalse(other.activity_ids)

    def test_another_orderer_is_another_approval(self):
        self.approve(self.move)
        c = self.make_partner("C Inc.")
        job = self.make_job(c, token=None, partner_invoice_id=self.b.id)
        self.assertWaits(self.complete(job))

    def test_a_revoked_approval_ends_it(self):
        self.approve(self.move)
        approval = self.env["paycollect.approval"].search([])
        approval.with_user(self.accountant).action_revoke()
        self.assertEqual(approval.revoked_by_id, self.accountant)
        self.assertWaits(self.complete(self.make_other_job()))

    def test_an_approval_that_is_revoked_before_the_claim_stops_the_charge(self):
        self.approve(self.move)
        job = self.make_other_job()
        with trap_jobs():
            job.action_complete()
        move = job.invoice_lines.move_id
        self.assertFalse(move.collection_attempt_ids.parked_code)
        self.env["paycollect.approval"].search([]).action_revoke()
        with trap_jobs():
            move.collection_attempt_ids._send()
        self.assertWaits(move)

    def test_only_collections_users_of_the_company_approve(self):
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "a_stranger",
            groups="paycollect_fsm.group_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        for user in (self.technician, self.salesperson, self.clerk, stranger):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.move.with_user(user).action_approve_charge()
        self.assertWaits(self.move)

    def test_a_dialog_is_not_used_by_somebody_else(self):
        action = self.move.with_user(self.accountant).action_approve_charge()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        for user in (self.technician, self.clerk, self.manager):
            with self.assertRaises(AccessError):
                dialog.with_user(user).action_approve()
        self.assertWaits(self.move)

    def test_only_collections_users_revoke(self):
        self.approve(self.move)
        approval = self.env["paycollect.approval"].search([])
        for user in (self.technician, self.salesperson, self.clerk):
            with self.assertRaises(AccessError):
                approval.with_user(user).action_revoke()
        self.assertFalse(approval.revoked_at)

    def test_approvals_are_not_written_or_deleted(self):
        self.approve(self.move)
        approval = self.env["paycollect.approval"].search([])
        for user in (self.clerk, self.accountant, self.manager):
            with self.assertRaises(AccessError):
                approval.with_user(user).revoked_at = False
            with self.assertRaises(AccessError):
                approval.with_user(user).unlink()
        with self.assertRaisesRegex(Exception, "can't be deleted"):
            approval.unlink()

    def test_a_release_is_no_approval(self):
        attempt = self.move.collection_attempt_ids
        with self.assertRaisesRegex(Exception, "waits for approval"):
            attempt.with_user(self.manager).action_release()
        self.assertWaits(self.move)

    def test_collecting_by_hand_asks_for_the_same_approval(self):
        attempt = self.move.collection_attempt_ids
        attempt.with_user(self.accountant).action_cancel()
        with trap_jobs():
            action = self.move.with_user(self.accountant).action_collect_now()
        self.assertEqual(action["res_model"], "paycollect.approve")
        self.assertEqual(self.move.collection_attempt_ids, attempt)
        self.approve(self.move)
        self.assertEqual(self.move.payment_state, "paid")

    def test_the_job_has_the_button_too(self):
        action = self.job.with_user(self.manager).action_approve_charge()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(dialog.move_id, self.move)
