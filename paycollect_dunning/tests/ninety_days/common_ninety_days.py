# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, datetime, time, timedelta

from freezegun import freeze_time

from .deeds import Deeds, get_day

FIRST_DAY = date(2026, 3, 2)  # a Monday
DAYS = 90
# In UTC. The company's night, in which what is due is decided; what people do; the
# company's morning.
NIGHT, DEEDS, MORNING = time(6), time(10), time(14, 30)
PLACES = {
    "US": {"country": "us", "state": "NY"},
    "GB": {"country": "uk"},
    "DE": {"country": "de"},
}


class NinetyDaysCommon(Deeds):
    """A company in New York that lives through ninety days with its customers.

    Everything that Odoo does by itself is done by the methods of the crons, at the
    frozen time; emails end in the test's catcher.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "America/New_York"
        cls.today = FIRST_DAY
        cls.plan = cls.env.ref("paycollect_dunning.plan_default")
        cls.plan.good_count = 2
        cls.second = cls.make_second_company()
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.env["calendar.public.holiday"].create(
            {
                "year": 2026,
                "country_id": cls.env.ref("base.de").id,
                "line_ids": [
                    (0, 0, {"name": name, "date": day})
                    for name, day in (
                        ("Good Friday", "2026-04-03"),
                        ("Easter Monday", "2026-04-06"),
                    )
                ],
            }
        )
        cls.env["paycollect.agency"].create(
            {"name": "Fair Recovery", "company_id": cls.company.id}
        )
        cls.self_billing = cls.env["account.journal"].create(
            {
                "name": "Invoices by customers",
                "code": "SELF",
                "type": "sale",
                "is_self_billing": True,
                "company_id": cls.company.id,
            }
        )
        cls.mails, cls.cases_on, cls.desk = {}, {}, {}

    @classmethod
    def make_second_company(cls):
        """Return a company in Paris that reminds its customers, too."""
        company = cls.env["res.company"].create(
            {"name": "Second", "email": "billing@second.example.com"}
        )
        company.partner_id.tz = "Europe/Paris"
        cls.env.user.company_ids |= company
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company, install_demo=False
        )
        cls.provider.copy({"company_id": company.id, "state": "test"})
        company.collection_active = True
        cls.env["paycollect.dunning.plan"]._create_default(company)
        return company

    @classmethod
    def make_debtor(cls, key, place="US", **values):
        """Create a customer whose address names the story."""
        names = PLACES[place]
        country = cls.env.ref(f"base.{names['country']}")
        state = cls.env["res.country.state"].search(
            [("country_id", "=", country.id), ("code", "=", names.get("state"))]
        )
        email = f"{key}@customer.example.com"
        values = {"email": email, "country_id": country.id, **values}
        return cls.make_partner(
            f"Customer {key}", mode="net", state_id=state.id, **values
        )

    def live(self, stories):
        """Live all days with the deeds of these stories, in one pass."""
        deeds = {}
        for story in stories:
            for day, *deed in story.deeds:
                deeds.setdefault(get_day(day), []).append((story, *deed))
        with freeze_time(datetime.combine(FIRST_DAY, NIGHT)) as clock:
            for plan in self.plan + self.second.dunning_plan_ids:
                plan._activate(self.now())
            for number in range(DAYS):
                day = FIRST_DAY + timedelta(days=number)
                self.live_day(day, deeds.pop(day, ()), clock)
        self.assertFalse(deeds, "these days are not lived")

    def live_day(self, day, deeds, clock):
        """One night's run, what people do, and one of the hourly runs of the day."""
        type(self).today = day
        clock.move_to(datetime.combine(day, NIGHT))
        self.work(day)
        clock.move_to(datetime.combine(day, DEEDS))
        for story, name, *arguments in deeds:
            getattr(self, name)(story, *arguments)
        clock.move_to(datetime.combine(day, MORNING))
        self.work(day)
        self.env["paycollect.check.notice"]._cron_expire()
        self.env["paycollect.handoff"]._cron_work()
        self.cases_on[day] = {
            case.id: (case.state, case.reason_code, case.level_id.delay_days)
            for case in self.env["paycollect.dunning.case"].search([])
        }

    def work(self, day):
        """What runs each hour: remind, and let Odoo's mail queue send."""
        with self.mock_mail_gateway():
            self.env["paycollect.dunning.case"]._cron_run()
            self.env["mail.mail"].process_email_queue()
            self.env["paycollect.message"]._cron_deliver()
            for mail in self._mails:
                for address in mail["email_to"]:
                    self.mails.setdefault(address, []).append(mail)
        self.env.invalidate_all()
