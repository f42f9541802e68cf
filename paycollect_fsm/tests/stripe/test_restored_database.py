# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.tests.common import trap_jobs

from ...rules.stripe_events import MARK
from .common_stripe_events import StripeEventCase, make_refund

IDENTITY = "odoo.addons.paycollect_fsm.models.stripe.payment_transaction_identity"


@tagged("post_install", "-at_install")
class TestRestoredDatabase(StripeEventCase):
    """A database restored from a backup assigns the same numbers again.

    A paid an invoice after the backup; after the restore, its number and payment
    reference belong to B's invoice.
    """

    def set_scene(self):
        super().set_scene()
        self.attempt = self.claim(partner=self.make_partner("B Inc."))
        self.ours = self.attempt.transaction_id
        self.uuid = self.env["ir.config_parameter"].get_param("database.uuid")

    def forgotten(self, **values):
        """Return A's payment, which this database has lost."""
        metadata = {
            MARK: "forgotten",
            "paycollect_reference": self.ours.reference,
            "paycollect_database": self.uuid,
        }
        return self.make_intent(self.ours, id="pi_a", metadata=metadata, **values)

    def assertStillOpen(self):
        self.assertEqual(self.ours.state, "draft")
        self.assertFalse(self.ours.provider_reference)
        self.assertEqual(self.attempt.move_id.payment_state, "not_paid")

    def test_the_same_reference_has_another_key(self):
        reference = self.ours.reference
        with self.stripe(**{"POST payment_intents": self.forgotten()}) as stripe:
            self.ours._stripe_create_intent()
            self.ours._stripe_create_intent()
            self.ours.reference = "forgotten"
            self.ours.flush_recordset()
            again = self.make_transaction(
                reference=reference, token_id=self.attempt.token_id.id
            )
            again._stripe_create_intent()
        first, repeated, other = stripe.requests
        self.assertEqual(first.key, repeated.key)
        self.assertNotEqual(first.key, other.key)
        self.assertNotEqual(
            first.data[f"metadata[{MARK}]"], other.data[f"metadata[{MARK}]"]
        )

    @mute_logger(IDENTITY)
    def test_an_answer_about_another_payment_does_not_pay_the_invoice(self):
        with self.stripe(**{"POST payment_intents": self.forgotten()}):
            self.attempt._charge()
        self.assertEqual(self.attempt.state, "unknown")
        self.assertStillOpen()

    def test_an_event_about_a_forgotten_payment_does_not_pay_the_invoice(self):
        event = self.apply("payment_intent.succeeded", self.forgotten())
        self.assertEqual(event.state, "waiting")
        self.assertStillOpen()

    def test_money_that_the_database_has_forgotten_is_told_to_a_person(self):
        event = self.apply("payment_intent.succeeded", self.forgotten())
        event._apply(event.received_at + timedelta(days=3, seconds=1))
        self.assertEqual(event.state, "failed")
        self.assertIn("restored from an older backup", event.reason)
        for tries in range(9):
            event._apply(event.received_at + timedelta(days=4 + tries))
        self.assertIn("pi_a", str(event.activity_ids.mapped("note")))
        self.assertEqual(len(event.activity_ids), 1)

    def test_an_event_without_a_mark_is_matched_by_the_known_id_only(self):
        intent = {**self.forgotten(), "metadata": {}}
        event = self.apply("payment_intent.succeeded", intent)
        self.assertEqual(event.state, "waiting")
        self.ours.provider_reference = "pi_a"
        event._apply(fields.Datetime.now())
        self.assertEqual(self.ours.state, "done")

    def test_a_refund_of_a_forgotten_payment_gives_nothing_back_here(self):
        self.apply_intent(self.ours, id="pi_b")
        charge = {
            "id": "ch_a",
            "description": self.ours.reference,
            "metadata": self.forgotten()["metadata"],
            "payment_intent": "pi_a",
        }
        refund = make_refund("pi_a", self.ours._get_minor_amount(), "usd")
        charge["refunds"] = {"data": [refund], "has_more": False}
        event = self.apply("charge.refunded", charge)
        self.assertEqual(event.state, "waiting")
        self.assertEqual(self.apply("charge.refund.updated", refund).state, "waiting")
        self.assertFalse(self.ours.child_transaction_ids)
        self.assertEqual(self.attempt.move_id.payment_state, "paid")

    @mute_logger(IDENTITY)
    def test_who_returns_with_another_payment_s_id_has_not_paid(self):
        returned = {"reference": self.ours.reference}
        returned["payment_intent"] = self.forgotten()
        self.env["payment.transaction"]._process("stripe", returned)
        self.assertStillOpen()


@tagged("post_install", "-at_install")
class TestMovedDatabase(StripeEventCase):
    """A database that moved got another mark; what it asked for before is its own."""

    def set_scene(self):
        super().set_scene()
        self.attempt = self.claim()
        self.payment = self.attempt.transaction_id
        self.asked = self.payment._prepare_stripe_metadata()
        self.env["ir.config_parameter"].set_param("database.uuid", "moved")

    def hear(self):
        metadata = {
            key.removeprefix("metadata[").rstrip("]"): value
            for key, value in self.asked.items()
        }
        return self.apply_intent(self.payment, metadata=metadata)

    def answer(self):
        user = self.get_user("an_administrator")
        with trap_jobs():
            self.env["res.company"].with_user(user).action_confirm_original()

    def test_what_was_asked_for_before_the_move_is_booked_after_it(self):
        self.answer()
        self.hear()
        self.assertEqual(self.attempt.state, "paid")

    def test_it_is_booked_before_anybody_said_what_this_database_is(self):
        self.hear()
        self.assertEqual(self.attempt.state, "paid")

    def test_after_two_moves_it_is_booked_as_well(self):
        self.answer()
        self.env["ir.config_parameter"].set_param("database.uuid", "moved again")
        self.env["res.company"].sudo().action_confirm_original()
        self.hear()
        self.assertEqual(self.attempt.state, "paid")

    def test_nobody_is_told_of_the_payments_of_the_original(self):
        """As long as this may be a copy, only the original knows its new ones."""
        self.asked = {**self.asked, f"metadata[{MARK}]": "of the original"}
        event = self.hear()
        event._apply(event.received_at + timedelta(days=3, seconds=1))
        self.assertEqual(event.state, "waiting")
        self.answer()
        event._apply(event.received_at + timedelta(days=4))
        self.assertEqual(event.state, "failed")

    def test_what_another_database_asked_for_is_left_alone(self):
        self.answer()
        self.asked = {**self.asked, "metadata[paycollect_database]": "another"}
        self.assertEqual(self.hear().state, "ignored")
        self.assertEqual(self.attempt.state, "sent")
