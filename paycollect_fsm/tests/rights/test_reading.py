# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from .common_rights import RightsCommon

POLICE = "Police file 12/2026"
INTERNAL = (
    "collection_explanation",
    "collection_decision",
    "collection_decision_params",
    "collection_policy_reason",
    "collection_message_state",
)


@tagged("post_install", "-at_install")
class TestReading(RightsCommon):
    """What portal customers and technicians see of what the office notes."""

    def hold(self):
        self.customer.collection_hold_reason = POLICE
        self.env.invalidate_all()

    def read_all(self, role, record):
        """Return what the role may read of our fields, as one text."""
        names = self.call(role, record.browse(), "fields_get", attributes=["type"])
        ours = [name for name in names if name.startswith("collection_")]
        return str(self.call(role, record, "read", ours)) if ours else ""

    def test_a_customer_does_not_read_why_an_invoice_is_charged(self):
        invoice, _attempt = self.complete_and_charge()
        self.assertTrue(self.as_user(invoice, "portal").has_access("read"))
        self.assertIn(invoice.collection_policy_reason, invoice.collection_explanation)
        for name in INTERNAL:
            with self.subTest(name), self.assertRaises(AccessError):
                self.call("portal", invoice, "read", [name])
            with self.subTest(name), self.assertRaises(AccessError):
                self.as_user(invoice, "portal").search([(name, "!=", False)])
        self.assertEqual(self.read_all("portal", invoice), "")

    def test_a_customer_does_not_read_why_new_work_is_on_hold(self):
        self.hold()
        self.assertTrue(self.as_user(self.order, "portal").has_access("read"))
        text = self.read_all("portal", self.order)
        self.assertNotIn("Police", text)
        self.assertNotIn("on hold", text)

    def test_a_technician_reads_that_there_is_a_hold_but_not_why(self):
        self.hold()
        text = self.read_all("technician", self.job)
        self.assertIn("on hold", text)
        self.assertNotIn("Police", text)

    def test_a_collector_reads_why_new_work_is_on_hold(self):
        self.hold()
        self.assertIn(POLICE, self.read_all("collector", self.job))
        self.assertIn(POLICE, self.read_all("collector", self.order))

    def test_whoever_is_stopped_by_a_hold_is_not_told_why(self):
        self.hold()
        self.job.person_id = False
        with self.assertRaisesRegex(UserError, "on hold") as caught:
            self.write_as("technician", self.job, person_id=self.worker.id)
        self.assertNotIn("Police", str(caught.exception))

    def test_the_notes_on_a_job_name_no_reason_of_the_office(self):
        self.hold()
        self.job.person_id = False
        self.call("manager", self.job, "action_collection_override")
        dialog = self.env["paycollect.override"].search([], order="id desc", limit=1)
        dialog.reason = "Mother is the judge"
        self.call("manager", dialog, "action_override")
        self.job.person_id = self.worker
        notes = str(self.job.message_ids.mapped("body"))
        self.assertIn("Released for work", notes)
        for word in ("Police", "judge"):
            self.assertNotIn(word, notes)
            self.assertNotIn(word, self.read_all("technician", self.job))

    def test_a_customer_does_not_read_the_limits_of_the_company(self):
        for role in ("portal", "technician"):
            for name in ("collection_daily_amount", "collection_customer_daily_count"):
                with self.subTest(role), self.assertRaises(AccessError):
                    self.call(role, self.company, "read", [name])

    def test_a_salesperson_does_not_read_the_reference_of_a_card(self):
        for name in ("provider_ref", "fingerprint"):
            with self.assertRaises(AccessError):
                self.call("dispatcher", self.card, "read", [name])
        self.assertTrue(self.call("collector", self.card, "read", ["provider_ref"]))


@tagged("post_install", "-at_install")
class TestOwnJobs(RightsCommon):
    """Technicians in the group “User (only own documents)”."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tess = new_test_user(
            cls.env, "tess", groups="fieldservice.group_fsm_user_own"
        )
        cls.users["own"] = cls.tess
        cls.tess_worker = cls.env["fsm.person"].create(
            {"name": "Tess", "partner_id": cls.tess.partner_id.id}
        )

    def sees(self, record):
        found = self.as_user(record, "own").search([("id", "=", record.id)])
        return found == record

    def test_they_see_no_job_of_others_and_none_of_its_extras(self):
        self.assertFalse(self.sees(self.job))
        self.assertFalse(self.sees(self.extra))
        for record in (self.job, self.extra):
            with self.assertRaises(AccessError):
                self.call("own", record, "read", ["display_name"])
        with self.assertRaises(AccessError):
            self.write_as("own", self.job, name="Mine")
        with self.assertRaises(AccessError):
            self.write_as("own", self.extra, price_unit=1)

    def test_they_see_their_own_jobs(self):
        for vals in (
            {"person_id": self.tess_worker.id},
            {"person_ids": [Command.set(self.tess_worker.ids)]},
        ):
            job = self.job.copy({"person_id": False, **vals})
            extra = self.extra.copy({"order_id": job.id})
            with self.subTest(vals):
                self.assertTrue(self.sees(job))
                self.assertTrue(self.sees(extra))
                self.write_as("own", extra, quantity=2)

    def test_they_see_the_jobs_of_their_team(self):
        team = self.env["fsm.team"].create({"name": "North"})
        self.job.team_id = team
        self.assertFalse(self.sees(self.job))
        self.tess_worker.team_id = team
        self.assertTrue(self.sees(self.job))
        self.assertTrue(self.sees(self.extra))

    def test_they_do_not_make_others_jobs_theirs(self):
        team = self.env["fsm.team"].search([], limit=1)
        mine = {"partner_id": self.tess.partner_id.id}
        self.job.person_id = self.worker
        for worker, vals in (
            (self.worker, mine),
            (self.worker, {"team_id": team.id}),
            (self.tess_worker, {"team_id": team.id}),
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                self.write_as("own", worker, **vals)
        self.assertFalse(self.sees(self.job))
        self.write_as("own", self.tess_worker, mobile="555-0100")
        self.write_as("dispatcher", self.tess_worker, team_id=team.id)

    def test_they_see_all_jobs_of_a_company_that_does_not_collect(self):
        self.company.collection_active = False
        self.assertTrue(self.sees(self.job))

    def test_others_see_all_jobs(self):
        for role in ("technician", "dispatcher", "clerk", "collector"):
            self.assertTrue(self.as_user(self.job, role).has_access("read"), role)
        self.tess.group_ids |= self.env.ref("sales_team.group_sale_salesman")
        self.assertTrue(self.sees(self.job))

    def test_they_complete_their_own_job_and_it_is_charged(self):
        self.job.person_id = self.tess_worker
        self.call("own", self.job, "action_open_complete")
        invoice = self.complete(self.job, self.tess)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertIn("paid", self.job.with_user(self.tess).collection_status)


@tagged("post_install", "-at_install")
class TestPortalPages(RightsCommon, HttpCase):
    def test_the_customer_still_opens_the_invoice_and_the_order(self):
        invoice, _attempt = self.complete_and_charge()
        self.authenticate("the_portal", "the_portal")
        for url in ("/my/invoices", "/my/orders", "/my"):
            self.assertEqual(self.url_open(url).status_code, 200, url)
        for record in (invoice, self.order):
            response = self.url_open(record.get_portal_url())
            self.assertEqual(response.status_code, 200)
            self.assertIn(record.name, response.text)
