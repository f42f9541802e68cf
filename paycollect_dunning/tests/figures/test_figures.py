# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, datetime

from odoo.tests import Form, tagged

from .common_figures import FiguresCommon


@tagged("post_install", "-at_install")
class TestFigures(FiguresCommon):
    """Figures of the ledger against a table computed by hand."""

    def set_scene(self):
        """70, 80 and 100 sold in three months of about 30 days; 38 of 70 were paid."""
        first = self.bill(70, date(2025, 12, 10), due=date(2026, 1, 9))
        self.bill(90, date(2026, 1, 10), due=date(2026, 2, 9))
        self.bill(-10, date(2026, 1, 20))
        self.bill(100, date(2026, 2, 10), due=date(2026, 3, 12))
        self.pay(38, date(2026, 2, 20), first)
        self.pay(32, date(2026, 3, 5), first)

    def read_rows(self, now):
        """Return ``{day: row}``."""
        figures = self.env["paycollect.figure"]
        return {row["as_of"]: row for row in figures._read_figures(now)}

    def test_figures_at_the_end_of_a_month(self):
        rows = self.read_rows(datetime(2026, 3, 10, 12))
        row = rows[date(2026, 2, 28)]
        # of 28 + 31 days used up: 100 of February, 80 of January, 32 of 70 in December
        expected = {
            "receivables": 212.0,
            "not_due": 100.0,
            "past_due": 112.0,
            "credit_sales": 250.0,
            "dso": 76.3,
            "best_dso": 36.0,
            "days_delinquent": 40.3,
            "count_back_dso": 73.2,
            "cei": 25.3,
            "is_latest": False,
        }
        self.assertEqual({name: row[name] for name in expected}, expected)
        today = rows[date(2026, 3, 10)]
        self.assertTrue(today["is_latest"])
        self.assertEqual((today["receivables"], today["not_due"]), (180.0, 100.0))
        self.assertEqual(min(rows), date(2025, 12, 31))  # nothing was booked before
        self.assertEqual(sum(self.read_aging(date(2026, 2, 28)).values()), 212)

    def test_groups_divide_sums_and_each_row_opens_its_aging(self):
        day = date(2026, 2, 28)
        figures = self.env["paycollect.figure"].with_context(collection_as_of=str(day))
        row = figures.search([("as_of", "=", day)])
        self.assertEqual((row.dso, row.cei, row.is_latest), (76.3, 25.3, True))
        self.assertEqual(row.currency_id, self.company.currency_id)
        [(dso, delinquent)] = figures._read_group(
            [("as_of", "=", day)], [], ["dso:avg", "days_delinquent:avg"]
        )
        self.assertAlmostEqual(dso, 212 / 250 * 90)
        self.assertAlmostEqual(delinquent, 112 / 250 * 90)
        action = row.action_open_aging()
        opened = self.env[action["res_model"]].with_context(**action["context"])
        self.assertEqual(sum(opened.search([]).mapped("residual")), row.receivables)
        self.assertIn("Feb 28, 2026", action["name"])

    def test_the_day_of_the_aging_is_chosen(self):
        form = Form(self.env["paycollect.aging.day"])
        self.assertEqual(form.day, self.company._get_today())
        form.day = date(2026, 2, 15)
        action = form.save().action_open()
        self.assertEqual(action["context"], {"collection_as_of": "2026-02-15"})

    def test_a_company_without_entries_has_no_figures(self):
        other = self.env["res.company"].create({"name": "New Company"})
        figures = self.env["paycollect.figure"].with_company(other)
        figures = figures.with_context(allowed_company_ids=other.ids)
        self.assertFalse(figures.search([]))
        self.assertFalse(figures.env["paycollect.aging"].search([]))
