# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import io
import zipfile
from datetime import timedelta

from odoo.tests import tagged

from .common_figures import FiguresCommon


@tagged("post_install", "-at_install")
class TestInvoiceFigures(FiguresCommon):
    """Three invoices, against a table computed by hand.

    - 100 for a job: charged and paid at once, the receipt is sent after 30 seconds;
    - 100 for a job: the card is declined, a check comes after 10 days;
    - 250 by hand, 50 of it a mistake and credited: reminded once, half of the 200 paid
      after 40 days, 30 written off after 45, the rest with an agency.
    """

    def set_scene(self):
        self.day = self.today
        self.type = self.env["fsm.order.type"].create({"name": "Repair"})
        self.fast = self.finish("done")
        self.slow = self.finish("error")
        self.late = self.bill(250, self.today)
        self.match(self.bill(-50, self.today), self.late)
        self.pay(100, self.today + timedelta(days=10), self.slow)
        self.pay(100, self.today + timedelta(days=40), self.late)
        self.match(self.write_off(30, self.today + timedelta(days=45)), self.late)
        self.remind(self.late)
        self.hand_over(self.late)

    def finish(self, answer):
        job = self.make_job(self.make_partner("Fixit Inc."), token=answer)
        job.type = self.type
        move = self.complete(job)
        receipts = move.collection_message_ids
        receipts.write(
            {"state": "sent", "sent_at": job.completed_on + timedelta(seconds=30)}
        )
        return move

    def write_off(self, amount, on):
        expense = self.env["account.account"].search(
            [("account_type", "=", "expense"), ("company_ids", "in", self.company.ids)],
            limit=1,
        )
        move = self.enter(-amount, on)
        other = move.line_ids.filtered(lambda line: line.account_id != self.receivable)
        move.button_draft()
        other.account_id = expense
        move.action_post()
        return move

    def remind(self, move):
        own = {
            "company_id": self.company.id,
            "currency_id": self.company.currency_id.id,
        }
        now = self.now()
        self.case = self.env["paycollect.dunning.case"].create(
            {"partner_id": self.customer.id, "opened_at": now, **own}
        )
        self.env["paycollect.dunning.message"].create(
            {
                "case_id": self.case.id,
                "partner_id": self.customer.id,
                "level_id": self.env.ref("paycollect_dunning.level_friendly").id,
                "channel": "mail",
                "state": "sent",
                "date": now,
                "sent_at": now,
                "move_ids": [(6, 0, move.ids)],
                **own,
            }
        )

    def hand_over(self, move):
        agency = self.env["paycollect.agency"].create(
            {"name": "Fair Recovery", "company_id": self.company.id}
        )
        own = {
            "company_id": self.company.id,
            "currency_id": self.company.currency_id.id,
        }
        handoff = self.env["paycollect.handoff"].create(
            {
                "case_id": self.case.id,
                "partner_id": self.customer.id,
                "agency_id": agency.id,
                "proposed_at": self.now(),
                "state": "sent",
                **own,
            }
        )
        self.env["paycollect.handoff.item"].create(
            {"handoff_id": handoff.id, "move_id": move.id, **own}
        )

    def in_days(self, days):
        day = self.today + timedelta(days=days)
        return self.env["paycollect.invoice.figure"].with_context(
            collection_as_of=str(day)
        )

    def sum_up(self, days, *names, **domain):
        """Return the value of a group as of some days from now, rounded."""
        ours = [("move_id", "in", (self.fast | self.slow | self.late).ids)]
        figures = self.in_days(days)
        specs = [
            f"{name}:{figures._fields[name].aggregator or 'sum'}" for name in names
        ]
        terms = [(name, "=", value) for name, value in domain.items()]
        [values] = figures._read_group(ours + terms, [], specs)
        return tuple(None if v is None else round(v, 2) for v in values)

    def test_each_share_of_the_group_is_that_of_its_sums(self):
        for names, after_5, after_50 in (
            (("amount", "amount_jobs"), (400, 200), (400, 200)),
            (("amount_collected",), (100,), (300,)),
            (("collection_rate",), (25,), (50,)),  # 200 of 400
            (("paid_7_rate",), (50,), (50,)),  # 100 of 200
            (("amount_late", "reminder_rate"), (0, 0), (200, 5)),  # 1 / 200 × 1,000
            (("amount_lost", "lost_rate"), (200, 50), (100, 25)),  # 30 + 70 open
            (("first_known", "first_paid", "first_rate"), (2, 1, 50), (2, 1, 50)),
            (("attempts", "error_rate"), (2, 0), (2, 0)),
            (("paid_count", "hands_off_rate"), (1, 100), (2, 50)),
            (("cash_days",), (0,), (5,)),  # the median of 0 and 10
            (("steps_manual", "steps_saved"), (1, 7), (5, 7)),
            (("hours_saved",), (0.35,), (0.35,)),  # 7 × 3 / 60
        ):
            with self.subTest(names):
                self.assertEqual(self.sum_up(5, *names), after_5)
                self.assertEqual(self.sum_up(50, *names), after_50)

    def test_by_method_brand_and_kind_of_job(self):
        for domain, expected in (
            ({"order_type_id": self.type.id}, (50,)),
            ({"brand": "Visa"}, (50,)),
            ({"method_kind": "card"}, (50,)),
            ({"first_attempt": "declined"}, (0,)),
            ({"policy_id": self.policies["auto"].id}, (50,)),
        ):
            with self.subTest(domain):
                self.assertEqual(self.sum_up(50, "first_rate", **domain), expected)

    def test_a_period_leaves_nothing_else_out(self):
        """The query reads the invoices of the period only, and all of each."""
        first, next_day = str(self.today), str(self.today + timedelta(days=1))
        figures = self.in_days(50)
        ours = [("move_id", "in", (self.fast | self.slow | self.late).ids)]
        for name, expected in (
            ("date", (400, 300, 200)),
            ("completed_day", (200, 200, 100)),
        ):
            specs = ["amount:sum", "amount_collected:sum", "amount_7:sum"]
            if name == "date":
                specs[2] = "amount_30:sum"
            [values] = figures._read_group(ours + [(name, ">=", first)], [], specs)
            self.assertEqual(tuple(round(value, 2) for value in values), expected)
            terms = ours + [(name, ">", first), (name, "<=", next_day)]
            self.assertFalse(figures.search(terms))
            either = ours + ["|", (name, ">=", next_day), (name, "<=", first)]
            self.assertEqual(len(figures.search(either)), 3 if name == "date" else 2)

    def test_receipts_and_unknown_charges(self):
        fast = {"move_id": self.fast.id}
        names = ("receipt_median", "receipt_p95")
        self.assertEqual(self.sum_up(5, *names, **fast), (0.5, 0.5))
        first = self.slow.collection_attempt_ids[:1]
        for state, expected in (("settling", (1, 100, 0)), ("unknown", (2, 50, 50))):
            first.write({"state": state, "decline_kind": False})
            found = self.sum_up(5, "first_known", "first_rate", "error_rate")
            self.assertEqual(found, expected, state)

    def test_a_receipt_asks_how_it_went(self):
        """One of two is happy; what was only opened is no rating."""
        rated = self.fast | self.slow
        for move, rate in zip(rated, (5, 1), strict=True):
            url = move._get_rating_url(rate)
            self.assertEqual(url, move._get_rating_url(rate))  # one for each receipt
            token, given = url.split("/")[-2:]
            self.assertEqual(self.sum_up(5, "rated_count", move_id=move.id), (0,))
            move.rating_apply(int(given), token=token)
            move.rating_ids.flush_recordset()
        self.assertEqual(self.sum_up(5, "rated_count", "satisfaction"), (2, 50))
        self.fast.rating_ids.feedback = "Came on time"
        data = self.env["paycollect.customer.data"]
        customer = self.fast.commercial_partner_id
        found = data._search_rows("rating.rating", customer, self.company)
        self.assertEqual(found, self.fast.rating_ids)
        other = self.env["res.company"].create({"name": "New Company"})
        self.assertFalse(data._search_rows("rating.rating", customer, other))
        archive = zipfile.ZipFile(io.BytesIO(data._export(customer, self.company)))
        text = archive.read("rating.rating.csv").decode()
        self.assertIn("Came on time", text)
        data._blank(customer, self.company)
        self.assertFalse(found.feedback)
        template = self.env.ref("paycollect_fsm.mail_template_receipt")
        for asked in (True, False):
            self.company.figures_ask_rating = asked
            body = template._render_field("body_html", self.fast.ids)[self.fast.id]
            self.assertEqual("/rate/" in body, asked)

    def test_each_row_opens_its_invoice(self):
        rows = self.in_days(50).search([("partner_id.name", "=", "Fixit Inc.")])
        rows = {row.move_id: row for row in rows}
        fast, slow = rows[self.fast], rows[self.slow]
        self.assertEqual((fast.steps_manual, fast.steps_saved), (0, 4))
        self.assertEqual((slow.steps_manual, slow.steps_saved), (2, 2))
        self.assertEqual(slow.paid_on, self.today + timedelta(days=10))
        self.assertEqual((slow.collection_rate, slow.paid_7_rate), (100, 0))
        self.assertEqual(slow.action_open_invoice()["res_id"], self.slow.id)
