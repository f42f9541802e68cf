# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import io
import json
from datetime import timedelta

from PIL import Image, ImageDraw

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import html2plaintext

from ...models.handoff.paycollect_dossier import REPORT
from .common_handoff import HandoffCommon


def draw(width, height, color, ink="black"):
    picture = Image.new("RGB", (width, height), color)
    pen = ImageDraw.Draw(picture)
    pen.line((10, height - 10, width // 2, 10, width - 10, height - 20), ink, 4)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@tagged("post_install", "-at_install")
class TestDossier(HandoffCommon):
    def set_scene(self):
        """A signed job with a photo, billed, asked for, promised and disputed."""
        customer = self.customer
        customer.write({"street": "12 Main Street", "city": "Springfield"})
        self.job = self.make_job(customer, mode="net", token=None)
        self.move = self.complete(self.job)
        self.move.write({"ref": "PO-4711"})
        self.job.write(
            {
                "signature": base64.b64encode(draw(300, 100, "white", "navy")),
                "signed_by": "Ana Lopez",
                "signed_on": self.now(),
            }
        )
        self.env["ir.attachment"].create(
            {
                "name": "leak.png",
                "raw": draw(1800, 1200, "lightsteelblue"),
                "res_model": self.job._name,
                "res_id": self.job.id,
            }
        )
        self.late = self.make_invoice(customer, 600.0, due=-40)
        self.settle(self.late, 50.0)
        self.case = self.make_case()
        level = self.env["paycollect.dunning.plan"]._create_default(self.company)
        self.level = level.level_ids.filtered(lambda one: one.delay_days == 15)
        self.env["paycollect.dunning.message"].create(
            {
                "case_id": self.case.id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "partner_id": customer.id,
                "level_id": self.level.id,
                "channel": "mail",
                "address": "ap@acme.example.com",
                "state": "sent",
                "date": self.now(),
                "pay_by": self.today,
                "move_ids": [Command.set(self.late.ids)],
            }
        )
        self.env["paycollect.promise"].create(
            {
                "partner_id": customer.id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "amount": 77.0,
                "date": self.today - timedelta(days=9),
                "until": self.today - timedelta(days=9),
                "source": "staff",
                "promised_at": self.now() - timedelta(days=12),
                "promised_on": self.today - timedelta(days=12),
            }
        )
        self.handoff = self.case._propose_now(self.now())

    def test_it_holds_everything_that_proves_the_claim(self):
        dispute = self.dispute(self.late, 10.0)
        dispute.write({"state": "rejected", "answer": "It was dry when we left."})
        now = self.now()
        # the job's invoice isn't due yet, so it's no claim; as evidence it counts
        facts = self.env["paycollect.dossier"]._get_facts(
            self.customer, self.company, self.move | self.late, now, self.case
        )
        job = facts["jobs"][0]
        self.assertEqual((job["name"], job["signed_by"]), (self.job.name, "Ana Lopez"))
        photo = Image.open(io.BytesIO(base64.b64decode(job["photos"][0]["data"])))
        self.assertEqual((photo.format, photo.size), ("JPEG", (900, 600)))
        self.assertEqual(
            [invoice["po"] for invoice in facts["invoices"]], ["PO-4711", ""]
        )
        self.assertEqual(facts["payments"][0]["amount"], 50.0)
        self.assertIn(
            ("Final Notice", "ap@acme.example.com", "sent"),
            [(m["subject"], m["to"], m["state"]) for m in facts["messages"]],
        )
        self.assertEqual(facts["promises"][0]["amount"], 77.0)
        self.assertEqual(facts["disputes"][0]["answer"], "It was dry when we left.")

        report = self.env["ir.actions.report"].sudo()
        data = {"model": self.handoff._name, "now": str(now)}
        html = report._render_qweb_html(REPORT, self.handoff.ids, data=data)[0]
        text = html2plaintext(html.decode())
        for words in (
            self.handoff.name,
            "12 Main Street",
            self.late.name,
            "Final Notice",
            "It was dry when we left.",
            "$77.00",
            "Closing balance",
        ):
            self.assertIn(words, text)
        with self.assertRaises(AccessError):
            report.with_user(self.manager).sudo(False)._render_qweb_html(
                REPORT, self.handoff.ids, data=data
            )
        call = self.env["paycollect.handoff.call"].create(
            {
                "handoff_id": self.handoff.id,
                "company_id": self.company.id,
                "version": 1,
                "event": "adjusted",
                "idempotency_key": "k",
            }
        )
        self.handoff.sent_at = now
        body = json.loads(self.handoff._get_body(call, now))
        self.assertEqual(
            body["promises"][0]["until"], str(facts["today"] - timedelta(9))
        )
        self.assertEqual(body["invoices"][0]["currency"], "USD")

    def test_the_same_file_is_the_evidence_for_a_chargeback(self):
        token = self.make_token(self.customer)
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "amount": 100.0,
                "currency_id": self.company.currency_id.id,
                "partner_id": self.customer.id,
                "token_id": token.id,
                "reference": "T-1",
                "state": "done",
            }
        )
        chargeback = self.env["paycollect.chargeback"].create(
            {
                "provider_id": self.provider.id,
                "company_id": self.company.id,
                "provider_reference": "dp_1",
                "transaction_id": transaction.id,
                "partner_id": self.customer.id,
                "kind": "chargeback",
                "amount": 100.0,
                "currency_id": self.company.currency_id.id,
                "opened_at": self.now(),
            }
        )
        with self.assertRaises(AccessError):
            chargeback.with_user(self.dispatcher).action_download_evidence()
        with self.assertRaisesRegex(UserError, "no invoice"):
            chargeback.with_user(self.accountant).action_download_evidence()
        chargeback.move_ids = self.move
        values = chargeback._get_dossier_values(self.now())
        self.assertEqual(values["authorization"]["consents"][0]["text"], "I agree.")
        self.assertEqual(values["jobs"][0]["name"], self.job.name)
        action = chargeback.with_user(self.accountant).action_download_evidence()
        self.assertIn("/evidence_pdf/", action["url"])
        content = base64.b64decode(chargeback.evidence_pdf)
        self.assertTrue(content.startswith(b"%PDF"))
