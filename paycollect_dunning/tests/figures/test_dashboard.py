# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import file_open

from odoo.addons.spreadsheet.utils.validate_data import (
    fields_in_spreadsheet,
    menus_xml_ids_in_spreadsheet,
)

from .common_figures import FiguresCommon

NAME = "paycollect_dunning/data/files/collections_dashboard.json"


@tagged("post_install", "-at_install")
class TestDashboard(FiguresCommon):
    """The dashboard of collections, and what the provider takes."""

    def set_scene(self):
        self.bill(100, self.today - timedelta(days=20))
        self.collector = self.get_user("the_collector")
        self.dashboard = self.env.ref("paycollect_dunning.dashboard_collections")
        with file_open(NAME) as file:
            self.data = json.load(file)

    def test_every_pivot_and_chart_can_be_read_by_a_collector(self):
        env = self.env(user=self.collector)
        figures = [f["data"] for s in self.data["sheets"] for f in s["figures"]]
        charts = [
            (
                data["metaData"]["resModel"],
                data["searchParams"]["domain"],
                data["metaData"]["groupBy"],
                [data["metaData"]["measure"]],
            )
            for data in figures
            if "metaData" in data
        ]
        pivots = [
            (
                pivot["model"],
                pivot["domain"],
                [
                    ":".join(filter(None, (row["fieldName"], row.get("granularity"))))
                    for row in pivot["rows"]
                ],
                [measure["fieldName"] for measure in pivot["measures"]],
            )
            for pivot in self.data["pivots"].values()
        ]
        self.assertEqual((len(charts), len(pivots)), (3, 10))
        for model, domain, groupby, names in charts + pivots:
            with self.subTest(model=model, groupby=groupby):
                records = env[model]
                specs = [
                    name
                    if name == "__count"
                    else f"{name}:{records._fields[name].aggregator}"
                    for name in names
                ]
                self.assertTrue(
                    records.formatted_read_group(domain, groupby, specs)
                    or not records.search_count(domain)
                )

    def test_every_field_and_menu_of_it_exists(self):
        for model, names in fields_in_spreadsheet(self.data).items():
            self.assertLessEqual(set(names) - {"__count"}, set(self.env[model]._fields))
        for xml_id in menus_xml_ids_in_spreadsheet(self.data):
            self.assertTrue(self.env.ref(xml_id).action, xml_id)

    def test_a_company_without_entries_sees_what_to_do(self):
        mine = self.dashboard.with_user(self.collector)
        self.assertFalse(mine._dashboard_is_empty())
        other = self.env["res.company"].create({"name": "New Company"})
        self.collector.company_ids |= other
        new = mine.with_context(allowed_company_ids=other.ids)
        self.assertTrue(new._dashboard_is_empty())
        self.assertIn("Complete a job", json.dumps(new._get_sample_dashboard()))

    def test_what_the_provider_took_of_what_it_collected(self):
        """100 by card for 3.20; 50 without a known payment for 1.80; a refund that
        costs nothing; 6 for the account."""
        attempt = self.complete(self.make_job()).collection_attempt_ids
        card = attempt.transaction_id
        for number, (kind, gross, fee, transaction) in enumerate(
            (
                ("payment", 100, 3.2, card),
                ("payment", 50, 1.8, card.browse()),
                ("refund", -20, 0, card),
                ("fee", -6, 0, card.browse()),
            )
        ):
            self.env["paycollect.settlement.line"].create(
                {
                    "provider_id": self.provider.id,
                    "company_id": self.company.id,
                    "reference": f"line {number}",
                    "kind": kind,
                    "date": self.today,
                    "currency_id": self.company.currency_id.id,
                    "gross": gross,
                    "fee": fee,
                    "net": gross - fee,
                    "transaction_id": transaction.id,
                }
            )
        rows = self.env["paycollect.payment.figure"]._read_group(
            [],
            ["method_name"],
            ["amount_collected:sum", "fee:sum", "cost_rate:avg"],
        )
        found = {row[0]: tuple(round(value, 2) for value in row[1:]) for row in rows}
        expected = {
            card.payment_method_id.name: (100, 3.2, 3.2),
            "No payment method": (50, 7.8, 15.6),
        }
        self.assertEqual(found, expected)
