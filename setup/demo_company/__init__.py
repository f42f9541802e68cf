# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The demo company: Brightline IT Support, with six months of history.

Everything is dated relative to the day of the build and happens in order, through the
addons' own flow. Only emails, SMS and queued jobs are held back: their effects are
recorded instead.
"""

from datetime import datetime

from . import (
    agenda,
    blocks,
    catalog,
    checks,
    company,
    customers,
    disputes,
    history,
    holidays,
    insights,
    payouts,
    portal,
    reminders,
    schedule,
)
from .clock import ZONE, Clock
from .flow import Flow
from .outbox import Outbox

LEFT_OVER = {
    "mail.mail": [("state", "in", ("outgoing", "exception"))],
    "sms.sms": [("state", "in", ("outgoing", "pending", "error"))],
    "queue.job": [("state", "!=", "done")],
}


def build(env):
    """Fill the database and commit.

    :param env: superuser environment of a fresh database, commits allowed
    :raise AssertionError: something would leave the demo automatically
    """
    env = env(context={**env.context, **QUIETLY})
    today = datetime.now(ZONE).date()
    company.stay_at_home(env)
    company.make_company(env)
    holidays.make_holidays(env, today)
    staff = company.make_staff(env)
    shelf = catalog.make_catalog(env)
    with Outbox(env) as outbox, Clock(env) as clock:
        clock.set(today, -200)
        company.switch_on(env)
        book = customers.make_customers(env, today)
        flow = Flow(env, clock, outbox, staff, shelf, book, today)
        history.plan(flow)
        disputes.plan(flow)
        agenda.plan(flow)
        checks.plan(flow)
        blocks.plan(flow)
        payouts.plan(flow)
        schedule.plan(flow)
        portal.plan(flow)
        reminders.plan(flow)
        insights.plan(flow)
        flow.run()
        portal.make_users(env, book)
    agenda.finish(flow)
    insights.finish(flow)
    company.make_favorite(env)
    _check_left_over(env)
    company.deliver_texts(env)
    env.cr.commit()


QUIETLY = {
    "lang": "en_US",
    "tz": ZONE.key,
    "mail_activity_quick_update": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "no_reset_password": True,
    "tracking_disable": True,
}


def _check_left_over(env):
    env.flush_all()
    for model, domain in LEFT_OVER.items():
        found = env[model].search(domain)
        if found:
            names = ", ".join({str(record.display_name) for record in found[:5]})
            raise AssertionError(
                f"{len(found)} {model} would leave the demo: {names}, …"
            )
