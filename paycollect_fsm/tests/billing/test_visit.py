# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged

from ..common import CollectionCommon

NOW = datetime(2026, 3, 4, 15, 0)  # 9:00 AM in Chicago


@tagged("post_install", "-at_install")
class TestVisit(CollectionCommon):
    """What the technician needs on the first screen, and the order of the board."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tz="America/Chicago"))
        cls.company.country_id = cls.env.ref("base.us")
        cls.customer = cls.make_partner(phone="+15125550122")

    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time(NOW))

    def make_at(self, start, end=None, **values):
        return self.make_plain_job(
            self.customer,
            scheduled_date_start=start,
            scheduled_date_end=end or start,
            **values,
        )

    def test_the_visit_says_to_whom_where_and_what(self):
        job = self.make_job(self.customer, [(self.repair, 2), (self.cable, 3)])
        job.location_id.write(
            {
                "name": "North clinic",
                "street": "9300 Burnet Road",
                "city": "Austin",
                "zip": "78758",
                "state_id": self.env.ref("base.state_us_44").id,
            }
        )
        self.assertEqual(job.visit_customer, "Acme Inc. · North clinic")
        self.assertEqual(job.visit_address, "9300 Burnet Road, Austin, TX 78758")
        self.assertEqual(job.visit_phone, "(512) 555-0122")
        self.assertEqual(job.visit_work, "2 × On-site repair\n3 × Patch cable")

    def test_an_extra_is_not_shown_as_ordered(self):
        job = self.make_job(self.customer, [self.repair])
        self.env["fsm.order.collection.line"].create(
            {"order_id": job.id, "product_id": self.cable.id, "discount": 10}
        )
        self.complete(job)
        self.assertEqual(job.visit_work, "1 × On-site repair")

    def test_the_time_window_is_read_in_the_users_time_zone(self):
        for start, end, expected in (
            (
                datetime(2026, 3, 4, 16),
                datetime(2026, 3, 4, 18),
                "Today, 10:00 AM – 12:00 PM",
            ),
            (datetime(2026, 3, 6, 3), datetime(2026, 3, 6, 3), "Tomorrow, 9:00 PM"),
            (
                datetime(2026, 3, 3, 16),
                datetime(2026, 3, 3, 17),
                "Yesterday, 10:00 AM – 11:00 AM",
            ),
            (
                datetime(2026, 3, 9, 15),
                datetime(2026, 3, 9, 16),
                "Mon, Mar 9, 10:00 AM – 11:00 AM",
            ),
        ):
            with self.subTest(expected):
                found = self.make_at(start, end).visit_time
                self.assertEqual(found.replace("\u202f", " "), expected)

    def test_the_board_has_today_first_by_time_and_then_the_nearest_days(self):
        times = {
            "next week": datetime(2026, 3, 11, 16),
            "today late": datetime(2026, 3, 5, 2),  # 8 PM in Chicago
            "last week": datetime(2026, 2, 25, 16),
            "tomorrow": datetime(2026, 3, 5, 16),
            "today early": datetime(2026, 3, 4, 14),
            "yesterday": datetime(2026, 3, 3, 16),
        }
        jobs = self.env["fsm.order"]
        for name, start in times.items():
            jobs |= self.make_at(start, name=name)
        jobs |= self.make_plain_job(self.customer, name="some day")
        found = jobs.search([("id", "in", jobs.ids)], order="visit_day")
        self.assertEqual(
            found.mapped("name"),
            [
                "today early",
                "today late",
                "yesterday",
                "last week",
                "tomorrow",
                "next week",
                "some day",
            ],
        )

    def test_a_technician_with_own_jobs_only_does_not_change_the_plan(self):
        own = new_test_user(self.env, "own", groups="fieldservice.group_fsm_user_own")
        job = self.make_at(NOW)
        job.person_id = self.env["fsm.person"].create(
            {"name": "Own", "partner_id": own.partner_id.id}
        )
        self.assertFalse(job.with_user(own).may_plan)
        for user in (self.technician, self.dispatcher, self.accountant):
            self.assertTrue(job.with_user(user).may_plan, user.login)
        self.company.collection_active = False
        job.invalidate_recordset()
        self.assertTrue(job.with_user(own).may_plan)
