# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Customers on terms with a login and open invoices, for tests in the browser."""

import scene

# What each of them owes: amount, and days until it is due.
OWED = ((240, -12), (310, -2), (180, 0), (95, 12), (120, 20))
PAID = 75  # on account

CUSTOMERS = """
from datetime import timedelta
from odoo import Command
from odoo.tests import new_test_user
from passlib.context import CryptContext

quick = CryptContext(["pbkdf2_sha512"], pbkdf2_sha512__rounds=1)
type(env["res.users"])._crypt_context = lambda users: quick

company, today = env.company, env.company._get_today()
partners = env["res.partner"].browse(ids)
partners.collection_policy_id = env.ref("paycollect_fsm.policy_net")
bank = env["account.journal"].search([("type", "=", "bank")], limit=1)
in_hand = env["account.account"].create({
    "code": "101901", "name": "Checks in Hand", "reconcile": True,
    "account_type": "asset_current",
})
manual = env.ref("account.account_payment_method_manual_in")
company.collection_check_journal_id = env["account.journal"].create({
    "name": "Checks Received", "type": "bank", "code": "CHK",
    "inbound_payment_method_line_ids": [Command.clear(), Command.create({
        "payment_method_id": manual.id, "payment_account_id": in_hand.id,
    })],
})

def bill(partner, amount, days):
    move = env["account.move"].create({
        "move_type": "out_invoice", "partner_id": partner.id,
        "invoice_date": today + timedelta(days=min(days, 0) - 18),
        "invoice_payment_term_id": False,
        "invoice_date_due": today + timedelta(days=days),
        "invoice_line_ids": [Command.create({
            "product_id": visit, "price_unit": amount, "tax_ids": [Command.clear()],
        })],
    })
    move.action_post()
    return move

env["res.lang"]._activate_lang("ar_001")  # for who reads from right to left
result = {}
for partner in partners:
    login = partner.name.lower().replace(" ", "-")
    user = new_test_user(
        env, login=login, groups="base.group_portal", name="Bookkeeper", tz="UTC",
        email=f"{login}@customer.example.com",
    )
    user.partner_id.parent_id = partner
    payment = env["account.payment"].create({
        "payment_type": "inbound", "partner_type": "customer", "amount": paid,
        "partner_id": partner.id, "journal_id": bank.id,
        "date": today - timedelta(days=3),
    })
    moves = [bill(partner, *one) for one in owed]
    payment.action_post()
    links = {
        purpose: env["paycollect.link"]._issue(partner, purpose, company)
        for purpose in ("balance", "method", "authenticate")
    }
    result[partner.name] = {
        "login": login, "links": links, "check": str(1042 + partner.id),
        "invoices": [move.name for move in moves], "last": moves[-1].id,
    }
company.collection_credit_use = "ask"
env.cr.commit()
env.registry.signal_changes()  # the server knows its languages by heart
"""

PLAN = """
from datetime import timedelta
from odoo import Command, fields

company, today = env.company, env.company._get_today()
move = env["account.move"].browse(last).copy({"invoice_date": today})
move.action_post()
plans = env["paycollect.installment.plan"]
plan = plans.create({
    **plans._prepare_document_vals(move),
    "amount": move.amount_residual, "offered_at": fields.Datetime.now(),
    "part_ids": [
        Command.create({
            "sequence": number, "amount": move.amount_residual / 2,
            "date": today + timedelta(days=14 * number),
        })
        for number in (1, 2)
    ],
})
link = env["paycollect.link"]._issue(move.partner_id, "plan", company, move)
result = {"plan": plan.id, "link": link}
env.cr.commit()
"""


def offer_plan(server, customer):
    """Offer the customer to pay one more invoice in two parts: adds ``plan`` (its id)
    and the link to it."""
    offer = server.run(PLAN, last=customer["last"])
    customer["plan"] = offer["plan"]
    customer["links"]["plan"] = offer["link"]


def open_customers(server, names):
    """Return scene.open_company's company, with more about each customer: ``login``
    (also the password), ``invoices`` (names, like ``OWED``), ``last`` (the last one's
    id), ``links`` by purpose, and ``check`` (the number of one)."""
    company = scene.open_company(server, {name: {} for name in names}, booked=True)
    customers = company["customers"]
    more = server.run(
        CUSTOMERS,
        ids=[customer["id"] for customer in customers.values()],
        visit=company["visit"],
        owed=OWED,
        paid=PAID,
    )
    for name, values in more.items():
        customers[name] |= values
    return company
