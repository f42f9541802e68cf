# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Thousands of open items of many customers: copies of one that was made by Odoo."""

from .history import copy_rows

PER_CUSTOMER = 5

# One customer and one posted invoice; the result is their IDs.
FIRST = """
from odoo import Command, fields

customer = env["res.partner"].create({
    "name": "Bench Customer", "is_company": True, "email": "bench@customer.example",
})
service = env["product.product"].create({"name": "Visit", "type": "service"})
today = fields.Date.today()
invoice = env["account.move"].create({
    "move_type": "out_invoice", "partner_id": customer.id,
    "invoice_date": today, "invoice_date_due": today, "invoice_payment_term_id": False,
    "invoice_line_ids": [Command.create({
        "product_id": service.id, "price_unit": 100, "tax_ids": [Command.clear()],
    })],
})
invoice.action_post()
env.cr.commit()
result = [customer.id, invoice.id]
"""

# Our addons chase them from now on; no limit keeps a message back.
START = """
from odoo import fields

env.company.collection_active = True
customer = env["res.partner"].browse(customer_id)
customer.collection_policy_id = env.ref("paycollect_fsm.policy_net")
plan = env.ref("paycollect_dunning.plan_default")
plan._activate(fields.Datetime.now())
plan.write({"max_per_day": 0, "wait_days": 0})
plan.level_ids.check_books = False
env.cr.commit()
"""

# The peer does: its shipped plan with reminders after 10 days, then at a month's end.
# A message has no PDF attached, which takes it far longer than the message itself.
START_PEER = """
plan = env.ref("account_credit_control.credit_control_3_time")
plan.account_ids = env["account.account"].search(
    [("account_type", "=", "asset_receivable")]
)
env.company.credit_policy_id = plan
plan.level_ids.email_template_id.report_template_ids = False
env.cr.commit()
"""


def add_items(lab, database, customer_id, invoice_id, items):
    """Give every five items a customer of their own; due up to 60 days ago."""
    day = "CURRENT_DATE - mod(n * 7, 60)"
    customers = items // PER_CUSTOMER
    connection = lab.connect(database)
    with connection, connection.cursor() as cr:
        first = copy_rows(
            cr,
            "res_partner",
            customer_id,
            customers,
            {
                "name": "'Bench Customer ' || n",
                "complete_name": "'Bench Customer ' || n",
                "email": "'bench' || n || '@customer.example'",
                "email_normalized": "'bench' || n || '@customer.example'",
            },
        )
        cr.execute(
            "UPDATE res_partner SET commercial_partner_id = id WHERE id > %s", [first]
        )
        owner = f"{first} + 1 + mod(n, {customers})"
        move = copy_rows(
            cr,
            "account_move",
            invoice_id,
            items,
            {
                "name": "'BENCH/' || n",
                "sequence_prefix": "'BENCH/'",
                "sequence_number": "n",
                "access_token": "NULL",
                "partner_id": owner,
                "commercial_partner_id": owner,
                "date": day,
                "invoice_date": day,
                "invoice_date_due": day,
            },
        )
        cr.execute("SELECT id FROM account_move_line WHERE move_id = %s", [invoice_id])
        for (line_id,) in cr.fetchall():
            copy_rows(
                cr,
                "account_move_line",
                line_id,
                items,
                {
                    "move_id": f"{move} + n",
                    "move_name": "'BENCH/' || n",
                    "partner_id": owner,
                    "date": day,
                    "invoice_date": day,
                    "date_maturity": "CASE WHEN date_maturity IS NOT NULL THEN "
                    f"{day} END",
                },
            )
        cr.execute("ANALYZE")
    connection.close()
