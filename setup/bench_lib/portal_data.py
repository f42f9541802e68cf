# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Customers with thousands of invoices: copies of one that was made by Odoo.

The copies have their journal items; nine of ten are settled.
"""

from .history import copy_rows

LOGIN = "bench_customer"

# One customer with a login, and one posted invoice; the result is its ID.
CUSTOMER = """
from odoo import Command, fields

env.company.collection_active = True
customer = env["res.partner"].create({
    "name": "Bench Customer", "is_company": True, "email": "bench@customer.example",
    "collection_policy_id": env.ref("paycollect_fsm.policy_net").id,
})
user = env["res.users"].with_context(no_reset_password=True).create({
    "name": "Bench Payer", "login": login, "password": login,
    "group_ids": [Command.set([env.ref("base.group_portal").id])],
})
user.partner_id.parent_id = customer
service = env["product.product"].create({"name": "Visit", "type": "service"})
invoice = env["account.move"].create({
    "move_type": "out_invoice", "partner_id": customer.id,
    "invoice_date": fields.Date.today(), "invoice_date_due": fields.Date.today(),
    "invoice_payment_term_id": False,
    "invoice_line_ids": [Command.create({
        "product_id": service.id, "price_unit": 100, "tax_ids": [Command.clear()],
    })],
})
invoice.action_post()
url = env["paycollect.link"]._issue(customer, "balance", env.company)
env.cr.commit()
result = [invoice.id, url.rsplit("/", 1)[1]]
"""


def add_invoices(lab, database, invoice_id, invoices, open_invoices):
    """Give the invoice's customer this many invoices in all.

    :param open_invoices: how many of them are open
    """
    count = invoices - 1
    closed = f"n > {open_invoices - 1}"
    day = "CURRENT_DATE - mod(n, 700)"
    connection = lab.connect(database)
    with connection, connection.cursor() as cr:
        first = copy_rows(
            cr,
            "account_move",
            invoice_id,
            count,
            {
                "name": "'BENCH/' || n",
                "sequence_prefix": "'BENCH/'",
                "sequence_number": "n",
                "access_token": "NULL",
                "date": day,
                "invoice_date": day,
                "invoice_date_due": day,
                "payment_state": f"CASE WHEN {closed} THEN 'paid' ELSE 'not_paid' END",
                **{
                    name: f"CASE WHEN {closed} THEN 0 ELSE {name} END"
                    for name in ("amount_residual", "amount_residual_signed")
                },
            },
        )
        cr.execute("SELECT id FROM account_move_line WHERE move_id = %s", [invoice_id])
        for (line_id,) in cr.fetchall():
            copy_rows(
                cr,
                "account_move_line",
                line_id,
                count,
                {
                    "move_id": f"{first} + n",
                    "move_name": "'BENCH/' || n",
                    "date": day,
                    "invoice_date": day,
                    "date_maturity": f"CASE WHEN date_maturity IS NULL THEN NULL "
                    f"ELSE {day} END",
                    "reconciled": f"CASE WHEN {closed} THEN true ELSE reconciled END",
                    **{
                        name: f"CASE WHEN {closed} THEN 0 ELSE {name} END"
                        for name in ("amount_residual", "amount_residual_currency")
                    },
                },
            )
        cr.execute("ANALYZE account_move, account_move_line")
    connection.close()
