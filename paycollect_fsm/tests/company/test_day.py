# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, datetime

from freezegun import freeze_time

from odoo.tests import tagged

from ...models.company.moments import format_day, format_moment
from ..common import CollectionCommon

# The evening of March 31 in New York, April 1 everywhere east of it.
EVENING = datetime(2026, 4, 1, 2, 30)


@tagged("-at_install", "post_install")
class TestDay(CollectionCommon):
    """The date is the company's, not the caller's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "America/New_York"

    def test_the_day_is_that_of_the_companys_address(self):
        self.assertEqual(self.company._get_today(EVENING), date(2026, 3, 31))

    def test_without_a_zone_on_the_address_the_working_hours_have_one(self):
        self.company.partner_id.tz = False
        self.company.resource_calendar_id.tz = "America/Denver"
        self.assertEqual(self.company._get_today(EVENING), date(2026, 3, 31))

    def test_without_any_zone_the_day_is_that_of_utc(self):
        self.company.partner_id.tz = False
        self.company.resource_calendar_id = False
        self.assertEqual(self.company._get_today(EVENING), date(2026, 4, 1))

    def test_the_users_zone_does_not_matter(self):
        company = self.company.with_context(tz="Asia/Tokyo")
        self.assertEqual(company._get_today(EVENING), date(2026, 3, 31))

    def test_whoever_has_no_zone_reads_the_companys(self):
        user = self.get_user("a_technician")
        env = user.with_user(user).env
        for zone, moment, day in (
            (False, r"Mar 31, 2026, 10:30\sPM", "Mar 31, 2026"),
            ("Europe/Berlin", r"Apr 1, 2026, 4:30\sAM", "Apr 1, 2026"),
        ):
            user.tz = zone
            self.assertRegex(format_moment(env, EVENING), moment)
            self.assertEqual(format_day(env, EVENING), day)

    def test_a_day_begins_at_the_companys_midnight(self):
        self.assertEqual(
            self.company._get_day_bounds(EVENING),
            (datetime(2026, 3, 31, 4), datetime(2026, 4, 1, 4)),
        )

    def test_the_day_of_the_change_to_summer_time_has_23_hours(self):
        begin, end = self.company._get_day_bounds(datetime(2026, 3, 8, 12))
        self.assertEqual((end - begin).total_seconds(), 23 * 3600)

    def test_a_user_without_a_zone_bills_in_the_companys_month(self):
        self.technician.tz = False
        job = self.make_job()
        with freeze_time(EVENING):
            move = self.complete(job, user=self.technician)
        self.assertEqual(move.invoice_date, date(2026, 3, 31))
        self.assertEqual(move.invoice_date_due, date(2026, 3, 31))
        payment = move.collection_attempt_ids.transaction_id.payment_id
        self.assertEqual(payment.date, date(2026, 3, 31))

    def test_a_card_is_charged_on_its_last_evening(self):
        job = self.make_job(token=False)
        partner = job._get_payer()
        self.make_token(partner, expiry_date=date(2026, 3, 31))
        with freeze_time(EVENING):
            move = self.complete(job)
        self.assertEqual(move.collection_attempt_ids.state, "paid")

    def test_the_evenings_charges_count_for_the_companys_day(self):
        self.company.collection_daily_count = 1
        with freeze_time(datetime(2026, 3, 31, 20)):  # the afternoon
            self.complete(self.make_job())
        with freeze_time(EVENING):  # after UTC's midnight, before the company's
            move = self.complete(self.make_job())
        self.assertEqual(move.collection_attempt_ids.parked_code, "count_brake")
        with freeze_time(datetime(2026, 4, 1, 4, 1)):
            move = self.complete(self.make_job())
        self.assertEqual(move.collection_attempt_ids.state, "paid")

    def test_an_exception_is_due_on_the_companys_day(self):
        job = self.make_job()
        with freeze_time(EVENING):
            self.company._schedule_collection_activity(job, "Look", "Look at it", "x")
        self.assertEqual(job.activity_ids.date_deadline, date(2026, 3, 31))

    def test_work_of_the_evening_needs_a_card_of_that_day(self):
        job = self.make_job(token=False)
        self.make_token(job._get_payer(), expiry_date=date(2026, 3, 31))
        job.scheduled_date_start = EVENING
        with freeze_time(datetime(2026, 3, 30)):
            self.assertEqual(job.collection_readiness, "ready")
