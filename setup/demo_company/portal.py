# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The customers' people who log in, one for each situation, and what they find."""

from datetime import timedelta

from odoo import Command

from odoo.addons.paycollect_portal.rules.checks import Announcement
from odoo.addons.paycollect_portal.rules.disputes import Claim
from odoo.addons.paycollect_portal.rules.people import LOOK, Wish

from .clock import ZONE
from .customers import Card, store_method

# login: customer, name, function, email, role
USERS = {
    "customer": (
        "bakery",
        "June Alvarez",
        "Owner",
        "customer@juniperbakery.example",
        False,
    ),
    "bookkeeper": (
        "schools",
        "Dana Whitfield",
        "Accounts Payable",
        "dana@brushycreekisd.example",
        False,
    ),
    "architect": (
        "architects",
        "Elena Marsh",
        "Partner",
        "elena@pedernales.example",
        False,
    ),
    "clinic": (
        "clinics",
        "Rosa Delgado",
        "Accounts Payable",
        "rosa@arclinics.example",
        "pay",
    ),
    "auditor": (
        "clinics",
        "Victor Hale",
        "Internal Audit",
        "victor@arclinics.example",
        "look",
    ),
    "optician": ("optics", "Paul Nye", "Owner", "paul@northgateoptics.example", ""),
    "newcomer": ("yoga", "Mia Chen", "Studio Manager", "mia@lakelineyoga.example", ""),
}

# What the architects owe: name, lines, days since the invoice, days until it is due.
OWED = {
    "overdue": ([("network", 1), ("cable", 8)], 48, -18),
    "late": ([("laptop", 2), ("dock", 2)], 33, -3),
    "disputed": ([("hour", 4), ("callout", 1)], 27, 3),
    "check": ([("check", 1)], 24, 6),
    "later": ([("hour", 2), ("ssd", 2)], 12, 18),
}
ON_ACCOUNT = 85


def plan(flow):
    """Schedule what makes each of them a situation of its own."""
    moves = {}
    for name, (lines, days, due) in OWED.items():
        _at(flow, days, 15, _bill, flow, moves, name, lines, due)
    _at(flow, 9, 10, _pay_on_account, flow)
    _at(flow, 5, 11, _dispute, flow, moves)
    _at(flow, 4, 15, _bill_with_discount, flow, moves)
    _at(flow, 1, 9, _mail_check, flow, moves)
    _at(flow, 1, 18, _replace_card, flow)


def _at(flow, days, hour, step, *args):
    flow.at(flow.today - timedelta(days=days), hour, 40, step, *args)


def _bill(flow, moves, name, lines, due, **values):
    """Post an invoice for other work, due some days after the build."""
    values = values or {
        "invoice_payment_term_id": False,
        "invoice_date_due": flow.today + timedelta(days=due),
    }
    moves[name] = flow.env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": flow.book["architects"].partner.id,
            "invoice_date": flow.clock.now.date(),
            "invoice_line_ids": [
                Command.create(
                    {"product_id": flow.products[product].id, "quantity": quantity}
                )
                for product, quantity in lines
            ],
            **values,
        }
    )
    moves[name].action_post()


def _bill_with_discount(flow, moves):
    term = flow.env["account.payment.term"].create(
        {
            "name": "30 days, 2% off within 10",
            "early_discount": True,
            "discount_percentage": 2,
            "discount_days": 10,
            "line_ids": [
                Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})
            ],
        }
    )
    lines = [("network", 1), ("wifi", 2)]
    _bill(flow, moves, "early", lines, 0, invoice_payment_term_id=term.id)


def _pay_on_account(flow):
    """Receive a transfer that names no invoice."""
    flow.env["account.payment"].create(
        {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": flow.book["architects"].partner.id,
            "amount": ON_ACCOUNT,
            "date": flow.clock.now.date(),
            "journal_id": flow.bank.id,
            "memo": "Transfer without a reference",
        }
    ).action_post()


def _dispute(flow, moves):
    claim = Claim(
        reason="wrong_amount",
        text="We agreed on three hours for this visit, not four.",
        amount=130,
    )
    move = moves["disputed"]
    disputes = flow.env["paycollect.dispute"]
    disputes._file(move, move.partner_id, claim, move._get_disputable_lines()[:1])


def _mail_check(flow, moves):
    move, company = moves["check"], flow.env.company
    said = Announcement(
        number="1377",
        amount=move.amount_residual,
        day=company._get_today(),
        bank="Hill Country Bank",
    )
    _notice, problems = flow.env["paycollect.check.notice"]._announce(
        move.partner_id, company, said, move
    )
    if problems:
        raise AssertionError(problems)


def _replace_card(flow):
    """Store a card that isn't refused, so that its owner can try everything."""
    for key, card in (
        ("bakery", Card("Visa", "4242", 33)),
        ("architects", Card("American Express", "1009", 21)),
    ):
        store_method(flow.book[key].partner, card, flow.today)


def make_users(env, book):
    """Create the contacts and their logins."""
    for login, (key, name, function, email, role) in USERS.items():
        contact = env["res.partner"].create(
            {
                "name": name,
                "parent_id": book[key].partner.id,
                "email": email,
                "phone": book[key].profile.phone,
                "function": function,
                "collection_role": role or False,
            }
        )
        env["res.users"].create(
            {
                "partner_id": contact.id,
                "login": login,
                "password": login,
                "tz": ZONE.key,
                "group_ids": [Command.set([env.ref("base.group_portal").id])],
            }
        )
    _share(env, book["clinics"].partner)


def _share(env, customer):
    """Let a colleague get copies, and another one be invited."""
    company, people = env.company, customer.child_ids
    rosa = people.filtered(lambda one: one.name == USERS["clinic"][1])
    auditor = people.filtered(lambda one: one.name == USERS["auditor"][1])
    auditor._set_person(rosa, LOOK, True, company)
    invitations = env["paycollect.invitation"]
    wish = Wish("Nadia Brooks", "nadia@arclinics.example", "pay", True)
    invitations._ask(rosa, company, wish)
    invitations._cron_handle()
