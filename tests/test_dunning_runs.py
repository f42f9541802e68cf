# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Killed in the middle of a run, and two runs at once: everyone is told once."""

CUSTOMERS = """
from datetime import timedelta
from odoo import Command, fields

env.company.collection_active = True
plan = env.ref("paycollect_dunning.plan_default")
plan._activate(fields.Datetime.now())
plan.write({"max_per_day": 0, "wait_days": 0, "good_count": 0})
service = env["product.product"].create({"name": "Visit", "type": "service"})
day = env.company._get_today() - timedelta(days=40)
for number in range(count):
    customer = env["res.partner"].create({
        "name": f"Debtor {number}", "email": f"debtor{number}@customer.example",
        "collection_policy_id": env.ref("paycollect_fsm.policy_net").id,
    })
    env["account.move"].create({
        "move_type": "out_invoice", "partner_id": customer.id, "invoice_date": day,
        "invoice_date_due": day, "invoice_payment_term_id": False,
        "invoice_line_ids": [Command.create({
            "product_id": service.id, "price_unit": 100, "tax_ids": [Command.clear()],
        })],
    }).action_post()
"""

# One batch is committed, and the next one is written when the process dies.
KILLED = """
import os
from odoo import fields
from odoo.addons.paycollect_dunning.models.case import paycollect_dunning_case_run

paycollect_dunning_case_run.BATCH = 2
Case = env.registry["paycollect.dunning.case"]
send, batches = Case._send, []

def send_and_die(self, company, now):
    send(self, company, now)
    batches.append(self.ids)
    if len(batches) == 2:
        os._exit(9)

Case._send = send_and_die
env["paycollect.dunning.case"]._cron_run(fields.Datetime.now())
"""

AT_ONCE = """
import threading
from odoo import SUPERUSER_ID, api, fields
from odoo.addons.paycollect_dunning.models.case import paycollect_dunning_case_run

paycollect_dunning_case_run.BATCH = 2
registry, now, start = env.registry, fields.Datetime.now(), threading.Barrier(2)

def run():
    with registry.cursor() as cr:
        start.wait()
        api.Environment(cr, SUPERUSER_ID, {})["paycollect.dunning.case"]._cron_run(now)

threads = [threading.Thread(target=run) for _number in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
with registry.cursor() as cr:  # whoever lost a race is told by the next run
    api.Environment(cr, SUPERUSER_ID, {})["paycollect.dunning.case"]._cron_run(now)
"""

TOLD = """
SELECT customer.name, COUNT(DISTINCT item.message_id)::int AS messages
  FROM res_partner customer
  LEFT JOIN paycollect_dunning_message message ON message.customer_id = customer.id
   AND message.channel = 'mail'
  LEFT JOIN paycollect_dunning_message_line item ON item.message_id = message.id
 WHERE customer.name LIKE 'Debtor%' GROUP BY customer.name
"""


def test_a_killed_run_and_two_at_once_tell_everybody_once(lab):
    database = lab.make_database("dunning")
    lab.run(database, CUSTOMERS, count=7)
    try:
        lab.run(database, KILLED)
    except Exception as error:
        assert type(error).__name__ == "InsideError"
    told = count_told(lab, database)
    assert sorted(told.values()) == [0] * 5 + [1] * 2
    lab.run(database, AT_ONCE)
    assert set(count_told(lab, database).values()) == {1}


def count_told(lab, database):
    with lab.connect(database) as connection, connection.cursor() as cr:
        cr.execute(TOLD)
        return dict(cr.fetchall())
