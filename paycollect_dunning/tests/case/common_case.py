# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, timedelta

from ..common import DunningCommon


class CaseCommon(DunningCommon):
    """The shipped plan is on; days are counted from Monday, 2 March 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = date(2026, 3, 2)
        cls.cases = cls.env["paycollect.dunning.case"]
        cls.messages = cls.env["paycollect.dunning.message"]
        cls.plan = cls.env.ref("paycollect_dunning.plan_default")
        cls.plan._activate(cls.company._get_moment(cls.today))
        cls.plan.write({"good_count": 0, "max_per_day": 0, "wait_days": 0})

    @classmethod
    def at(cls, days, hours=15):
        """Return a moment of a day, as naive UTC."""
        moment = cls.company._get_moment(cls.today + timedelta(days=days))
        return moment + timedelta(hours=hours)

    def run_day(self, days, hours=15):
        """Run once; return the messages that were written for customers."""
        before = self.messages.search([])
        with self.mock_mail_gateway():
            self.cases._cron_run(now=self.at(days, hours))
        self.env.invalidate_all()
        rows = self.messages.search([], order="id") - before
        waiting = rows.filtered(lambda r: r.state == "queued" and not r.delivery_id)
        waiting.state = "sent"  # by whoever carries letters and calls
        return rows.filtered("line_ids")

    def run_days(self, first, last):
        """Run each day; return (day, days of the level) of what was written."""
        return [
            (day, row.level_id.delay_days)
            for day in range(first, last + 1)
            for row in self.run_day(day)
        ]

    def get_case(self, partner=None, **domain):
        criteria = {"partner_id": (partner or self.customer).id, **domain}
        return self.cases.search(
            [(name, "=", value) for name, value in criteria.items()],
            order="id desc",
            limit=1,
        )

    def pay(self, move, amount=None, days=0):
        """Pay an invoice some days from now, and match it."""
        payment = self.make_payment(
            move.commercial_partner_id,
            amount or move.amount_residual,
            date=self.today + timedelta(days=days),
            currency_id=move.currency_id.id,
        )
        self.match(payment.move_id, move)
        return payment

    def match(self, *moves):
        lines = self.env["account.move"].union(*moves).line_ids
        lines.filtered(
            lambda li: li.account_id.account_type == "asset_receivable"
        ).reconcile()
