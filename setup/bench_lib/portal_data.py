# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Customers with thousands of invoices: copies of two that were made by Odoo.

The copies have their journal items. One of the two is paid: its copies have their
payments, and are matched with them.
"""

from .history import copy_rows

# A customer with a login and two posted invoices, of which one is paid; the result is
# their IDs, and the token of a link to the balance.
CUSTOMER = """
from odoo import Command, fields

env.company.collection_active = True
customer = env["res.partner"].create({
    "name": login, "is_company": True, "email": f"{login}@customer.example",
    "collection_policy_id": env.ref("paycollect_fsm.policy_net").id,
})
user = env["res.users"].with_context(no_reset_password=True).create({
    "name": "Bench Payer", "login": login, "password": login,
    "group_ids": [Command.set([env.ref("base.group_portal").id])],
})
user.partner_id.parent_id = customer
service = env["product.product"].create({"name": "Visit", "type": "service"})
invoices = env["account.move"].create([{
    "move_type": "out_invoice", "partner_id": customer.id,
    "invoice_date": fields.Date.today(), "invoice_date_due": fields.Date.today(),
    "invoice_payment_term_id": False,
    "invoice_line_ids": [Command.create({
        "product_id": service.id, "price_unit": 100, "tax_ids": [Command.clear()],
    })],
}] * 2)
invoices.action_post()
journal = env["account.journal"].search([
    ("type", "=", "bank"), ("company_id", "=", env.company.id),
], limit=1)
journal.inbound_payment_method_line_ids.payment_account_id = journal.default_account_id
env["account.payment.register"].with_context(
    active_model="account.move", active_ids=invoices[1].ids
).create({"journal_id": journal.id})._create_payments()
assert invoices[1].line_ids.full_reconcile_id
url = env["paycollect.link"]._issue(customer, "balance", env.company)
env.cr.commit()
result = [*invoices.ids, url.rsplit("/", 1)[1]]
"""
DAY = "CURRENT_DATE - mod(n, 700)"
TABLES = (
    "account_move, account_move_line, account_payment, account_partial_reconcile, "
    "account_full_reconcile"
)


def add_invoices(lab, database, open_id, paid_id, invoices, open_invoices):
    """Give the customer of these two invoices this many invoices in all.

    :param open_invoices: how many of them are open
    """
    connection = lab.connect(database)
    with connection, connection.cursor() as cr:
        _copy_move(cr, open_id, open_invoices - 1, f"OPEN{open_id}")
        _copy_paid(cr, paid_id, invoices - open_invoices - 1)
        cr.execute(f"ANALYZE {TABLES}")
    connection.close()


def _copy_paid(cr, invoice_id, count):
    """Copy a paid invoice with its payment, and match each copy with its own."""
    cr.execute(
        "SELECT partial.id, partial.full_reconcile_id, debit.id, credit.id, "
        "credit.move_id, credit.payment_id FROM account_partial_reconcile partial "
        "JOIN account_move_line debit ON debit.id = partial.debit_move_id "
        "JOIN account_move_line credit ON credit.id = partial.credit_move_id "
        "WHERE debit.move_id = %s",
        [invoice_id],
    )
    partial_id, full_id, debit_id, credit_id, entry_id, payment_id = cr.fetchone()
    full = copy_rows(cr, "account_full_reconcile", full_id, count, {})
    matched = {
        "full_reconcile_id": f"CASE WHEN source.full_reconcile_id IS NOT NULL "
        f"THEN {full} + n END",
        "matching_number": f"CASE WHEN source.matching_number IS NOT NULL "
        f"THEN ({full} + n)::text END",
    }
    invoice, lines = _copy_move(cr, invoice_id, count, f"PAID{invoice_id}", matched)
    debit = lines[debit_id]
    entry, lines = _copy_move(cr, entry_id, count, f"BANK{invoice_id}", matched)
    credit = lines[credit_id]
    payment = copy_rows(
        cr,
        "account_payment",
        payment_id,
        count,
        {"move_id": f"{entry} + n", "date": DAY},
    )
    cr.execute(
        "UPDATE account_move SET origin_payment_id = id - %s "
        "WHERE id > %s AND id <= %s",
        [entry - payment, entry, entry + count],
    )
    cr.execute(
        "UPDATE account_move_line SET payment_id = move_id - %s "
        "WHERE move_id > %s AND move_id <= %s",
        [entry - payment, entry, entry + count],
    )
    cr.execute(
        "INSERT INTO account_move__account_payment (invoice_id, payment_id) "
        "SELECT %s + n, %s + n FROM generate_series(1, %s) n",
        [invoice, payment, count],
    )
    copy_rows(
        cr,
        "account_partial_reconcile",
        partial_id,
        count,
        {
            "debit_move_id": f"{debit} + n",
            "credit_move_id": f"{credit} + n",
            "full_reconcile_id": f"{full} + n",
            "max_date": DAY,
        },
    )


def _copy_move(cr, move_id, count, prefix, line_changes=None):
    """Copy an entry; return the ID before the first one, and that of each line."""
    name = f"'{prefix}/' || n"
    first = copy_rows(
        cr,
        "account_move",
        move_id,
        count,
        {
            "name": name,
            "sequence_prefix": f"'{prefix}/'",
            "sequence_number": "n",
            "access_token": "NULL",
            "origin_payment_id": "NULL",
            "date": DAY,
            "invoice_date": f"CASE WHEN source.invoice_date IS NOT NULL THEN {DAY} END",
            "invoice_date_due": f"CASE WHEN source.invoice_date_due IS NOT NULL "
            f"THEN {DAY} END",
        },
    )
    cr.execute("SELECT id FROM account_move_line WHERE move_id = %s", [move_id])
    lines = {}
    for (line_id,) in cr.fetchall():
        changes = {
            "move_id": f"{first} + n",
            "move_name": name,
            "payment_id": "NULL",
            "date": DAY,
            "invoice_date": f"CASE WHEN source.invoice_date IS NOT NULL THEN {DAY} END",
            "date_maturity": f"CASE WHEN source.date_maturity IS NOT NULL "
            f"THEN {DAY} END",
            **(line_changes or {}),
        }
        lines[line_id] = copy_rows(cr, "account_move_line", line_id, count, changes)
    return first, lines
