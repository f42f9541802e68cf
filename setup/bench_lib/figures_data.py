# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A ledger of two years: open items, and invoices that payments have settled; each
bills a job of its own."""

from .history import copy_rows

# Journal items of an open invoice, and of a settled one with its payment
OPEN_LINES, SETTLED_LINES = 2, 4

# An open invoice, and a paid one; the result is the IDs of what is copied.
FIRST = """
from odoo import Command, fields

customer = env["res.partner"].create({"name": "Bench Customer", "is_company": True})
service = env["product.product"].create({"name": "Visit", "type": "service"})
today = fields.Date.today()
location = env["fsm.location"].create({
    "name": "Bench Site", "owner_id": customer.id, "partner_id": customer.id,
})
person = env["fsm.person"].create({"name": "Tess Technician"})

def bill():
    job = env["fsm.order"].create({"location_id": location.id})
    job.write({"person_id": person.id, "completed_on": fields.Datetime.now()})
    move = env["account.move"].create({
        "move_type": "out_invoice", "partner_id": customer.id,
        "invoice_date": today, "invoice_date_due": today,
        "invoice_payment_term_id": False,
        "invoice_line_ids": [Command.create({
            "product_id": service.id, "price_unit": 100, "tax_ids": [Command.clear()],
            "fsm_order_ids": [Command.link(job.id)],
        })],
    })
    move.action_post()
    return move

def get_item(move):
    return move.line_ids.filtered(
        lambda line: line.account_id.account_type == "asset_receivable"
    )

invoice, paid = bill(), bill()
journal = env["account.journal"].search(
    [("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1
)
payment = env["account.payment"].create({
    "payment_type": "inbound", "partner_type": "customer", "partner_id": customer.id,
    "amount": 100, "date": today, "journal_id": journal.id,
})
payment.action_post()
(get_item(paid) | get_item(payment.move_id)).reconcile()
partial = get_item(paid).matched_credit_ids
env.cr.commit()
result = {
    "invoice": invoice.id, "paid": paid.id, "entry": payment.move_id.id,
    "payment": payment.id, "partial": partial.id, "full": partial.full_reconcile_id.id,
    "debit": get_item(paid).id, "credit": get_item(payment.move_id).id,
}
"""


def add_ledger(lab, database, first, items, lines):
    """Add open items due around today, and settled invoices of two years.

    :param lines: journal items in total
    """
    settled = max((lines - items * OPEN_LINES) // SETTLED_LINES, 0)
    connection = lab.connect(database)
    with connection, connection.cursor() as cr:
        _copy_move(
            cr, first["invoice"], items, "OPEN", "CURRENT_DATE - mod(n * 7, 400)"
        )
        issued = "CURRENT_DATE - 30 - mod(n * 7, 700)"
        late = "mod(n * 13, 60)"
        debit = _copy_move(cr, first["paid"], settled, "PAID", issued)[first["debit"]]
        day = f"{issued} + {late}"
        lines = _copy_move(cr, first["entry"], settled, "PAY", day)
        credit, move = lines[first["credit"]], lines["move"]
        payment = copy_rows(
            cr,
            "account_payment",
            first["payment"],
            settled,
            {"move_id": f"{move} + n", "name": "'PAY/' || n", "date": day},
        )
        cr.execute(
            "UPDATE account_move SET origin_payment_id = id - %s + %s "
            "WHERE id > %s AND id <= %s",
            [move, payment, move, move + settled],
        )
        full = copy_rows(cr, "account_full_reconcile", first["full"], settled, {})
        copy_rows(
            cr,
            "account_partial_reconcile",
            first["partial"],
            settled,
            {
                "debit_move_id": f"{debit} + n",
                "credit_move_id": f"{credit} + n",
                "full_reconcile_id": f"{full} + n",
                "max_date": day,
            },
        )
        cr.execute("ANALYZE")
    connection.close()


def _copy_move(cr, move_id, count, prefix, day):
    """Return the ID before the first copy, by ID of the line copied and ``move``."""
    move = copy_rows(
        cr,
        "account_move",
        move_id,
        count,
        {
            "name": f"'{prefix}/' || n",
            "sequence_prefix": f"'{prefix}/'",
            "sequence_number": "n",
            "access_token": "NULL",
            "date": day,
            "invoice_date": f"CASE WHEN invoice_date IS NOT NULL THEN {day} END",
            "invoice_date_due": "CASE WHEN invoice_date IS NOT NULL THEN "
            f"{day} + 30 END",
        },
    )
    found = {"move": move}
    cr.execute(
        "SELECT line.id, link.fsm_order_id FROM account_move_line line "
        "LEFT JOIN fsm_order_account_move_line_rel link "
        "ON link.account_move_line_id = line.id WHERE line.move_id = %s",
        [move_id],
    )
    for line_id, job_id in cr.fetchall():
        found[line_id] = copy_rows(
            cr,
            "account_move_line",
            line_id,
            count,
            {
                "move_id": f"{move} + n",
                "move_name": f"'{prefix}/' || n",
                "date": day,
                "invoice_date": f"CASE WHEN invoice_date IS NOT NULL THEN {day} END",
                "date_maturity": "CASE WHEN date_maturity IS NOT NULL THEN "
                f"{day} + 30 END",
            },
        )
        if job_id:
            _copy_job(cr, job_id, found[line_id], count, day)
    return found


def _copy_job(cr, job_id, line, count, day):
    """Each job was completed on the day of its invoice."""
    job = copy_rows(
        cr,
        "fsm_order",
        job_id,
        count,
        {"name": f"'JOB/{line}/' || n", "completed_on": f"{day} + TIME '12:00'"},
    )
    cr.execute(
        "INSERT INTO fsm_order_account_move_line_rel "
        "(fsm_order_id, account_move_line_id) "
        "SELECT %s + n, %s + n FROM generate_series(1, %s) n",
        [job, line, count],
    )
