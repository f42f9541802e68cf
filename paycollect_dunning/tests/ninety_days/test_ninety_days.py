# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from .common_ninety_days import NinetyDaysCommon
from .deeds import get_day
from .stories_of_money import STORIES_OF_MONEY
from .stories_of_people import STORIES_OF_PEOPLE

STORIES = STORIES_OF_MONEY + STORIES_OF_PEOPLE


@tagged("post_install", "-at_install")
class TestNinetyDays(NinetyDaysCommon):
    """All stories, side by side, in one pass of ninety days."""

    def set_scene(self):
        for story in STORIES:
            story.moves.clear()
            story.customer = self.make_debtor(story.key, story.place, **story.values)
        self.live(STORIES)

    def each(self, check):
        for story in STORIES:
            with self.subTest(f"{story.key}: {story.name}"):
                check(story)

    def find_rows(self, story):
        rows = self.env["paycollect.dunning.message"]
        return rows.search([("customer_id", "=", story.customer.id)], order="id")

    def describe(self, row):
        """Return what was said, as the stories write it."""
        moment = row.send_at or row.date
        words = [
            f"{moment:%m-%d %H:%M}",
            row.channel or "nobody",
            f"{row.level_id.delay_days}",
            f"{row.amount:.2f}",
        ]
        if row.currency_id != row.company_id.currency_id:
            words.append(row.currency_id.name)
        if row.company_id != self.company:
            words.append(row.company_id.name)
        if row.state != "sent":
            words.append(row.state)
        return " ".join(words)

    def test_each_customer_hears_what_the_story_says_and_nothing_else(self):
        self.each(self.check_said)

    def check_said(self, story):
        rows = self.find_rows(story)
        said = rows.filtered("line_ids")
        self.assertEqual(sorted(map(self.describe, said)), sorted(story.said))
        passed = (rows - said).sorted(lambda row: (row.date, row.id))
        self.assertEqual(
            [f"{row.date:%m-%d} {row.level_id.delay_days}" for row in passed],
            list(story.passed),
        )
        self.assertEqual(set(passed.mapped("reason_code")) - {"caught_up"}, set())

    def test_each_case_ends_as_the_story_says(self):
        self.each(self.check_cases)

    def check_cases(self, story):
        cases = self.env["paycollect.dunning.case"].search(
            [("partner_id", "=", story.customer.id)], order="closed_at, id"
        )
        if story.ends is None:
            self.assertFalse(cases)
            return
        self.assertEqual((cases[-1].state, cases[-1].reason_code), story.ends)
        self.assertEqual(set(cases[:-1].mapped("state")) - {"closed"}, set())
        for day, says in story.on.items():
            found = [
                state
                for case_id, state in self.cases_on[get_day(day)].items()
                if case_id in cases.ids and state[0] != "closed"
            ]
            self.assertEqual(found, [says] if says else [], day)

    def test_the_emails_that_arrive_are_those_that_were_decided(self):
        self.each(self.check_mails)

    def check_mails(self, story):
        rows = self.find_rows(story).filtered(
            lambda row: row.channel == "mail" and row.state == "sent"
        )
        mails = [
            mail["body"]
            for address, box in self.mails.items()
            for mail in box
            if f"{story.key}@" in address or f"{story.key}-twin@" in address
            if mail["object_id"].endswith("paycollect.dunning.case")
        ]
        self.assertEqual(len(mails), len(rows))
        for row in rows:
            amount = row.currency_id._format_amount(row.amount)
            self.assertTrue(any(amount in body for body in mails), amount)

    def test_amounts_are_the_sum_of_what_is_shown(self):
        rows = self.env["paycollect.dunning.message"].search([("line_ids", "!=", [])])
        self.assertGreater(len(rows), 50)
        for row in rows:
            for line in row.line_ids:
                self.assertEqual(line.amount, line.residual - line.credit)
            self.assertEqual(row.amount, sum(row.line_ids.mapped("amount")))

    def test_the_accountant_sees_what_holds(self):
        kinds = {key: [kind for kind, _text in rows] for key, rows in self.desk.items()}
        self.assertEqual(
            kinds, {"check": ["check"], "money": ["money"], "dateless": ["case"]}
        )

    def test_a_late_good_payer_reads_the_friendly_text(self):
        [good] = [story for story in STORIES if story.key == "good"]
        [late] = self.find_rows(good).filtered(
            lambda row: row.send_at and row.send_at.date() == get_day("03-25")
        )
        self.assertEqual(late.text_level_id.name, "Friendly Reminder")

    def test_the_agency_has_what_nobody_paid(self):
        [silent] = [story for story in STORIES if story.key == "silent"]
        handoff = self.env["paycollect.handoff"].search(
            [("partner_id", "=", silent.customer.id)]
        )
        self.assertEqual((handoff.state, handoff.amount), ("approved", 800))
