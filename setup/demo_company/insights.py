# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the system finds out by itself: risk grades over time, and the forecast."""

from datetime import timedelta

from odoo import fields

WEEKS = 13


def plan(flow):
    """Grade the customers every Monday."""
    monday = flow.today - timedelta(days=flow.today.weekday())
    for week in range(WEEKS):
        day = monday - timedelta(weeks=week)
        flow.at(day, 6, 0, _grade, flow)


def finish(flow):
    """Grade the customers and calculate the forecast of today."""
    env, now = flow.env, fields.Datetime.now()
    env["paycollect.risk.grade"]._grade(env.company, now)
    forecast = env["paycollect.forecast"].create(
        {
            "company_id": env.company.id,
            "day": env.company._get_today(now),
            "state": "queued",
        }
    )
    forecast._run(now)


def _grade(flow):
    flow.env["paycollect.risk.grade"]._grade(flow.env.company, flow.clock.now)
