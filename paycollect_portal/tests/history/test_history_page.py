# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import doctest
import json

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ...controllers import history as controller
from ...rules import history
from ..common import PortalCommon

URL = "/my/service"
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestHistoryPage(PortalCommon, HttpCase):
    """Each route of the service history, by everyone who may and may not see a job."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls.make_job(cls.customer, token=None, mode="net")
        cls.foreign = cls.make_job(cls.other, token=None, mode="net")

    def visit(self, user, path="", **kwargs):
        login = user and user.login
        self.authenticate(login, login)
        return self.url_open(URL + path, **kwargs)

    def get_counter(self, user):
        self.authenticate(user.login, user.login)
        answer = self.url_open(
            "/my/counters",
            data=json.dumps({"params": {"counters": ["fsm_order_count"]}}),
            headers={"Content-Type": "application/json"},
        )
        return answer.json()["result"]["fsm_order_count"]

    def attach(self, name="photo.png", raw=None, mimetype="image/png", **values):
        return self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": raw or base64.b64decode(PIXEL),
                "mimetype": mimetype,
                "res_model": "fsm.order",
                "res_id": self.job.id,
                **values,
            }
        )

    def test_the_doctests_hold(self):
        result = doctest.testmod(history)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    # -- who ---------------------------------------------------------------------

    def test_nobody_is_sent_to_the_login(self):
        for path in ("", f"/{self.job.id}", f"/{self.job.id}/file/1"):
            response = self.visit(None, path, allow_redirects=False)
            self.assertEqual(response.status_code, 303, path)
            self.assertIn("/web/login", response.headers["Location"])

    def test_the_customer_and_colleagues_see_their_jobs_only(self):
        for user in (self.portal_user, self.colleague):
            page = self.visit(user)
            self.assertEqual(page.status_code, 200)
            self.assertIn(self.job.name, page.text)
            self.assertNotIn(self.foreign.name, page.text)
            self.assertEqual(self.visit(user, f"/{self.job.id}").status_code, 200)

    def test_another_customers_job_and_its_files_are_refused(self):
        photo = self.attach()
        path = f"/{self.job.id}"
        self.assertEqual(
            self.visit(self.portal_user, f"{path}/file/{photo.id}").status_code, 200
        )
        with mute_logger("odoo.http"):
            for forged in (path, f"{path}/file/{photo.id}", "/0", "/99999999"):
                response = self.visit(self.other_user, forged)
                self.assertEqual(response.status_code, 404, forged)
            own = f"/{self.foreign.id}/file/{photo.id}"
            self.assertEqual(self.visit(self.other_user, own).status_code, 404)
            self.assertEqual(self.visit(self.accountant, path).status_code, 404)

    def test_another_companys_jobs_are_not_shown(self):
        company = self.env["res.company"].create({"name": "Branch"})
        self.env.cr.execute(
            "UPDATE fsm_order SET company_id = %s WHERE id = %s",
            (company.id, self.job.id),
        )
        self.env.invalidate_all()
        with mute_logger("odoo.http"):
            page = self.visit(self.portal_user, f"/{self.job.id}")
        self.assertEqual(page.status_code, 404)

    def test_payer_and_site_owner_both_see_the_job_but_only_the_payer_the_invoice(self):
        job = self.make_job(
            self.customer,
            token=None,
            mode="net",
            fsm_location_id=self.make_location(self.other, "Tower").id,
        )
        invoice = self.complete(job)
        payers = self.visit(self.portal_user, f"/{job.id}")
        owners = self.visit(self.other_user, f"/{job.id}")
        self.assertIn(invoice.name, payers.text)
        self.assertEqual(owners.status_code, 200)
        self.assertNotIn(invoice.name, owners.text)

    # -- what ---------------------------------------------------------------------

    def test_a_finished_job_shows_worker_report_signature_invoice_and_payment(self):
        invoice = self.complete(self.job)
        self.job.sudo().write(
            {
                "resolution": "<p>Replaced the pump.</p>",
                "signature": PIXEL,
                "signed_by": "Ann Acme",
            }
        )
        page = self.visit(self.portal_user).text
        self.assertIn(self.job.name, page)
        self.assertIn(self.worker.name, page)
        self.assertIn(invoice.name, page)
        self.assertIn("Open", page)
        page = self.visit(self.portal_user, f"/{self.job.id}").text
        for words in ("Replaced the pump.", "Ann Acme", "data:image", invoice.name):
            self.assertIn(words, page)
        payment = self.make_payment(amount=invoice.amount_total).move_id
        items = (invoice | payment).line_ids
        items.filtered(lambda i: i.account_type == "asset_receivable").reconcile()
        self.assertIn("Paid", self.visit(self.portal_user, f"/{self.job.id}").text)

    def test_internal_files_and_files_that_can_run_are_not_shown(self):
        note = self.attach("note.png", res_id=False, res_model=False)
        self.job.message_post(attachment_ids=note.ids, subtype_xmlid="mail.mt_note")
        drawing = self.attach("x.svg", b"<svg/>", "image/svg+xml")
        script = self.attach("x.html", b"<script/>", "text/html")
        plan = self.attach("costs.pdf", b"%PDF-1.4", "application/pdf")
        page = self.visit(self.portal_user, f"/{self.job.id}").text
        for file in (note, drawing, script, plan):
            self.assertNotIn(f"/file/{file.id}", page)
            with mute_logger("odoo.http"):
                path = f"/{self.job.id}/file/{file.id}"
                response = self.visit(self.portal_user, path)
            self.assertEqual(response.status_code, 404, file.name)

    def test_a_report_that_was_sent_to_the_customer_is_a_download(self):
        report = self.attach("report.pdf", b"%PDF-1.4", "application/pdf")
        self.job.message_post(
            attachment_ids=report.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        response = self.visit(self.portal_user, f"/{self.job.id}/file/{report.id}")
        self.assertEqual(response.status_code, 200)
        self.assertIn("attachment", response.headers["Content-Disposition"])

    def test_filters_search_and_strange_arguments_work(self):
        done = self.make_job(self.customer, token=None, mode="net")
        self.complete(done)
        for query, shown, hidden in (
            ("?filterby=finished", done, self.job),
            ("?filterby=open", self.job, done),
            (f"?search={done.name}&search_in=name", done, self.job),
            (f"?search={done.name}", done, self.job),
        ):
            page = self.visit(self.portal_user, query).text
            self.assertIn(f"{URL}/{shown.id}", page, query)
            self.assertNotIn(f'href="{URL}/{hidden.id}"', page, query)
        strange = "?sortby=x&filterby=y&search_in=z&groupby=ticket_id&search=%25'"
        self.assertEqual(self.visit(self.portal_user, strange).status_code, 200)
        self.assertEqual(self.visit(self.portal_user, "/page/999").status_code, 200)

    def test_long_histories_have_pages(self):
        self.patch(controller, "STEP", 1)
        second = self.make_job(self.customer, token=None, mode="net")
        pages = [self.visit(self.portal_user, f"/page/{n}").text for n in (1, 2)]
        for job in (self.job, second):
            found = [f"{URL}/{job.id}" in page for page in pages]
            self.assertEqual(sorted(found), [False, True])

    def test_the_number_of_queries_does_not_depend_on_the_jobs(self):
        self.complete(self.job)
        few = self.count_queries(self.job)
        more = self.job
        for _number in range(4):
            job = self.make_job(self.customer, token=None, mode="net")
            self.complete(job)
            more |= job
        self.assertEqual(few, self.count_queries(more))

    def count_queries(self, jobs):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        rows = jobs.sudo()._get_history_rows(self.customer, self.today)
        self.assertTrue(all(row["invoices"] for row in rows))
        return self.env.cr.sql_log_count - before

    # -- the stock portal -----------------------------------------------------------

    def test_the_stock_pages_lead_to_the_history(self):
        self.authenticate("portal_acme", "portal_acme")
        for path in ("/my/fsm_orders", f"/my/fsm_order/{self.job.id}"):
            response = self.url_open(path)
            self.assertEqual(response.status_code, 200)
            self.assertIn(URL, response.url)
        page = self.url_open("/my").text
        self.assertIn(URL, page)
        self.assertNotIn("/my/fsm_orders", page)

    def test_the_counter_counts_the_customers_own_jobs(self):
        self.assertEqual(self.get_counter(self.portal_user), 1)
        self.company.collection_active = False
        self.assertEqual(self.get_counter(self.portal_user), 1)

    def test_without_collection_the_stock_page_stays_and_does_not_fail(self):
        self.company.collection_active = False
        with mute_logger("odoo.http"):
            self.assertEqual(self.visit(self.portal_user).status_code, 404)
        for query in ("", "?groupby=ticket_id", "?sortby=x", "?filterby=x"):
            response = self.url_open(f"/my/fsm_orders{query}")
            self.assertEqual(response.status_code, 200, query)
            self.assertIn("/my/fsm_orders", response.url)

    def test_no_portal_page_loads_the_broken_script(self):
        paths = self.env["ir.asset"]._get_asset_paths("web.assets_frontend", {})
        names = [path[0] for path in paths]
        self.assertFalse([name for name in names if "fsm_order_portal" in name])
        self.assertTrue([name for name in names if "home_counters.esm" in name])
