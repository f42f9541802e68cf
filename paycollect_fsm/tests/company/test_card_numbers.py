# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo.tests import tagged

from ..rights.common_rights import RightsCommon

CARD = "4242 4242 4242 4242"
TYPED = f"my card is {CARD}, 12/29"
MASKED = "my card is •••• 4242, 12/29"
TEXTS = ("char", "text", "html", "json")
# Fields of ours that are not masked: no person fills them in, and another value would
# break them.
KEPT = {
    ("paycollect.attempt", "intent"): "ID at the provider",
    ("paycollect.chargeback", "provider_reference"): "ID at the provider",
    ("paycollect.custody", "take_key"): "random value",
    ("paycollect.discrepancy", "key"): "made of IDs",
    ("paycollect.event", "event_id"): "ID at the provider",
    ("paycollect.event", "object_ref"): "ID at the provider",
    ("paycollect.event", "payload"): "masked on arrival, except for IDs",
    ("paycollect.hold", "release_ref"): "ID at the provider",
    ("paycollect.link", "token_hash"): "hash",
    ("paycollect.link", "pending_token"): "random value, deleted once sent",
    ("paycollect.link.visit", "source_hash"): "hash",
    ("paycollect.provider.customer", "reference"): "ID at the provider",
    ("paycollect.settlement", "reference"): "ID at the provider",
    ("paycollect.settlement.line", "object_ref"): "ID at the provider",
    ("paycollect.settlement.line", "reference"): "ID at the provider",
    ("paycollect.settlement.line", "source_refs"): "IDs at the provider",
    ("paycollect.take.payment", "key"): "random value",
    ("payment.token", "fingerprint"): "ID at the provider",
    ("payment.transaction", "collection_charge_ref"): "ID at the provider",
    ("payment.transaction", "collection_mark"): "random value",
    ("payment.transaction", "collection_request"): "sent to the provider as it is",
    ("payment.transaction", "collection_verification_url"): "the provider's address",
}


@tagged("post_install", "-at_install")
class TestCardNumbers(RightsCommon):
    """No card number is stored in a text, whoever fills it in."""

    def test_every_text_of_ours_is_masked_or_has_a_reason(self):
        kept = set()
        for model, name in self._find_texts():
            value = {"a": [TYPED]} if self._type(model, name) == "json" else TYPED
            masked = self.env[model]._mask_card_numbers({name: value})[name]
            if CARD in str(masked):
                kept.add((model, name))
        self.assertEqual(kept, KEPT.keys())

    def _find_texts(self):
        for model, cls in self.env.items():
            for field in cls._fields.values():
                ours = field._modules[:1] == ("paycollect_fsm",)
                if ours and field.store and field.type in TEXTS and not cls._abstract:
                    if cls._auto and not field.inherited:
                        yield model, field.name

    def _type(self, model, name):
        return self.env[model]._fields[name].type

    def test_nobody_stores_a_card_number_in_an_extra_or_a_po_number(self):
        self.write_as("technician", self.extra, name=TYPED)
        self.write_as("dispatcher", self.job, collection_po_number=CARD)
        self.write_as("dispatcher", self.order, client_order_ref=CARD)
        self.assertEqual(self.extra.name, MASKED)
        self.assertEqual(self.job.collection_po_number, "•••• 4242")
        self.assertEqual(self.order.client_order_ref, "•••• 4242")

    def test_a_default_value_is_masked(self):
        Extra = self.as_user(self.extra.browse(), "technician")
        extra = Extra.with_context(default_name=TYPED).create(
            {"order_id": self.job.id, "product_id": self.cable.id}
        )
        self.assertEqual(extra.name, MASKED)

    def test_notes_of_jobs_orders_and_customers_are_masked(self):
        note = Markup("<p>%s</p>") % TYPED
        for role, record, name in (
            ("technician", self.job, "resolution"),
            ("dispatcher", self.job, "description"),
            ("dispatcher", self.order, "note"),
        ):
            self.write_as(role, record, **{name: note})
            self.assertEqual(record[name], f"<p>{MASKED}</p>")
        self.customer.comment = note
        self.assertIn(MASKED, self.customer.comment)

    def test_the_text_of_an_invoice_is_masked_but_not_that_of_a_bill(self):
        for kind, expected in (("out_invoice", MASKED), ("in_invoice", TYPED)):
            move = self.env["account.move"].create({"move_type": kind, "ref": TYPED})
            self.assertEqual(move.ref, expected)
            move.ref = f"{TYPED}!"
            self.assertEqual(move.ref, f"{expected}!")

    def test_the_reason_to_stop_charging_is_masked(self):
        self.users["manager"].lang = "en_US"
        dialog = self.as_user(self.env["paycollect.switch"], "manager").create(
            {"reason": TYPED}
        )
        self.assertEqual(dialog.reason, MASKED)
        self.company.collection_stop_reason = TYPED
        self.assertEqual(self.company.collection_stop_reason, MASKED)
        self.company.collection_stop_reason = False

    def test_the_chatter_of_our_documents_is_masked(self):
        invoice = self.complete(self.job)
        records = (self.job, self.order, self.customer, invoice)
        for record in records:
            message = record.message_post(
                body=TYPED, subject=CARD, message_type="comment"
            )
            self.assertEqual(message.body, f"<p>{MASKED}</p>")
            self.assertEqual(message.subject, "•••• 4242")
            record._message_update_content(message, body=f"again {TYPED}")
            self.assertNotIn(CARD, message.body)

    def test_an_email_from_a_customer_is_masked(self):
        message = self.job.message_post(
            body=Markup("<p>Hi,</p><p>%s</p>") % CARD,
            author_id=self.customer.id,
            message_type="email",
        )
        self.assertEqual(message.body, "<p>Hi,</p><p>•••• 4242</p>")

    def test_an_activity_is_masked(self):
        activity = self.job.activity_schedule(
            "mail.mail_activity_data_todo", summary=CARD, note=TYPED
        )
        self.assertEqual(activity.summary, "•••• 4242")
        self.assertIn(MASKED, activity.note)

    def test_other_documents_are_not_touched(self):
        product = self.cable.product_tmpl_id
        product.description_sale = TYPED
        message = product.message_post(body=TYPED)
        self.assertIn(CARD, message.body)
        self.assertEqual(product.description_sale, TYPED)

    def test_a_company_that_does_not_collect_keeps_its_texts(self):
        self.company.collection_active = False
        self.order.client_order_ref = CARD
        self.assertEqual(self.order.client_order_ref, CARD)
        self.assertIn(CARD, self.order.message_post(body=TYPED).body)
        self.extra.name = TYPED
        self.assertEqual(self.extra.name, MASKED)

    def test_a_payload_of_the_provider_is_masked(self):
        event = self.env["paycollect.event"]._receive(
            self.provider,
            {
                "id": "evt_4242424242424242",
                "type": "charge.refunded",
                "created": 1780000000,
                "data": {
                    "object": {
                        "id": "ch_4242424242424242",
                        "description": TYPED,
                        "metadata": {"note": CARD},
                    }
                },
            },
            "webhook",
        )
        self.env.flush_all()
        event.invalidate_recordset()
        found = event._get_object()
        self.assertEqual(found["id"], "ch_4242424242424242")
        self.assertEqual(found["description"], MASKED)
        self.assertEqual(found["metadata"], {"note": "•••• 4242"})
        self.assertEqual(event.reference, MASKED)
