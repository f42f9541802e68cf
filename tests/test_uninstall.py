# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What remains after uninstalling, and what a copied database must not do."""

import subprocess

import pytest
import scene
from paycollect_setup import configuration, lab

# One customer has paid with the method on file; the other's charge is only planned.
COLLECT = """
for name, job in jobs.items():
    env["fsm.order"].browse(job).action_complete()
paid, planned = env["paycollect.attempt"].search([], order="id")
env.cr.commit()
paid._send()
paid.move_id._send_receipt()
planned.partner_id._request_payment_method()
result = [paid.state, planned.state]
"""

UNINSTALL = """
import logging

class Errors(logging.Handler):
    def emit(self, record):
        result.append(record.getMessage())

result = []
logging.getLogger().addHandler(Errors(logging.ERROR))
addon = env["ir.module.module"].search([("name", "=", "paycollect_fsm")])
addon.button_immediate_uninstall()
"""

# Every model that one of our views extends or that has one of our menus beside it.
OPEN_VIEWS = """
admin = env(user=env.ref("base.user_admin"))
kinds = {
    "account.move": ["form", "list", "kanban", "search"],
    "fsm.order": ["form", "list", "kanban", "calendar", "search"],
    "fsm.stage": ["form", "list"],
    "payment.provider": ["form"],
    "payment.token": ["form", "list"],
    "res.config.settings": ["form"],
    "res.partner": ["form", "list", "search"],
    "sale.order": ["form", "list", "kanban", "calendar", "search"],
}
extended = []
for model, types in kinds.items():
    views = admin[model].get_views([(False, kind) for kind in types])
    extended += [
        f"{model} {kind}"
        for kind, view in views["views"].items()
        if "collection_" in view["arch"]
    ]
admin["ir.ui.menu"].load_menus(False)
"""

LEFT_BEHIND = """
SELECT name FROM ir_model_data WHERE module = 'paycollect_fsm'
UNION ALL SELECT model FROM ir_model WHERE model LIKE 'paycollect.%%'
UNION ALL SELECT cron_name FROM ir_cron WHERE cron_name LIKE 'Collections:%%'
UNION ALL SELECT name FROM queue_job_function WHERE name LIKE '%%paycollect%%'
UNION ALL SELECT complete_name FROM queue_job_channel
           WHERE complete_name LIKE 'root.paycollect%%'
UNION ALL SELECT name FROM ir_model_fields WHERE name LIKE 'collection\\_%%'
UNION ALL SELECT relname::text FROM pg_class
           WHERE relkind = 'r' AND relname LIKE 'paycollect%%'
"""

WORK_GOES_ON = """
from odoo import Command

order = env["sale.order"].create({
    "partner_id": customer["id"], "fsm_location_id": customer["location"],
    "order_line": [Command.create({"product_id": visit, "price_unit": 300})],
})
order.action_confirm()
order.fsm_order_ids.action_complete()
invoice = order._create_invoices()
invoice.action_post()
result = [extended, invoice.amount_total, invoice.payment_state]
"""

WORK_ON_THE_COPY = """
from datetime import timedelta
from odoo import fields
from odoo.exceptions import ValidationError

later = fields.Datetime.now() + timedelta(hours=1)
env["paycollect.attempt"]._cron_send_due(later)
order = env["fsm.order"].browse(job).sale_id.copy()
order.action_confirm()
order.fsm_order_ids.action_complete()
move = env["paycollect.attempt"].search([("state", "=", "canceled")]).move_id
move.action_collect_now()
result = [order.fsm_order_ids.stage_id.name, move.collection_decision]
try:
    with env.cr.savepoint():
        env.company.collection_active = True
except ValidationError as error:
    result.append(str(error))
"""


MAILS = """
SELECT mail_mail_id FROM mail_mail_res_partner_rel WHERE res_partner_id = %s
"""


class Database:
    """A database without a server: nothing happens except what is run in it."""

    def __init__(self, lab, source=None):
        self._lab, self.name = lab, lab.make_database(source=source)

    def run(self, code, **variables):
        return self._lab.run(self.name, code, **variables)

    def sql(self, query, params=()):
        return lab.sql(self.name, query, params)

    def neutralize(self):
        command = configuration.odoo(
            self._lab.conf(self.name), "neutralize", "-d", self.name
        )
        subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def original(module_lab):
    """An active company: one job is paid, the charge for another is planned."""
    database = Database(module_lab)
    database.company = scene.open_company(
        database, {"Paula": {}, "Peter": {}}, booked=True
    )
    database.customers = database.company["customers"]
    jobs = {name: values["job"] for name, values in database.customers.items()}
    assert database.run(COLLECT, jobs=jobs) == ["paid", "planned"]
    return database


@pytest.fixture
def copy(lab, original):
    return Database(lab, source=original.name)


def test_uninstalling_logs_no_error_and_leaves_nothing_and_work_goes_on(copy, original):
    assert copy.run(UNINSTALL) == []
    assert copy.sql(LEFT_BEHIND) == []
    extended, *worked = copy.run(
        OPEN_VIEWS + WORK_GOES_ON,
        customer=original.customers["Paula"],
        visit=original.company["visit"],
    )
    assert extended == []
    assert worked == [330, "not_paid"]


def test_a_neutralized_copy_charges_and_messages_nobody(copy, original):
    customer = original.customers["Peter"]
    waiting = "SELECT id FROM queue_job WHERE state = 'pending'"
    assert len(copy.sql(waiting)) > 0
    copy.neutralize()
    assert copy.sql(waiting) == []
    assert copy.sql("SELECT id FROM res_company WHERE collection_active") == []
    assert copy.sql("SELECT id FROM paycollect_link WHERE revoked_at IS NULL") == []
    states = "SELECT state FROM paycollect_attempt ORDER BY id"
    assert copy.sql(states) == [{"state": "paid"}, {"state": "canceled"}]

    mails = copy.sql(MAILS, [customer["id"]])
    answers = copy.run(WORK_ON_THE_COPY, job=customer["job"])
    completed, decision, switched_on = answers
    assert completed == "Completed"
    assert decision == "Not charged: this database is a copy."
    assert "This is a neutralized copy of a database." in switched_on
    assert copy.sql(states) == [{"state": "paid"}, {"state": "canceled"}]
    assert copy.sql(waiting) == []
    assert copy.sql(MAILS, [customer["id"]]) == mails
