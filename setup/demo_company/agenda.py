# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The past and the coming days: a job in every state."""

from datetime import datetime, timedelta

from odoo import Command, fields

from .clock import ZONE, local
from .history import DECLINES

DONE = "Completed as ordered and tested with the customer."


def plan(flow):
    """Schedule the bookings and completions of the last days."""
    flow.at(_day(flow, -3), 7, 0, _introduce_prepaid, flow)
    _plan_completed(flow)
    _plan_open(flow)
    _plan_others(flow)


def finish(flow):
    """Set the state of the current minute."""
    now = datetime.now(ZONE)
    stage = flow.env["fsm.stage"].search([("name", "=", "In progress")])
    flow.jobs["bakery today"].write(
        {
            "stage_id": stage.id,
            "date_start": fields.Datetime.now() - timedelta(minutes=40),
            "scheduled_date_start": local(now.date(), now.hour) - timedelta(hours=1),
        }
    )


def _day(flow, days):
    return flow.today + timedelta(days=days)


def _introduce_prepaid(flow):
    """Activate prepayment for small jobs of new customers."""
    flow.env.ref("paycollect_fsm.policy_prepaid").active = True


# -- completed in the last days, one for each outcome ---------------------------


def _plan_completed(flow):
    for key, lines, days, hour, worker, then in (
        ("dental", [("check", 1)], -2, 9, "tom", _complete),
        ("clinics", [("laptop", 4)], -2, 11, "priya", _complete),
        ("vet", [("hour", 2), ("callout", 1)], -2, 15, "luis", _complete_unanswered),
        ("law", [("laptop", 2)], -1, 9, "tom", _complete_with_extra),
        ("auto_body", [("hour", 1.5), ("callout", 1)], -1, 10, "luis", _decline),
        ("taqueria", [("check", 1), ("cable", 2)], -1, 11, "tom", _complete),
        ("books", [("hour", 1), ("callout", 1)], -1, 13, "luis", _complete),
        ("freight", [("network", 1), ("cable", 8)], -1, 14, "priya", _complete),
    ):
        label = f"{key} done"
        flow.at(_day(flow, days - 4), 10, 5, _book, flow, label, lines, days, hour)
        flow.at(_day(flow, days), hour + 2, 10, then, flow, label, worker)


def _book(flow, label, lines, days, hour, worker=None, **values):
    visit = local(_day(flow, days), hour)
    jobs = flow.book_order(label.split()[0], lines, visit, **values)
    flow.jobs[label] = jobs
    if worker:
        flow.assign(jobs, worker)


def _complete(flow, label, worker, extras=()):
    job = flow.jobs[label]
    flow.assign(job, worker)
    flow.complete(job, DONE, extras)
    flow.deliver()


def _complete_with_extra(flow, label, worker):
    _complete(flow, label, worker, [("dock", 2, 10), ("cable", 2, 0)])


def _complete_unanswered(flow, label, worker):
    with flow.without_answer():
        _complete(flow, label, worker)


def _decline(flow, label, worker):
    flow.outbox.decline = DECLINES[0]
    tokens = flow.book[label.split()[0]].partner.payment_token_ids
    tokens.demo_simulated_state = "error"
    _complete(flow, label, worker)


# -- booked ---------------------------------------------------------------------


def _plan_open(flow):
    network = [("network", 1), ("cable", 6)]
    support = [("hour", 2), ("callout", 1)]
    for label, lines, days, hour, values in (
        ("bakery today", [("hour", 1), ("callout", 1)], 0, 8, {"worker": "tom"}),
        ("dental today", support, 0, 10, {"worker": "tom", "site": "north"}),
        ("law today", [("laptop", 1)], 0, 13, {"worker": "priya"}),
        ("yoga tour", network, 0, 15, {}),
        ("schools next", support, 1, 9, {"worker": "priya"}),
        ("books next", [("check", 1)], 1, 10, {"worker": "luis"}),
        ("coffee next", [("check", 1)], 1, 13, {}),
        ("taqueria next", [("hour", 1), ("callout", 1)], 1, 15, {"worker": "luis"}),
        ("clinics next", network, 2, 9, {"client_order_ref": False}),
        ("interiors cancelled", network, 2, 13, {}),
        ("print next", support, 3, 10, {}),
        ("interiors next", [("hour", 3)], 4, 9, {}),
        ("freight next", [("hour", 2)], 6, 11, {}),
    ):
        booked = _day(flow, -2)
        flow.at(booked, 16, 20, _book, flow, label, lines, days, hour, **values)
    flow.at(_day(flow, -1), 9, 40, _hold, flow)
    flow.at(
        _day(flow, -1), 16, 5, lambda: flow.jobs["interiors cancelled"].action_cancel()
    )


def _hold(flow):
    partner = flow.book["print"].partner
    partner.collection_hold_reason = (
        "Three invoices are more than 30 days overdue; check with Grace Okafor first"
    )


# -- several jobs, another payer, no order, quotations ----------------------------


def _plan_others(flow):
    flow.at(_day(flow, -5), 11, 30, _book_three_laptops, flow)
    flow.at(_day(flow, -1), 12, 15, _complete_first_laptop, flow)
    flow.at(_day(flow, -2), 12, 0, _book_for_other_payer, flow)
    flow.at(_day(flow, -1), 17, 10, _make_job_without_order, flow)
    flow.at(_day(flow, -1), 17, 30, _quote, flow)


def _book_three_laptops(flow):
    """Book one order with three jobs at different times."""
    visits = [
        local(_day(flow, days), hour) for days, hour in ((-1, 10), (0, 12), (2, 10))
    ]
    jobs = flow.book_order("redbud", [("laptop", 1)] * 3, visits[0])
    for job, visit in zip(jobs, visits, strict=True):
        job.scheduled_date_start = visit
    flow.assign(jobs[0], "tom")
    flow.assign(jobs[1], "tom")
    flow.jobs["redbud laptops"] = jobs


def _complete_first_laptop(flow):
    flow.complete(flow.jobs["redbud laptops"][0], "Delivered laptop 1 of 3.")


def _book_for_other_payer(flow):
    """Book work for the apartments that the property manager pays for."""
    job = flow.book_order(
        "mueller",
        [("hour", 2), ("callout", 1)],
        local(_day(flow, 1), 11),
        partner_invoice_id=flow.book["redbud"].partner.id,
    )
    flow.assign(job, "tom")


def _make_job_without_order(flow):
    """Create a job without an order, billed from its extras alone."""
    kind = flow.products["hour"].fsm_order_template_id
    flow.jobs["vet today"] = flow.env["fsm.order"].create(
        {
            "location_id": flow.book["vet"].sites[""].id,
            "template_id": kind.id,
            "type": kind.type_id.id,
            "person_id": flow.workers["tom"].id,
            "priority": "3",
            "description": "X-ray workstation won't start.",
            "scheduled_date_start": local(flow.today, 16, 30),
            "scheduled_duration": 1,
            "collection_line_ids": [
                Command.create({"product_id": flow.products[product].id})
                for product in ("callout", "hour")
            ],
        }
    )


def _quote(flow):
    """Create quotations that wait for the customer."""
    for key, lines in (
        ("interiors", [("laptop", 3), ("dock", 3)]),
        ("coffee", [("network", 1), ("wifi", 2), ("cable", 10)]),
    ):
        visit = local(_day(flow, 8), 10)
        flow.book_order(key, lines, visit, confirm=False)
