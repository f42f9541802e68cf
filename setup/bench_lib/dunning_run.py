# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What runs in a process of its own, beside Odoo's ``env``: seconds of each step."""

# The least that any engine has to do: one statement that computes each item's level.
LEVELS = """
SELECT line.id, line.partner_id, CASE
       WHEN CURRENT_DATE - line.date_maturity >= 30 THEN 4
       WHEN CURRENT_DATE - line.date_maturity >= 15 THEN 3
       WHEN CURRENT_DATE - line.date_maturity >= 7 THEN 2
       WHEN CURRENT_DATE - line.date_maturity >= 3 THEN 1
       WHEN CURRENT_DATE - line.date_maturity >= -3 THEN 0 END,
       line.amount_residual_currency
  FROM account_move_line line
  JOIN account_account account ON account.id = line.account_id
 WHERE account.account_type = 'asset_receivable' AND line.parent_state = 'posted'
   AND line.reconciled IS NOT TRUE AND line.company_id = %s
"""

DECIDE = """
import resource, statistics, time
from odoo import fields

def timed(function):
    start = time.perf_counter()
    value = function()
    return time.perf_counter() - start, value

def read_levels():
    env.cr.execute(levels, [company.id])
    return env.cr.fetchall()

company, now = env.company, fields.Datetime.now()
cases = env["paycollect.dunning.case"].with_company(company)
read_levels(), cases._decide(company, now)  # caches of the database and of Odoo
plain, decided = [], []
for _round in range(3):
    plain.append(timed(read_levels)[0])
    env.invalidate_all()
    seconds, outcomes = timed(lambda: cases._decide(company, now))
    decided.append(seconds)
written, ids = timed(lambda: cases._write_states(outcomes, company, now))
env.cr.commit()
result = {
    "levels": min(plain), "decide": min(decided), "write": written, "due": len(ids),
    "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}
"""

# Everybody was told everything yesterday, by SQL; the second run finds nothing to do.
IDLE = """
import time
from odoo import fields

env.cr.execute('''
    INSERT INTO paycollect_dunning_message (case_id, company_id, currency_id, level_id,
           state, date, pay_by, channel, batch_key, customer_id, partner_id)
    SELECT one.id, one.company_id, one.currency_id, level.id, 'sent',
           now() - interval '1 day', CURRENT_DATE + 9, 'mail', 'bench', one.partner_id,
           one.partner_id
      FROM paycollect_dunning_case one, paycollect_dunning_level level
     WHERE level.plan_id = one.plan_id AND level.delay_days = 15;
    INSERT INTO paycollect_dunning_message_line (message_id, company_id, line_id,
           move_id, due_date, currency_id, residual, amount, level_id, delay_days)
    SELECT message.id, line.company_id, line.id, line.move_id, line.date_maturity,
           line.currency_id, 100, 100, message.level_id, 15
      FROM paycollect_dunning_message message
      JOIN account_move_line line ON line.partner_id = message.customer_id
      JOIN account_account account ON account.id = line.account_id
     WHERE account.account_type = 'asset_receivable' AND line.reconciled IS NOT TRUE;
''')
env.cr.commit()
now = fields.Datetime.now()
env["paycollect.dunning.case"]._cron_run(now)
env.invalidate_all()
start = time.perf_counter()
env["paycollect.dunning.case"]._cron_run(now)
result = time.perf_counter() - start
"""

# At a time of day at which messages may leave.
PASS = """
import resource, time
from datetime import time as hour, timedelta

day = env.company._get_today() + timedelta(days=1)
while day.weekday() != 1:
    day += timedelta(days=1)
now = env.company._get_moment(day, hour(15))
start = time.perf_counter()
env["paycollect.dunning.case"]._cron_run(now)
env.cr.commit()
seconds = time.perf_counter() - start
messages = env["paycollect.dunning.message"].search_count([("channel", "!=", False)])
mails = env["mail.mail"].search_count([("state", "=", "outgoing")])
result = {
    "seconds": seconds, "messages": messages, "mails": mails,
    "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}
"""

# The same by the peer: its three buttons, one after the other.
PEER_PASS = """
import resource, time
from odoo import fields

policy = env.ref("account_credit_control.credit_control_3_time")
runs = env["credit.control.run"].with_context(mail_notify_force_send=False)
start = time.perf_counter()
run = runs.create({"date": fields.Date.today(), "policy_ids": [policy.id]})
run.generate_credit_lines()
run.set_to_ready_lines()
run.run_channel_action()
env.cr.commit()
seconds = time.perf_counter() - start
messages = env["credit.control.communication"].search_count([])
mails = env["mail.mail"].search_count([("state", "=", "outgoing")])
result = {
    "seconds": seconds, "messages": messages, "mails": mails,
    "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}
"""
