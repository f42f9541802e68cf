# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import csv
import hashlib
import io
from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ...rules.decision import SEND, Decision
from ...rules.handoff_call import is_signed
from ...rules.outcome import Outcome
from .common_handoff import SECRET, HandoffCommon

MINUTE = timedelta(minutes=1)


@tagged("post_install", "-at_install")
class TestHandoff(HandoffCommon):
    def approve(self, handoff, user=None):
        handoff.with_user(user or self.manager).action_approve()

    def test_a_proposal_names_the_agency_and_a_manager_decides(self):
        handoff, _moves = self.propose(400.0, 200.0)
        self.assertEqual(handoff.agency_id, self.agency)
        self.assertEqual((handoff.amount, handoff.expected_cost), (600.0, 180.0))
        self.assertIn("Fair Recovery", handoff.reason)
        self.assertEqual(handoff.activity_ids.collection_code, "handoff_proposed")
        with self.assertRaises(AccessError):
            self.approve(handoff, self.accountant)
        self.approve(handoff)
        self.assertEqual(handoff.state, "approved")
        self.assertEqual(handoff.approved_by_id, self.manager)
        self.assertFalse(handoff.activity_ids)
        with self.assertRaises(UserError):
            self.approve(handoff)

    def test_below_the_minimum_nobody_takes_it_and_the_manager_keeps_it(self):
        handoff, _moves = self.propose(499.99)
        self.assertFalse(handoff.agency_id)
        self.assertIn("Fair Recovery takes no case below $500.00", handoff.reason)
        self.assertIn(
            "Local Attorneys accepts only claims against consumers.", handoff.reason
        )
        case = handoff.case_id
        case.write({"state": "exception", "reason_code": "hand_over_due"})
        on_desk = [("res_model", "=", case._name), ("res_id", "=", case.id)]
        desk = self.env["paycollect.desk.item"]
        self.assertEqual(desk.search(on_desk).kind, "handoff")
        handoff.with_user(self.manager).agency_id = self.agency
        with self.assertRaisesRegex(UserError, "no case below"):
            self.approve(handoff)
        self.env["paycollect.handoff.end"].with_user(self.manager).create(
            {"handoff_id": handoff.id, "state": "refused", "text": "A good customer."}
        ).action_confirm()
        self.assertEqual(
            (handoff.state, handoff.reason), ("refused", "A good customer.")
        )
        self.assertFalse(desk.search(on_desk), "nothing is left to decide")
        self.assertIn("Kept, not handed over: “A good customer.”", case.reason)
        items = handoff.case_id._get_asked_items(self.now())[handoff.case_id]
        again = handoff._propose(handoff.case_id, items, self.now())
        self.assertFalse(again, "kept is not proposed again")

    def test_the_agency_s_name_stays_on_the_case(self):
        handoff, _moves = self.propose(600.0)
        self.approve(handoff)
        case = handoff.case_id
        case.plan_id = self.env.ref("paycollect_dunning.plan_default")
        case.plan_id.sudo().state = "active"
        self.env["paycollect.dunning.case"]._cron_run(self.now())
        self.env.invalidate_all()
        self.assertEqual(case.state, "handed_over")
        self.assertIn("Fair Recovery has this case", case.reason)

    def test_no_reminder_while_an_agency_has_the_case(self):
        handoff, _moves = self.propose(600.0)
        case = handoff.case_id
        candidate = Outcome(
            case.partner_id.id,
            case.currency_id.id,
            case.id,
            case.plan_id.id,
            Decision(SEND),
            company_id=self.company.id,
        )
        self.assertEqual(case._get_obstacles([candidate], self.now()), {})
        self.approve(handoff)
        found = case._get_obstacles([candidate], self.now())[candidate.key][0]
        self.assertEqual(found.code, "handed_over")
        text = case._get_reason_text(found.code, found.values)
        self.assertIn(handoff.name, text)

    def test_a_merge_keeps_what_an_agency_has(self):
        handoff, _moves = self.propose(600.0)
        self.approve(handoff)
        kept, _moves = self.propose(700.0, partner=self.other)
        pair = self.customer | self.other
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge(pair.ids, self.other)
        case = self.env["paycollect.dunning.case"].search(
            [("partner_id", "=", self.other.id), ("state", "!=", "closed")]
        )
        self.assertEqual(case.state, "handed_over")
        self.assertEqual((handoff | kept).partner_id, self.other, "nothing is lost")
        handoff._end_by_user("recalled", "We agreed on a plan.", self.now())
        self.assertEqual(case.state, "open")

    def test_the_signed_call_carries_the_file_and_is_repeated_until_it_is_clear(self):
        self.customer.write({"name": "Acme & Söhne", "email": "ap@acme.example.com"})
        with self.served() as server:
            server.answers = [None, (503, "busy"), (200, '{"reference": "FR-77"}')]
            handoff, moves = self.propose(400.0, 200.0)
            now = self.now()
            self.approve(handoff)
            call = handoff.call_ids
            call._send(now)
            self.assertEqual((call.state, handoff.state), ("unknown", "approved"))
            self.assertEqual(call.next_try_at, now + MINUTE)
            call._send(now + 2 * MINUTE)
            self.assertEqual((call.state, call.status), ("unknown", 503))
            self.assertEqual(call.next_try_at, now + 7 * MINUTE)
            self.work(now + 8 * MINUTE)
            self.work(now + 9 * MINUTE)
        self.assertEqual((call.state, handoff.state), ("done", "sent"))
        self.assertEqual(handoff.agency_reference, "FR-77")
        self.assertEqual(len(server.calls), 3)
        headers, body = server.calls[0]
        self.assertEqual(len({body for _headers, body in server.calls}), 1)
        self.assertEqual(
            {headers["Idempotency-Key"] for headers, _body in server.calls},
            {call.idempotency_key},
        )
        stamp = int(headers["Paycollect-Timestamp"])
        signature = headers["Paycollect-Signature"]
        self.assertTrue(is_signed(SECRET, signature, stamp, body, stamp + 1))
        self.assertFalse(is_signed(SECRET, signature, stamp, body + b" ", stamp))
        content = server.bodies[0]
        self.assertEqual((content["claim"], content["version"]), ("600.00", 1))
        self.assertEqual(content["debtor"]["name"], "Acme & Söhne")
        self.assertEqual(
            [item["document"] for item in content["items"]], [m.name for m in moves]
        )
        pdf = base64.b64decode(content["file"]["content"])
        self.assertTrue(pdf.startswith(b"%PDF"))
        self.assertEqual(content["file"]["sha256"], hashlib.sha256(pdf).hexdigest())

        with self.served() as server:
            self.settle(moves[0], 150.0)
            self.work(now + 10 * MINUTE)
            self.assertEqual(handoff.amount, 450.0)
            self.dispute(moves[1], 200.0)
            self.work(now + 11 * MINUTE)
            self.add_note(moves[0], 250.0)
            self.work(now + 12 * MINUTE)
        told = [(b["event"], b["version"], b["claim"]) for b in server.bodies]
        self.assertEqual(
            told,
            [
                ("adjusted", 2, "450.00"),
                ("adjusted", 3, "250.00"),
                ("recalled", 4, "0.00"),
            ],
        )
        self.assertNotIn("file", server.bodies[0])
        self.assertNotIn("debtor", server.bodies[2])
        self.assertEqual((handoff.state, handoff.reason_code), ("recalled", "credited"))

    def test_a_refused_call_asks_a_person_and_an_answer_shows_no_secret(self):
        with self.served() as server:
            server.answers = [(401, f"bad signature for {SECRET}")]
            handoff, _moves = self.propose(600.0)
            self.approve(handoff)
            first = handoff.call_ids
            first._send(self.now())
            self.assertEqual((first.state, handoff.state), ("refused", "approved"))
            self.assertEqual(first.answer, "bad signature for •••")
            self.assertEqual(handoff.activity_ids.collection_code, "handoff_call")
            handoff.with_user(self.accountant).action_send_again()
            (handoff.call_ids - first)._send(self.now())
        self.assertEqual(handoff.state, "sent")
        keys = [headers["Idempotency-Key"] for headers, _body in server.calls]
        self.assertEqual(len(set(keys)), 2, "an answer was given, so it is a new call")
        for user in (self.manager, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                self.agency.with_user(user).read(["secret"])
        self.assertFalse(self.agency.with_user(self.manager).new_secret)
        self.assertTrue(self.agency.with_user(self.manager).has_secret)

    def test_what_is_paid_before_the_call_never_leaves(self):
        with self.served() as server:
            handoff, moves = self.propose(600.0)
            self.approve(handoff)
            self.settle(moves[0])
            handoff.call_ids._send(self.now())
            self.assertEqual(handoff.state, "recalled")
            other, moves = self.propose(700.0, partner=self.other)
            self.settle(moves[0])
            with self.assertRaisesRegex(UserError, "Everything was paid"):
                self.approve(other)
        self.assertEqual(server.calls, [])

    def test_a_copied_or_stopped_database_calls_nobody(self):
        with self.served() as server:
            handoff, _moves = self.propose(600.0)
            self.approve(handoff)
            call = handoff.call_ids
            self.company.collection_active = False
            call._send(self.now())
            self.assertEqual((call.state, call.reason_code), ("queued", "off"))
            self.company.collection_active = True
            self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
            call._send(self.now())
            self.assertEqual(call.reason_code, "copied")
        self.assertEqual(server.calls, [])
        for url in ("http://agency.example.com", "https://u:p@agency.example.com", ""):
            with self.assertRaises(ValidationError):
                self.agency.server_url = url

    def test_files_are_sent_by_hand_and_people_are_told_what_changes(self):
        handoff, moves = self.propose(600.0, 100.0)
        self.customer.name = "=cmd|calc"
        moves[0].ref = "PO-7"
        self.approve(handoff)
        collector = handoff.with_user(self.accountant)
        with self.assertRaisesRegex(UserError, "Download the file first"):
            collector.action_mark_sent()
        self.assertIn("dossier_pdf", collector.action_download()["url"])
        text = base64.b64decode(handoff.dossier_csv).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual([row["claim"] for row in rows], ["600.00", "100.00"])
        self.assertEqual(rows[0]["po_number"], "PO-7")
        self.assertEqual(rows[0]["debtor"], "'=cmd|calc")
        collector.action_mark_sent()
        self.settle(moves[1])
        self.work()
        self.assertEqual((handoff.state, handoff.amount), ("sent", 600.0))
        activity = handoff.activity_ids
        self.assertEqual(activity.collection_code, "handoff_tell")
        self.assertIn("Fair Recovery", activity.summary)

    def test_what_is_open_again_is_claimed_again(self):
        with self.served() as server:
            handoff, moves = self.propose(600.0, 100.0)
            self.approve(handoff)
            handoff.call_ids._send(self.now())
            payment = self.settle(moves[0], 400.0)
            note = self.add_note(moves[1], 30.0)
            self.work()
            self.assertEqual(handoff.amount, 270.0)
            self.work()
            payment.move_id.line_ids.remove_move_reconcile()  # returned by the bank
            self.work()
            self.assertEqual(handoff.amount, 670.0)
            self.assertIn("$670.00 is open again, after $270.00", handoff.reason)
            note.line_ids.remove_move_reconcile()
            self.work()
            bodies = [body for body in server.bodies if body["event"] == "adjusted"]
        self.assertEqual(handoff.amount, 700.0)
        claims = [body["claim"] for body in bodies]
        self.assertEqual(claims, ["270.00", "670.00", "700.00"])
        self.assertEqual(bodies[-1]["reason"], "adjusted_reopened")
        self.assertEqual(handoff.state, "sent")

    def test_results_are_imported_all_or_none(self):
        handoff, moves = self.propose(600.0)
        self.approve(handoff)
        handoff.with_user(self.accountant).action_download()
        handoff.with_user(self.accountant).action_mark_sent()
        wizard = self.env["paycollect.handoff.import"].with_user(self.accountant)

        def read(text):
            return wizard.create({"file": base64.b64encode(text.encode())})

        bad = read(
            "Reference;Collected;Fee;Closed\n"
            f"{handoff.name};700;10;no\nHO-99999999;1;0;\n{handoff.name};x;0;\n"
        )
        bad.action_check()
        self.assertEqual(bad.problem_count, 3)
        with self.assertRaises(UserError):
            bad.action_import()
        with self.assertRaisesRegex(UserError, "columns"):
            read("a,b\n1,2\n").action_check()
        good = f"reference,collected,fee,closed\n{handoff.name},400.00,120,\n"
        read(good).action_import()
        self.assertEqual((handoff.collected, handoff.net), (400.0, 280.0))
        self.assertEqual(handoff.state, "sent")
        self.settle(moves[0], 400.0)
        self.work()
        self.assertEqual(handoff.amount, 600.0, "the agency knows what it collected")
        read(good.replace(",120,", ",120,yes")).action_import()
        self.assertEqual(handoff.state, "settled")
