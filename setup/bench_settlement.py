# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How long a payout takes until it is explained, booked and matched with the bank.

    setup/bench settlement [--lines N]

Each line is a transaction with its posted payment on the clearing account. Measured:
recording the payout with all its lines, its entry, the reconciliation of each payment,
its bank transaction, the comparison; and the same again, which must change nothing.
Beside it: the entry and its reconciliation alone by Odoo's own calls, for as many other
payments, in the same process.
"""

import argparse

# Seconds for a thousand lines, on a machine that takes no longer for the entry and its
# reconciliation with Odoo's own calls; on a slower one, as much more.
LIMIT = 5.0

CODE = """
import time
from odoo import Command, fields, sql_db
from odoo.addons.paycollect_fsm.rules.settlement import Entry, Payout

provider = env.ref("payment.payment_provider_demo")
provider.state = "test"
account = env["account.account"].create(
    {"name": "Card fees", "code": "CARDFEE", "account_type": "expense"}
)
company = env.company
company.collection_active = True
company.collection_charge_fee_account_id = account
customer = env["res.partner"].create({"name": "Bench Customer"})
method = env.ref("payment_demo.payment_method_demo")
journal = provider.journal_id
line = journal.inbound_payment_method_line_ids.filtered(
    lambda line: line.payment_provider_id == provider
)
all_transactions = env["payment.transaction"].create([{
    "provider_id": provider.id, "payment_method_id": method.id, "amount": 100 + n % 7,
    "currency_id": company.currency_id.id, "partner_id": customer.id,
    "reference": f"BENCH-{n}", "state": "done", "is_post_processed": True,
} for n in range(2 * lines)])
all_payments = env["account.payment"].create([{
    "amount": tx.amount, "payment_type": "inbound", "partner_type": "customer",
    "partner_id": customer.id, "journal_id": journal.id,
    "payment_method_line_id": line.id, "payment_transaction_id": tx.id,
} for tx in all_transactions])
all_payments.action_post()
for tx, payment in zip(all_transactions, all_payments):
    tx.payment_id = payment
transactions, payments = all_transactions[:lines], all_payments[:lines]
today = fields.Date.today()
entries = tuple(Entry(
    reference=f"txn_{tx.id}", kind="payment", label="charge", day=today,
    currency=company.currency_id.name, gross=tx.amount, fee=3.2,
    net=round(tx.amount - 3.2, 2), object_ref=tx.reference, references=(tx.reference,),
) for tx in transactions)
payout = Payout(
    "po_bench", today, company.currency_id.name,
    round(sum(entry.net for entry in entries), 2), entries=entries,
)
env["account.bank.statement.line"].create({
    "journal_id": journal.id, "date": today, "amount": payout.amount,
    "payment_ref": "Payout po_bench",
})
env.cr.commit()
env.invalidate_all()


def take():
    now, before, start = fields.Datetime.now(), sql_db.sql_counter, time.perf_counter()
    settlement = env["paycollect.settlement"]._take(provider, payout, now)
    env.cr.commit()
    return settlement, time.perf_counter() - start, sql_db.sql_counter - before


def do_by_hand(payments):
    start = time.perf_counter()
    clearing = payments.outstanding_account_id
    items = payments.move_id.line_ids.filtered(
        lambda item: item.account_id == clearing
    )
    total, fees = sum(payments.mapped("amount")), round(3.2 * len(payments), 2)
    move = env["account.move"].create({
        "move_type": "entry", "journal_id": journal.id, "date": today,
        "line_ids": [
            Command.create({"account_id": clearing.id, "balance": -total}),
            Command.create({"account_id": clearing.id, "balance": total - fees}),
            Command.create({"account_id": account.id, "balance": fees}),
        ],
    })
    move.action_post()
    (move.line_ids.filtered(lambda item: item.balance == -total) + items).reconcile()
    env.cr.commit()
    return time.perf_counter() - start


native = do_by_hand(all_payments[lines:])
env.invalidate_all()
settlement, seconds, queries = take()
again, seconds_again, queries_again = take()
assert settlement == again and settlement.state == "matched", settlement.state
items = payments.move_id.line_ids.filtered(
    lambda item: item.account_id == payments.outstanding_account_id
)
assert all(items.mapped("reconciled")), "a payment is left on the clearing account"
result = [native, seconds, queries, seconds_again, queries_again]
"""


def main(argv, lab):
    parser = argparse.ArgumentParser(prog="setup/bench settlement")
    parser.add_argument("--lines", type=int, default=1000)
    lines = parser.parse_args(argv).lines
    if lines < 1:
        parser.error("--lines must be at least 1")
    database = lab.make_database("settlement")
    found = lab.run(database, CODE, lines=lines)
    native, seconds, queries, seconds_again, queries_again = found
    limit = LIMIT * max(1, lines / 1000)
    limit *= max(1, native / limit)
    result = "PASS" if seconds <= limit else "FAIL"
    print(
        f"{result}  a payout of {lines} lines, s: {seconds:.2f} (at most {limit:.3g})"
    )
    print(f"      entry and reconciliation by Odoo's own calls: {native:.2f} s")
    print(f"      queries: {queries}; again: {seconds_again:.2f} s, {queries_again}")
    return int(result == "FAIL")
