# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, datetime, timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ..figures.common_figures import FiguresCommon

NOW = datetime(2026, 3, 2, 15)


@tagged("post_install", "-at_install")
class TestForecast(FiguresCommon):
    """What is known to be coming, from the books, by week; each amount once."""

    def set_scene(self):
        """Fourteen invoices due after 60 days, paid 18 to 22 days after their issue;
        an open one that is 17 days old, and one that is older than any of them."""
        for week in range(14):
            on = self.ago(152 - 7 * week)
            invoice = self.bill(100, on, due=on + timedelta(days=60))
            self.pay(100, on + timedelta(days=18 + 2 * (week % 3)), invoice)
        self.young = self.bill(1000, self.ago(17), due=self.ago(-43))
        self.old = self.bill(50, self.ago(302), due=self.ago(272))

    def calculate(self, day=None):
        """Return the forecast of a day."""
        forecast = self.env["paycollect.forecast"].create(
            {"company_id": self.company.id, "day": day or self.day}
        )
        forecast._run(NOW)
        return forecast

    def read_weeks(self, forecast):
        """Return {(source, document): {week: expected}} of rows worth mentioning."""
        found = {}
        for line in self.env["paycollect.forecast.line"].search(
            [("forecast_id", "=", forecast.id), ("expected", ">=", 5)]
        ):
            document = line.move_id or line.order_id
            weeks = found.setdefault((line.source, document), {})
            weeks[line.week_number] = round(line.expected)
        return found

    def test_open_items_come_as_their_customer_pays(self):
        forecast = self.calculate()
        self.assertEqual((forecast.state, forecast.forecast_model), ("done", "curve"))
        self.assertTrue(forecast.is_tested)
        self.assertLess(forecast.error_curve, forecast.error_due_date)
        self.assertLess(forecast.error_curve, forecast.error_median)
        self.assertIn("payment history", forecast.forecast_summary)
        self.assertEqual(forecast.payment_count, 14)
        self.assertEqual(forecast.done_at, NOW)
        first, *others = forecast.week_ids
        self.assertEqual(len(others), 12)
        self.assertEqual((first.date_from, first.date_to), (self.day, date(2026, 3, 8)))
        found = self.read_weeks(forecast)
        self.assertGreater(found["item", self.young][1], 850)
        self.assertGreaterEqual(first.likely, 1000)
        total = sum(forecast.week_ids.mapped("expected"))
        self.assertAlmostEqual(total, forecast.expected, 2)
        self.assertAlmostEqual(forecast.expected + forecast.later, 1050, 2)
        lines = self.env["paycollect.forecast.line"]
        [(of_first,)] = lines._read_group(
            first.action_view_lines()["domain"], [], ["expected:sum"]
        )
        self.assertAlmostEqual(of_first, first.expected, 1)
        row = lines.search([("move_id", "=", self.young.id)], limit=1)
        self.assertEqual(row.action_open_document()["res_id"], self.young.id)
        self.assertEqual(row.currency_id, self.company.currency_id)

    def test_what_was_said_comes_first(self):
        """A promise for half of it in three weeks, and a dispute about the old one."""
        promise = self.env["paycollect.promise"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "amount": 500,
                "date": self.day + timedelta(days=15),
                "until": self.day + timedelta(days=17),
                "move_ids": [(6, 0, self.young.ids)],
                "source": "staff",
                "promised_at": NOW,
                "promised_on": self.day,
            }
        )
        found = self.read_weeks(self.calculate())
        self.assertEqual(found["promise", self.young][3], 300, "six of ten are kept")
        self.assertLess(sum(found["item", self.young].values()), 501)
        promise.canceled_at = NOW
        self.env["paycollect.dispute"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "move_id": self.young.id,
                "reason": "other",
                "text": "No",
                "currency_id": self.company.currency_id.id,
                "amount": 400,
            }
        )
        self.env.flush_all()
        self.env.cr.execute("UPDATE paycollect_dispute SET create_date = %s", [NOW])
        self.env.invalidate_all()
        found = self.read_weeks(self.calculate())
        self.assertNotIn(("promise", self.young), found)
        self.assertNotIn(("disputed", self.young), found)
        self.assertLess(sum(found["item", self.young].values()), 601)
        self.assertGreater(found["item", self.young][1], 500)

    def test_an_order_its_draft_and_its_invoice_count_once(self):
        """Case 107: 500 ordered, 200 of it in a draft, all of it invoiced."""
        order = self.make_sale(self.customer, [(self.repair, 5)])
        total = order.amount_total
        self.assertGreater(total, 100)
        known = self.calculate().expected + self.calculate().later
        forecast = self.calculate()
        self.assertEqual(
            {key for key in self.read_weeks(forecast) if key[0] == "order"},
            {("order", order)},
        )
        self.assertAlmostEqual(known, 1050 + total, 2)
        line = self.env["paycollect.forecast.line"].search(
            [("order_id", "=", order.id)], limit=1
        )
        self.assertEqual(line.action_open_document()["res_id"], order.id)
        order.order_line.qty_delivered = 2
        invoice = order._create_invoices()
        invoice.invoice_date = invoice.date = self.day
        forecast = self.calculate()
        self.assertIn(("order", invoice), self.read_weeks(forecast))
        self.assertAlmostEqual(forecast.expected + forecast.later, known, 2)
        invoice.action_post()
        forecast = self.calculate()
        self.assertIn(("item", invoice), self.read_weeks(forecast))
        self.assertAlmostEqual(forecast.expected + forecast.later, known, 2)
        order.date_order = NOW - timedelta(days=9)
        order.fsm_order_ids.scheduled_date_start = NOW - timedelta(days=2)
        self.env.flush_all()
        books = forecast._read_books()
        ordered = forecast._read_ordered(books)
        [item] = books.positions[invoice.id]
        self.assertEqual(ordered.since[item], self.ago(9).toordinal())
        self.assertEqual(ordered.planned[item], self.ago(2).toordinal())
        self.assertEqual(books.book.issued[item], self.day.toordinal())
        [item] = books.positions[self.young.id]
        self.assertEqual(ordered.since[item], books.book.issued[item])
        # what the jobs left undone won't be invoiced
        left = invoice.amount_total
        stages = order.fsm_order_ids.mapped("stage_id")
        order.fsm_order_ids.stage_id = self.env.ref("fieldservice.fsm_stage_cancelled")
        forecast = self.calculate()
        self.assertAlmostEqual(forecast.expected + forecast.later, 1050 + left, 2)
        order.fsm_order_ids.stage_id = stages[:1]
        # nor will what should have been invoiced long ago
        order.fsm_order_ids.unlink()
        order.write({"date_order": datetime(2025, 6, 1), "commitment_date": False})
        forecast = self.calculate()
        self.assertAlmostEqual(forecast.expected + forecast.later, 1050 + left, 2)

    def test_credit_isnt_expected_again(self):
        """400 on account, which nobody has applied: the oldest is paid by it."""
        self.pay(400, self.ago(1), partner=self.customer)
        forecast = self.calculate()
        self.assertAlmostEqual(forecast.expected + forecast.later, 650, 2)
        self.assertNotIn(("item", self.old), self.read_weeks(forecast))

    def test_a_day_has_one_forecast_and_earlier_weeks_are_kept(self):
        yesterday = self.calculate(self.ago(1))
        forecast = self.calculate()
        again = self.calculate()
        self.assertEqual(again.day, self.day)
        self.assertFalse(forecast.exists())
        latest = self.env["paycollect.forecast"].search([("is_latest", "=", True)])
        self.assertEqual((len(latest), latest.day), (1, self.day))
        self.assertEqual(len(yesterday.week_ids), 13)
        items = self.env["paycollect.forecast.item"].search([])
        self.assertEqual(items.forecast_id, latest)

    def test_a_cron_and_a_button_start_it_once(self):
        forecasts = self.env["paycollect.forecast"]
        self.assertIn("nocontent", str(forecasts.action_open()["help"]))
        with trap_jobs() as trap:
            forecasts.action_calculate()
            with self.assertRaisesRegex(UserError, "being calculated already"):
                forecasts.action_calculate()
            trap.assert_jobs_count(1)
        found = forecasts.search([])
        self.assertEqual((found.state, found.forecast_summary), ("queued", ""))
        self.assertRegex(found.display_name, r"^Forecast of \w{3} \d+, \d{4}$")
        found._run(NOW)
        self.assertEqual(forecasts.action_open()["res_id"], found.id)
        found.unlink()
        forecasts._cron_run(NOW)
        found = forecasts.search([("company_id", "=", self.company.id)])
        self.assertEqual((found.day, found.state), (self.day, "done"))
        forecasts._cron_run(NOW)
        self.assertEqual(forecasts.search_count([]), len(forecasts.search([])))
        self.assertEqual(
            forecasts.search([("company_id", "=", self.company.id)]), found
        )
        self.company.collection_active = False
        forecasts._cron_run(NOW + timedelta(days=1))
        self.assertEqual(
            forecasts.search([("company_id", "=", self.company.id)]), found
        )

    def test_without_any_entries_it_says_so(self):
        company = self.env["res.company"].create({"name": "New Inc."})
        forecast = self.env["paycollect.forecast"].create(
            {"company_id": company.id, "day": self.day}
        )
        forecast._run(NOW)
        self.assertEqual((forecast.expected, forecast.is_tested), (0, False))
        self.assertIn("enough weeks", forecast.forecast_summary)
        self.assertEqual(len(forecast.week_ids), 13)
