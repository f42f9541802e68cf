# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What runs in a process of its own, beside Odoo's ``env``: seconds of each step."""

# The least that aging takes: residuals at a date from the matches, summed by bucket.
AGING = """
SELECT CASE WHEN residual < 0 THEN 6 WHEN late <= 0 THEN 0 WHEN late <= 30 THEN 1
            WHEN late <= 60 THEN 2 WHEN late <= 90 THEN 3 ELSE 4 END AS bucket,
       SUM(residual)
  FROM (
        SELECT %(day)s - line.date_maturity AS late,
               line.balance - COALESCE(debit.amount, 0)
                   + COALESCE(credit.amount, 0) AS residual
          FROM account_move_line line
          JOIN account_account account ON account.id = line.account_id
     LEFT JOIN (
               SELECT debit_move_id AS id, SUM(amount) AS amount
                 FROM account_partial_reconcile
                WHERE max_date <= %(day)s GROUP BY debit_move_id
               ) debit ON debit.id = line.id
     LEFT JOIN (
               SELECT credit_move_id AS id, SUM(amount) AS amount
                 FROM account_partial_reconcile
                WHERE max_date <= %(day)s GROUP BY credit_move_id
               ) credit ON credit.id = line.id
         WHERE account.account_type = 'asset_receivable'
           AND line.parent_state = 'posted' AND line.date <= %(day)s
           AND line.company_id = %(company)s
       ) item
 WHERE residual <> 0
 GROUP BY 1
"""

# The least that DSO takes: receivables, and the sales of 90 days.
DSO = """
SELECT SUM(line.balance), SUM(line.balance) FILTER (
           WHERE move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
             AND line.date > %(day)s::date - 90
       )
  FROM account_move_line line
  JOIN account_account account ON account.id = line.account_id
  JOIN account_move move ON move.id = line.move_id
 WHERE account.account_type = 'asset_receivable' AND line.parent_state = 'posted'
   AND line.date <= %(day)s AND line.company_id = %(company)s
"""

MEASURE = """
import json, time
from dateutil.relativedelta import relativedelta
from odoo import fields
from odoo.tools import file_open

def timed(function):
    seconds = []
    for _round in range(4):
        env.invalidate_all()
        start = time.perf_counter()
        value = function()
        seconds.append(time.perf_counter() - start)
    return min(seconds[1:]), value

def read(query):
    env.cr.execute(query, {"day": day, "company": env.company.id})
    return env.cr.fetchall()

env.cr.execute("SET jit = off")
env.cr.commit()
day = env.company._get_today()
ledger = env["paycollect.ledger"]
plain_aging, buckets = timed(lambda: read(aging))
own_aging, groups = timed(lambda: env["paycollect.aging"].formatted_read_group(
    [], ["bucket"], ["residual:sum"]
))
total = sum(float(row[1]) for row in buckets)
assert round(total, 2) == round(sum(row["residual:sum"] for row in groups), 2)
plain_dso, [(receivables, sales)] = timed(lambda: read(dso))
own_dso, ledgers = timed(lambda: ledger._read_ledgers([(env.company, day)]))
[one] = ledgers.values()
assert round(one.receivables, 2) == round(float(receivables), 2) == round(total, 2)
assert round(one.sales, 2) == round(float(sales), 2)

with file_open("paycollect_dunning/data/files/collections_dashboard.json") as file:
    data = json.load(file)

[period] = data["globalFilters"]
assert period["defaultValue"] == "last_12_months"
month = (day + relativedelta(days=1)).replace(day=1)

def get_filter(own):
    # The period that the dashboard opens with
    name = own.get("fieldMatching", {}).get(period["id"], {}).get("chain")
    return name and [
        (name, ">=", str(month - relativedelta(months=12))),
        (name, "<=", str(month - relativedelta(days=1))),
    ] or []

def get_reads():
    yield "is it empty?", is_empty, {"collection_kept": True}
    for pivot in data["pivots"].values():
        rows = [
            ":".join(filter(None, (row["fieldName"], row.get("granularity"))))
            for row in pivot["rows"]
        ]
        names = [measure["fieldName"] for measure in pivot["measures"]]
        domain = pivot["domain"] + get_filter(pivot)
        name = f"{pivot['id']} {pivot['name']}"
        yield name, read_group, pivot["model"], pivot["context"], domain, rows, names
    for sheet in data["sheets"]:
        for figure in sheet["figures"]:
            own = figure["data"]
            if meta := own.get("metaData"):
                yield (
                    figure["id"], read_group, meta["resModel"],
                    own["searchParams"]["context"], get_filter(own), meta["groupBy"],
                    [meta["measure"]],
                )
    for own in data["lists"].values():
        yield (
            f"list {own['name']}", read_list, own["model"], own["context"],
            own["domain"], own["columns"],
        )

def read_group(model, context, domain, rows, names):
    # With the totals that a pivot shows
    records = env[model].with_context(context)
    sets = [rows[:length] for length in range(len(rows) + 1)]
    return records.formatted_read_grouping_sets(domain, sets, [
        name if name == "__count" else f"{name}:{records._fields[name].aggregator}"
        for name in names
    ])

def is_empty(_context):
    return env.ref("paycollect_dunning.dashboard_collections")._dashboard_is_empty()

def read_list(model, context, domain, names):
    return env[model].with_context(context).search_read(domain, names)

def read_all():
    return {name: timed(lambda: read(*rest)) for name, read, *rest in get_reads()}

def rounded(value):
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items() if key != "read_at"}
    return list(map(rounded, value)) if isinstance(value, (list, tuple)) else value

computed = read_all()
start = time.perf_counter()
env["paycollect.figure"]._cron_keep_figures()
env.cr.commit()
keeping = time.perf_counter() - start
kept = read_all()
assert env["paycollect.figure"]._get_kept_at()
for name, (_seconds, value) in kept.items():
    assert rounded(value) == rounded(computed[name][1]), name
result = {
    "aging": own_aging, "plain_aging": plain_aging,
    "dso": own_dso, "plain_dso": plain_dso, "keeping": keeping,
    "parts": {name: seconds for name, (seconds, _value) in kept.items()},
    "computed": {name: seconds for name, (seconds, _value) in computed.items()},
}
"""
