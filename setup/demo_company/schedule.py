# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Customers on terms who pay by card: one on autopay, one on a day of their own."""

from datetime import timedelta

from odoo.addons.paycollect_portal.rules.autopay import Terms

from .customers import Card, store_method


def plan(flow):
    """Schedule what the customers agree to."""
    flow.at(flow.today - timedelta(days=1), 15, 30, _switch_on, flow)
    flow.at(flow.today - timedelta(days=1), 16, 10, _schedule, flow)


def _switch_on(flow):
    """Turn autopay on: invoices when they are due, told three days ahead."""
    customer, company = flow.book["clinics"].partner, flow.env.company
    token = store_method(customer, Card("Mastercard", "2223", 31), flow.today)
    flow.env["paycollect.autopay"]._start(
        customer,
        company,
        token,
        Terms(scope="due", max_amount=5000, max_month=12000, notice_days=3),
        use_backups=False,
    )


def _schedule(flow):
    """Schedule the payment of the customer's last open invoice for next week."""
    customer, company = flow.book["schools"].partner, flow.env.company
    token = store_method(customer, Card("Visa", "1881", 22), flow.today)
    items = customer._get_open_items(company, company._get_today())[customer]
    asked = [item for item in items if item.is_asked and item.payable]
    if asked:
        day = flow.today + timedelta(days=7)
        payments = flow.env["paycollect.scheduled.payment"]
        payments._plan(customer, asked[-1].line, day, token)
