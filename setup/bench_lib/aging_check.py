# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Random ledgers, and two reports about them; beside Odoo's ``env``."""

LEDGERS = """
import random
from datetime import timedelta
from odoo import Command, fields

draw = random.Random(seed)
today = fields.Date.today()
company = env.company
receivable = env["res.partner"].create({"name": "First"}).property_account_receivable_id
other = env["account.account"].search(
    [("account_type", "=", "income"), ("company_ids", "in", company.ids)], limit=1
)
journal = env["account.journal"].search(
    [("type", "=", "general"), ("company_id", "=", company.id)], limit=1
)
customers = env["res.partner"].create(
    [{"name": f"Customer {n}", "is_company": True} for n in range(ledgers)]
)
vals = []
for customer in customers:
    for _item in range(draw.randint(1, 6)):
        on = today - timedelta(days=draw.randint(0, 300))
        amount = draw.randint(1, 99999) / 100
        if draw.random() < 0.45:
            amount = -amount
        due = on + timedelta(days=draw.choice((0, 15, 30, 60)))
        vals.append({
            "move_type": "entry", "date": on, "journal_id": journal.id,
            "line_ids": [
                Command.create({
                    "account_id": receivable.id, "partner_id": customer.id,
                    "balance": amount,
                    "date_maturity": due if draw.random() < 0.9 else False,
                }),
                Command.create({"account_id": other.id, "balance": -amount}),
            ],
        })
moves = env["account.move"].create(vals)
moves.action_post()
items = moves.line_ids.filtered(lambda line: line.account_id == receivable)
for theirs in items.grouped("partner_id").values():
    for _match in range(draw.randint(0, 2)):
        chosen = theirs.browse(draw.sample(theirs.ids, draw.randint(1, len(theirs))))
        chosen = chosen.filtered(lambda line: not line.reconciled)
        if len({line.balance > 0 for line in chosen}) == 2:
            chosen.reconcile()
env.cr.commit()
result = len(items)
"""

COMPARE = """
import random
from collections import defaultdict
from datetime import timedelta
from odoo import fields

draw = random.Random(seed + 1)
today = fields.Date.today()
company = env.company
accounts = env["account.account"].search(
    [("account_type", "=", "asset_receivable"), ("company_ids", "in", company.ids)]
)
theirs = env["report.account_financial_report.aged_partner_balance"].with_context(
    age_partner_config=env["account.age.report.configuration"]
)
names = ("current", "30_days", "60_days", "90_days", "older")


def read_theirs(day):
    data, *_names = theirs._get_move_lines_data(
        company.id, accounts.ids, [], day, False, True, False
    )
    found = defaultdict(float)
    for rows in data.values():
        for partner, row in rows.items():
            if isinstance(partner, int) and isinstance(row, dict):
                row["older"] += row["120_days"]
                for name in names:
                    found[partner, name] += row[name]
    return found


def read_ours(day):
    aging = env["paycollect.aging"].with_context(collection_as_of=str(day))
    found = defaultdict(float)
    for row in aging.search([]):
        late = row.days_past_due
        limits = zip((0, 30, 60, 90), names)
        name = next((name for last, name in limits if late <= last), "older")
        found[row.partner_id.id, name] += row.residual
        expected = {
            "current": "not_due" if row.date_maturity else "no_due_date",
            "30_days": "days_30", "60_days": "days_60", "90_days": "days_90",
        }.get(name, "older")
        assert row.bucket == ("credit" if row.residual < 0 else expected), row
    return found


faults, compared = [], 0
chosen = {today} | {today - timedelta(days=draw.randint(1, 310)) for _n in range(days)}
for day in sorted(chosen):
    env.invalidate_all()
    one, two = read_ours(day), read_theirs(day)
    for key in sorted({*one, *two}):
        compared += 1
        if round(one[key] - two[key], 2):
            faults.append(f"{day} {key}: ours {one[key]:.2f}, theirs {two[key]:.2f}")
    ledger = env["paycollect.ledger"]._read_ledgers([(company, day)])
    total = ledger[company, day].receivables if ledger else 0
    if round(total - sum(two.values()), 2):
        faults.append(f"{day}: receivables {total:.2f}, theirs {sum(two.values()):.2f}")
result = {"faults": faults, "compared": compared, "days": len(chosen)}
"""
