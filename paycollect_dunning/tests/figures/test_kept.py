# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import file_open

from .common_figures import FiguresCommon
from .test_dashboard import NAME


@tagged("post_install", "-at_install")
class TestKept(FiguresCommon):
    """The dashboard of a large company reads the rows of the last full hour."""

    def set_scene(self):
        self.figures = self.env["paycollect.figure"]
        self.old = self.bill(100, self.today - timedelta(days=40))
        self.pay(30, self.today - timedelta(days=5), self.old)
        self.job = self.make_job(token="done")
        self.job.person_id = self.env["fsm.person"].create({"name": "Tess"})
        self.complete(self.job)
        with file_open(NAME) as file:
            self.pivots = json.load(file)["pivots"].values()

    def read_dashboard(self, *contexts):
        """Return what each pivot of the dashboard shows."""
        found = {}
        for pivot in self.pivots:
            context = contexts[0] if contexts else pivot["context"]
            records = self.env[pivot["model"]].with_context(**context)
            found[pivot["id"]] = records._read_group(
                pivot["domain"],
                [
                    ":".join(filter(None, (row["fieldName"], row.get("granularity"))))
                    for row in pivot["rows"]
                ],
                [
                    name
                    if name == "__count"
                    else f"{name}:{records._fields[name].aggregator}"
                    for name in (one["fieldName"] for one in pivot["measures"])
                ],
            )
        return found

    def test_the_dashboard_shows_what_was_kept_and_everything_else_the_documents(self):
        before = self.read_dashboard({})
        self.assertEqual(self.read_dashboard(), before)
        self.assertFalse(self.figures._get_kept_at())
        now = self.now()
        self.figures._cron_keep_figures(now, at_least=1)
        self.assertEqual(self.read_dashboard(), before)
        self.pay(70, self.today, self.old)
        self.assertEqual(self.read_dashboard(), before)
        after = self.read_dashboard({})
        for number in ("1", "2"):
            self.assertNotEqual(after[number], before[number])
        latest = self.figures.with_context(collection_kept=True).search(
            [("is_latest", "=", True)]
        )
        self.assertEqual(latest.read_at, now)
        dashboard = self.env.ref("paycollect_dunning.dashboard_collections")
        self.assertFalse(dashboard._dashboard_is_empty())

        with self.subTest("keeping them again replaces all rows"):
            self.figures._cron_keep_figures(now, at_least=1)
            self.assertEqual(self.read_dashboard(), after)

        with self.subTest("what is gone since is left empty"):
            self.job.person_id.sudo().unlink()
            self.assertEqual(self.read_dashboard()["7"][0][0], self.env["fsm.person"])

        with self.subTest("another day than today is computed"):
            dated = self.figures.with_context(
                collection_kept=True, collection_as_of=str(self.today)
            )
            self.assertFalse(dated._may_be_kept(now))
            self.assertFalse(self.kept._may_be_kept(now + timedelta(days=1)))

        with self.subTest("a company of a usual size reads its documents"):
            self.figures._cron_keep_figures(now)
            self.assertFalse(self.figures._get_kept_at())
            self.assertFalse(self.kept._may_be_kept(now))

    @property
    def kept(self):
        return self.figures.with_context(collection_kept=True)
