# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Customers who pay late, one for each situation, and the plan that reminds them.

The plan has sent reminders for three months, each working day at the same hour.
"""

from datetime import timedelta

from odoo import Command

from odoo.addons.paycollect_dunning.rules.promise import CALL, Said
from odoo.addons.paycollect_portal.rules.disputes import Claim

from .clock import local
from .history import book_visit, get_work_day

STARTED = 84
TERMS = 30
NETWORK = (("network", 1), ("cable", 12), ("wifi", 2))
SUPPORT = (("hour", 2), ("callout", 1))

# Jobs on terms: customer, ordered lines, days since the invoice was due.
JOBS = (
    ("garden", SUPPORT, 6),
    ("theater", NETWORK, 13),
    ("brewery", NETWORK, 74),
    ("gym", NETWORK, 51),
    ("catering", SUPPORT, 33),
)
# Invoices for other work: customer, ordered lines, days since it was due.
BILLS = (
    ("gallery", (("laptop", 2), ("dock", 2)), 20),
    ("salon", SUPPORT, 32),
    ("nursery", (("hour", 3), ("callout", 1)), 14),
    ("hotel", (("laptop", 3), ("dock", 3)), 24),
    ("outfitter", (("hour", 4), ("callout", 1)), 25),
    ("movers", (("laptop", 1), ("dock", 1)), 13),
    ("florist", (("cable", 3),), 52),
    ("accountants", (("check", 2),), 17),
    ("printer", (("hour", 2), ("ssd", 1)), 15),
)
# Whoever is reminded today, by the server of the demo: the same, in business days.
TODAY = ("bikes", (("hour", 2), ("cable", 4)), 3)
# Months in which the good payer's invoices were paid on time.
PAID_ON_TIME = 7
BOUNCING = "dispatch@sixthstreetmovers.example"


def plan(flow):
    """Schedule the plan, the customers who pay late, and what each of them says."""
    flow.at(flow.today - timedelta(days=STARTED), 7, 30, _introduce, flow)
    for key, lines, due in JOBS:
        _plan_job(flow, key, lines, due)
    moves = {}
    for key, lines, due in BILLS:
        _at(flow, due + TERMS, 14, _bill, flow, moves, key, lines)
    key, lines, days = TODAY
    due = (flow.today - _count_back(flow.today, days)).days
    _at(flow, due + TERMS, 14, _bill, flow, moves, key, lines)
    for month in range(PAID_ON_TIME):
        _at(flow, 260 - 30 * month, 14, _bill_and_pay, flow)
    for days in range(STARTED - 1, 0, -1):
        day = flow.today - timedelta(days=days)
        if day.weekday() < 5:
            flow.at(day, 11, 15, _remind, flow)
    _at(flow, 8, 11, _promise, flow, "salon", 5)
    _at(flow, 6, 15, _promise, flow, "gallery", -6)
    _at(flow, 5, 8, _receive_money, flow, moves)
    _at(flow, 6, 8, _call_from_now_on, flow)
    _at(flow, 5, 16, _dispute, flow, moves)
    _at(flow, 2, 12, _reply, flow)
    _at(flow, 2, 16, _book_next, flow)
    _at(flow, 1, 19, _block_from_now_on, flow)
    _at(flow, 20, 15, _hand_over, flow)
    _at(flow, 1, 17, _draft_plan, flow)


def _at(flow, days, hour, step, *args):
    flow.at(flow.today - timedelta(days=days), hour, 25, step, *args)


def _count_back(day, business_days):
    while business_days:
        day -= timedelta(days=1)
        business_days -= day.weekday() < 5
    return day


# -- the plan -----------------------------------------------------------------------


def _introduce(flow):
    """Set up the agencies, and turn the shipped plan on."""
    env, company = flow.env, flow.env.company
    _prepare_write_offs(env)
    agencies = (
        ("Lone Star Recovery", 25, 500, "business"),
        ("Pruitt & Vance, Attorneys at Law", 33, 2000, "both"),
    )
    env["paycollect.agency"].create(
        [
            {
                "name": name,
                "company_id": company.id,
                "share": share,
                "minimum_balance": minimum,
                "debtor": debtor,
                "country_ids": [Command.set(env.ref("base.us").ids)],
            }
            for name, share, minimum, debtor in agencies
        ]
    )
    plan = env.ref("paycollect_dunning.plan_default")
    plan.with_user(env.ref("base.user_admin"))._activate(flow.clock.now)


def _prepare_write_offs(env):
    account = env["account.account"].create(
        {"code": "601150", "name": "Small Balances", "account_type": "expense"}
    )
    env.company.write(
        {"dunning_write_off_account_id": account.id, "dunning_write_off_limit": 100}
    )


def _remind(flow):
    """Run the day's reminders, and what agencies are asked for."""
    now = flow.clock.now
    flow.env["paycollect.dunning.case"]._cron_run(now)
    flow.env["paycollect.handoff"]._cron_work(now)
    said = flow.env["paycollect.message"].search(
        [("occasion", "=", "reminder"), ("state", "=", "queued")]
    )
    returned = said.filtered(lambda message: message.address == BOUNCING)
    (said - returned)._set_sent(now)
    for message in returned:
        message._set_refused("mail_bounce", "550 5.1.1 No such user here", now)
        message._settle()


def _call_from_now_on(flow):
    flow.env.ref("paycollect_dunning.level_final").by_call = True


def _block_from_now_on(flow):
    flow.env.ref("paycollect_dunning.level_final").work = "block"


def _draft_plan(flow):
    """Draft a more patient plan, to be compared with the one that is on."""
    patient = flow.env.ref("paycollect_dunning.plan_default").copy(
        {"name": "Patient", "sequence": 200}
    )
    for level, days in zip(
        patient.level_ids.sorted("delay_days"), (-3, 5, 12, 25, 45), strict=True
    ):
        level.delay_days = days


# -- what is owed -------------------------------------------------------------------


def _plan_job(flow, key, lines, due):
    """Schedule a job whose invoice nobody pays."""
    day = flow.today - timedelta(days=due + TERMS)
    visit = local(get_work_day(day), 10)
    story = {
        "worker": "luis",
        "resolution": "Completed as ordered; tested with the manager on duty.",
        "extras": [],
        "late": 365,
        "ending": False,
        "pick": 0,
    }
    booked = day - timedelta(days=4)
    flow.at(booked, 9, 14, book_visit, flow, key, list(lines), visit, "", story)


def _bill(flow, moves, key, lines):
    move = flow.env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": flow.book[key].partner.id,
            "invoice_date": flow.clock.now.date(),
            "invoice_payment_term_id": False,
            "invoice_date_due": flow.clock.now.date() + timedelta(days=TERMS),
            "invoice_line_ids": [
                Command.create(
                    {"product_id": flow.products[product].id, "quantity": quantity}
                )
                for product, quantity in lines
            ],
        }
    )
    move.action_post()
    moves[key] = move
    return move


def _bill_and_pay(flow):
    """Bill the good payer, who pays a week before the due date."""
    move = _bill(flow, {}, "accountants", [("check", 1)])
    flow.after(TERMS - 7, 11, flow.pay, move, flow.bank)


# -- what customers say and do ----------------------------------------------------


def _promise(flow, key, days):
    """Record on the phone that the customer pays so many days before today."""
    company, customer = flow.env.company, flow.book[key].partner
    today = company._get_today(flow.clock.now)
    items = customer._get_open_items(company, today)[customer]
    asked = [item for item in items if item.is_asked]
    said = Said(sum(item.residual for item in asked), flow.today - timedelta(days=days))
    moves = flow.env["account.move"].union(*(item.move for item in asked))
    accountant = flow.env["res.users"].search([("login", "=", "accountant")])
    promises = flow.env["paycollect.promise"].with_user(accountant)
    _promise, problems = promises._promise(
        customer, company, said, moves, CALL, flow.clock.now
    )
    if problems:
        raise AssertionError(problems)


def _receive_money(flow, moves):
    """Import a bank line that nobody has matched yet."""
    flow.env["account.bank.statement.line"].create(
        {
            "journal_id": flow.bank.id,
            "date": flow.clock.now.date(),
            "payment_ref": "ACH CREDIT HOTEL SAN MARCOS LLC",
            "partner_name": flow.book["hotel"].partner.name,
            "amount": moves["hotel"].amount_total - 25,
        }
    )


def _dispute(flow, moves):
    claim = Claim(
        reason="work_not_done",
        text="The second visit was canceled the day before. Please check.",
        amount=120,
    )
    move = moves["printer"]
    flow.env["paycollect.dispute"]._file(
        move, move.partner_id, claim, move._get_disputable_lines()[:1]
    )


def _reply(flow):
    """Receive the answer to a reminder."""
    customer = flow.book["nursery"].partner
    case = flow.env["paycollect.dunning.case"].search(
        [("partner_id", "=", customer.id)], limit=1
    )
    text = (
        "Hi Grace, our bookkeeper is back on Monday. Could you send the invoice again, "
        "with the PO number on it? Thanks, Walt"
    )
    case._message_log(
        body=text, author_id=customer.id, message_type="email", subject="Re: Reminder"
    )
    flow.env["paycollect.dunning.reply"]._receive(
        case, "mail", text, flow.clock.now, customer, customer.email
    )


def _book_next(flow):
    """Book work for a customer whose work will be blocked tomorrow."""
    visit = local(flow.today + timedelta(days=3), 13)
    flow.jobs["catering next"] = flow.book_order("catering", list(SUPPORT), visit)


def _hand_over(flow):
    """Approve the hand-over of the oldest case, and send its file."""
    handoff = flow.env["paycollect.handoff"].search(
        [("partner_id", "=", flow.book["brewery"].partner.id)]
    )
    now, manager = flow.clock.now, flow.env.ref("base.user_admin")
    handoff._approve(manager, now)
    handoff._make_files(now)
    handoff._set_sent(now)
