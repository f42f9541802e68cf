# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Customers for a ledger that has one, and what is measured with them."""

from .history import copy_rows


def add_customers(lab, database, count):
    """Spread the invoices and payments of the ledger over many customers."""
    connection = lab.connect(database)
    with connection, connection.cursor() as cr:
        cr.execute("SELECT id FROM res_partner WHERE name = 'Bench Customer'")
        [(customer,)] = cr.fetchall()
        first = copy_rows(
            cr,
            "res_partner",
            customer,
            count,
            {"name": "'Bench ' || n", "complete_name": "'Bench ' || n"},
        )
        cr.execute(
            "UPDATE res_partner SET commercial_partner_id = id WHERE id > %s", [first]
        )
        cr.execute(
            "UPDATE account_move_line SET partner_id = %s + 1 + mod(move_id, %s) "
            "WHERE partner_id = %s",
            [first, count, customer],
        )
        cr.execute(
            "UPDATE account_move SET partner_id = %s + 1 + mod(id, %s), "
            "commercial_partner_id = %s + 1 + mod(id, %s) WHERE partner_id = %s",
            [first, count, first, count, customer],
        )
        cr.execute("ANALYZE")
    connection.close()


MEASURE = """
import resource, time
from odoo import fields

def timed(function):
    env.invalidate_all()
    start = time.perf_counter()
    value = function()
    return time.perf_counter() - start, value

env.company.collection_active = True
now, company = fields.Datetime.now(), env.company
record = env["paycollect.forecast"].create(
    {"company_id": company.id, "day": company._get_today(now)}
)
env.cr.commit()
seconds, _none = timed(lambda: record._run(now))
megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
pivot, _groups = timed(lambda: env["paycollect.forecast.line"].formatted_read_group(
    [("forecast_id", "=", record.id)], ["date_from:week", "source"], ["expected:sum"]
))
grades = env["paycollect.risk.grade"]
first, rows = timed(lambda: (grades._grade(company, now), env.flush_all())[0])
again, none = timed(lambda: (grades._grade(company, now), env.flush_all())[0])
assert rows and not none
result = {
    "forecast": seconds, "pivot": pivot, "grades": first, "grades_again": again,
    "graded": len(rows), "model": record.forecast_model, "megabytes": megabytes,
    "items": env["paycollect.forecast.item"].search_count([]),
    "errors": {name: record[f"error_{name}"]
               for name in ("curve", "due_date", "median")},
}
"""
