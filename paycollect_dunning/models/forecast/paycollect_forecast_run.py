# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import math
from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ...rules import forecast as rules
from ...rules.forecast_models import (
    MODELS,
    get_model,
    get_order_weeks,
    get_percentiles,
)
from ...rules.forecast_trial import back_test
from ...rules.payment_curve import WEEKS, Curves
from .paycollect_forecast import DONE, QUEUED, RUNNING


class PaycollectForecast(models.Model):
    """The calculation: read the books, test the models, keep weeks and items."""

    _inherit = "paycollect.forecast"

    def _run(self, now=None):
        """Calculate the forecast, and replace the latest one.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        record = self._as_system()
        if not record.try_lock_for_update() or record.state != QUEUED:
            return
        record._report(5)
        books = record._read_books()
        record._report(25)
        said = record._read_said(books)
        orders = record._read_orders(books)
        chances = record._read_chances()
        record._report(40)
        today = record.day.toordinal()
        ordered = record._read_ordered(books)
        trial = back_test(books.book, today, said, chances, ordered=ordered)
        record._report(80)
        items, coming = record._spread(books, said, orders, chances, trial)
        record._keep(books, items, orders, coming, trial)
        record.write({"progress": 100, "done_at": now or fields.Datetime.now()})
        record._commit()

    def _report(self, percent):
        """Show how far it is."""
        self.write({"state": RUNNING, "progress": percent})
        self._commit()

    def _spread(self, books, said, orders, chances, trial):
        """Return (``rules.forecast.Rows`` of open items, of orders)."""
        today = self.day.toordinal()
        curves = Curves(books.book, today)
        self.payment_count = round(curves.count)
        weeks_of = get_model(trial.chosen, books.book, today, curves)
        rest, orders = books.apply_credit(today, orders)
        items = rules.spread(
            books.book, today - 1, weeks_of, said, chances, rest=rest, known=today
        )
        return items, rules.spread_orders(
            orders,
            today - 1,
            lambda later: get_order_weeks(
                trial.chosen, books.book, today - 1, later, curves
            ),
        )

    # -- keep ----------------------------------------------------------------------

    def _keep(self, books, items, orders, ordered, trial):
        rows = items + ordered
        middle, sure = get_percentiles(rows)
        sure = trial.get_sure(middle, sure)
        expected = rows.expected.sum(axis=0)
        self._replace_latest()
        self.week_ids.create(
            [
                self._prepare_week_vals(week, expected, middle, sure, trial)
                for week in range(WEEKS)
            ]
        )
        total = float(rows.amount.sum())
        self.write(
            {
                "state": DONE,
                "is_latest": True,
                "forecast_model": trial.chosen,
                "is_tested": trial.is_tested,
                "trial_count": trial.days,
                "expected": float(expected.sum()),
                "later": total - float(expected.sum()),
                **{f"error_{name}": _get_number(trial.totals[name]) for name in MODELS},
            }
        )
        self._insert_items(books, items, orders, ordered)

    def _replace_latest(self):
        """Drop the items of the latest forecast, and the same day's forecast before."""
        company = [("company_id", "=", self.company_id.id)]
        self.search([*company, ("is_latest", "=", True)]).is_latest = False
        self.search([*company, ("day", "=", self.day), ("id", "!=", self.id)]).unlink()
        self.env["paycollect.forecast.item"].search(company).unlink()
        self.flush_model()

    def _prepare_week_vals(self, week, expected, middle, sure, trial):
        first = self.day + timedelta(days=7 * week)
        return {
            "forecast_id": self.id,
            "company_id": self.company_id.id,
            "week_number": week + 1,
            "date_from": first,
            "date_to": first + timedelta(days=6),
            "expected": float(expected[week]),
            "likely": float(middle[week]),
            "sure": float(sure[week]),
            "is_tested": not math.isnan(trial.errors[trial.chosen][week]),
            "error": _get_number(trial.errors[trial.chosen][week]),
            "known_share": _get_number(trial.known[week]),
            **{
                f"error_{name}": _get_number(trial.errors[name][week])
                for name in MODELS
            },
        }

    def _insert_items(self, books, items, orders, ordered):
        """Insert the rows of items: tens of thousands, in one statement."""
        lines = [
            (books.lines[item], books.moves[item], None, books.customers[item], *rest)
            for item, *rest in _get_rows(items)
        ]
        lines += [
            (None, *books.documents[orders[item].key], *rest)
            for item, *rest in _get_rows(ordered)
        ]
        if not lines:
            return
        self.env["paycollect.forecast.item"].flush_model()
        columns = [list(column) for column in zip(*lines, strict=True)]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO paycollect_forecast_item (
                    forecast_id, company_id, line_id, move_id, order_id, partner_id,
                    amount, source, week_amounts)
                SELECT %s, %s, line, move, sale, NULLIF(partner, 0), amount, source,
                       amounts
                  FROM unnest(%s::int[], %s::int[], %s::int[], %s::int[],
                              %s::numeric[], %s::varchar[], %s::varchar[])
                    AS row (line, move, sale, partner, amount, source, amounts)
                """,
                self.id,
                self.company_id.id,
                *columns,
            )
        )
        self.env["paycollect.forecast.item"].invalidate_model()


def _get_rows(rows):
    """Yield (item, amount, source, amounts by week as text)."""
    expected = rows.expected.round(4)
    for item, amount, source, weeks in zip(
        rows.item.tolist(),
        rows.amount.tolist(),
        rows.source.tolist(),
        expected.tolist(),
        strict=True,
    ):
        yield item, round(amount, 4), rules.SOURCES[source], ",".join(map(str, weeks))


def _get_number(value):
    return 0.0 if math.isnan(value) else float(value)
