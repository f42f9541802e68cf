# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whenever the server is killed, a charge happens once or not at all."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import scene
from paycollect_setup import paths
from paycollect_setup.client import RpcError
from paycollect_setup.waiting import wait_equal

# One customer per test.
NAMES = (
    "planned",
    "claimed",
    "charged",
    "recorded",
    "booked",
    "written",
    "announced",
    "workers",
    "clients",
    "credit",
    "hours",
)
TOTAL = 330  # one visit of 300 and 10 % tax

# The server was down for three minutes.
THREE_MINUTES_LATER = """
UPDATE paycollect_attempt SET planned_at = planned_at - interval '3 minutes',
       sent_at = sent_at - interval '3 minutes',
       done_at = done_at - interval '3 minutes';
UPDATE queue_job SET date_enqueued = date_enqueued - interval '3 minutes'
"""
# The cron resumes an interrupted message after five minutes.
FIVE_MINUTES_LATER = """
UPDATE paycollect_message SET retry_at = retry_at - interval '5 minutes'
"""

# A second job of the customer like the first, and credit for bad work before.
BOOK_AGAIN = """
from odoo import Command

first = env["fsm.order"].browse(job).sale_line_id.order_id
order = first.copy({"fsm_location_id": first.fsm_location_id.id})
order.action_confirm()
order.fsm_order_ids.person_id = env["fsm.order"].browse(job).person_id
env["account.move"].create({
    "move_type": "out_refund", "partner_id": first.partner_id.id,
    "invoice_line_ids": [Command.create(
        {"name": "Bad work", "price_unit": credit, "tax_ids": False}
    )],
}).action_post()
result = order.fsm_order_ids.id
"""

# Ten hours that are prepaid, and three jobs: of one hour, whose block's invoice is
# undone meanwhile, and two of six hours at once. Then the next block is sold twice.
USE_HOURS_AT_ONCE = """
import threading
import time
from odoo import SUPERUSER_ID, Command, api
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONFLICTS

first = env["fsm.order"].browse(job)
visit = first.sale_line_id.product_id
partner = first.sale_line_id.order_id.partner_id
vals = {
    "type": "service", "taxes_id": [Command.set(visit.taxes_id.ids)],
    "uom_id": env.ref("uom.product_uom_hour").id,
}
hours = env["product.product"].create({
    **vals, "name": "Ten hours", "list_price": 900, "hour_block_kind": "hours",
    "hour_block_hours": 10, "hour_block_income": "sold", "uom_id": visit.uom_id.id,
})
labor = env["product.product"].create({
    **vals, "name": "Labor", "list_price": 120, "invoice_policy": "delivery",
    "field_service_tracking": "line",
    "fsm_order_template_id": visit.fsm_order_template_id.id,
})
sold = env["account.move"].create({
    "move_type": "out_invoice", "partner_id": partner.id,
    "invoice_line_ids": [Command.create({"product_id": hours.id})],
})
sold.action_post()
env["account.payment.register"].with_context(
    active_model="account.move", active_ids=sold.ids
).create({})._create_payments()
block = sold.hour_block_ids

def book(quantity):
    order = env["sale.order"].create({
        "partner_id": partner.id, "fsm_location_id": first.location_id.id,
        "order_line": [
            Command.create({"product_id": labor.id, "product_uom_qty": quantity})
        ],
    })
    order.action_confirm()
    order.fsm_order_ids.person_id = first.person_id
    return order.fsm_order_ids.id

one, two, three = [book(quantity) for quantity in (1, 6, 6)]
env.cr.commit()

def connect():
    mine = api.Environment(env.registry.cursor(), SUPERUSER_ID, {})
    mine["res.partner"].search_count([])  # it sees the world as of now
    return mine

def repeat(work, answers, ready=lambda: None):
    # On a connection of its own, again after a conflict like Odoo does.
    for turn in range(9):
        mine = connect()
        if not turn:
            ready()
        try:
            answers.append(work(mine))
            mine.cr.commit()
            return
        except CONFLICTS:
            mine.cr.rollback()
        except UserError as error:
            answers.append(str(error))
            return
        finally:
            mine.cr.close()

def start(*works):
    answers, barrier = [], threading.Barrier(len(works), timeout=60)
    threads = [
        threading.Thread(target=repeat, args=(work, answers, barrier.wait))
        for work in works
    ]
    for thread in threads:
        thread.start()
    return threads, answers

def at_once(*works):
    threads, answers = start(*works)
    for thread in threads:
        thread.join()
    return answers

def complete(number):
    return lambda mine: mine["fsm.order"].browse(number).action_complete() and None

def look_again():
    env.cr.commit()
    env.invalidate_all()

def is_waiting():
    look_again()
    env.cr.execute(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
        "AND cardinality(pg_blocking_pids(pid)) > 0"
    )
    return bool(env.cr.fetchone())

drawing = connect()
complete(one)(drawing)
drawing.flush_all()
[undoing], undone = start(
    lambda mine: mine["account.move"].browse(sold.id).button_draft()
)
while not is_waiting() and undoing.is_alive():
    time.sleep(0.05)
waited = undoing.is_alive()
drawing.cr.commit()
drawing.cr.close()
undoing.join()

at_once(complete(two), complete(three))
look_again()
drawn = sorted(block.use_ids.mapped("hours"))
jobs = env["fsm.order"].browse([one, two, three])
totals = sorted(jobs.invoice_lines.move_id.mapped("amount_total"))
hours.write({"hour_block_refill": "link", "hour_block_threshold": 2})
env.cr.commit()
at_once(*[lambda mine: mine["paycollect.hour.block"].browse(block.id)._refill()] * 2)
look_again()
offers = env["sale.order.line"].search([("product_id", "=", hours.id)]).order_id
result = {
    "waited": waited, "undone": undone, "drawn": drawn, "totals": totals,
    "left": block.hours_left, "offers": offers.mapped("state"),
    "next": block.next_order_id == offers,
}
"""

SEND_TWICE_AT_ONCE = """
import threading
from odoo import SUPERUSER_ID, api

barrier = threading.Barrier(2)
answers = []

def send():
    with env.registry.cursor() as cr:
        mine = api.Environment(cr, SUPERUSER_ID, {})["paycollect.attempt"]
        barrier.wait()
        answers.append(mine.browse(attempt)._send())

threads = [threading.Thread(target=send) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
result = answers
"""


class Shop:
    """A server whose provider counts charges, and that can be killed at a point."""

    def __init__(self, lab, folder):
        self.folder = folder
        self.server = lab.make_server(
            env={"PAYCOLLECT_TEST_PROVIDER": str(folder)},
            config={"addons_path": f"{paths.ROOT},{paths.ROOT / 'tests/addons'}"},
            install="paycollect_test_provider",
        )
        company = scene.open_company(
            self.server, {name: {} for name in NAMES}, booked=True
        )
        self._customers = {
            name: Customer(self, **values)
            for name, values in company["customers"].items()
        }

    def __getitem__(self, name):
        return self._customers[name]

    def die_at(self, point):
        (self.folder / "die_at").write_text(point)

    def dawdle(self, seconds):
        (self.folder / "delay").write_text(str(seconds))

    def hurry(self):
        (self.folder / "delay").unlink()

    def wait_death(self):
        assert self.server.wait_exit() == -9
        assert not (self.folder / "die_at").exists()

    def come_back_later(self):
        """Restart after three minutes; requeue dead jobs and run the sweep twice.

        This repeats everything that could be repeated.
        """
        self.server.sql(THREE_MINUTES_LATER)
        self.server.start()
        self.sweep()
        wait_equal(
            lambda: self.server.sql(
                "SELECT method_name, state, eta FROM queue_job "
                "WHERE state NOT IN ('done', 'failed')"
            ),
            [],
            "the open jobs",
        )
        self.sweep()
        assert not self.server.sql("SELECT id FROM queue_job WHERE state = 'failed'")

    def sweep(self):
        self.run_cron("paycollect_fsm", "cron_send_due")

    def run_cron(self, module, name):
        call = self.server.rpc("admin", "admin")
        domain = [("module", "=", module), ("name", "=", name)]
        (cron,) = call("ir.model.data", "search_read", [domain, ["res_id"]])
        try:
            call("ir.cron", "method_direct_trigger", [cron["res_id"]])
        except RpcError as error:  # it is due anyway
            if "already executing" not in str(error):
                raise


class Customer:
    """The outcome of one customer's job: at the provider, in the books, by email."""

    def __init__(self, shop, id, email, job, **_values):
        self.shop, self.server = shop, shop.server
        self.id, self.email, self.job = id, email, job

    def complete(self, job=None):
        """Complete a job; the response is lost if the server dies meanwhile."""
        call = self.server.rpc("technician", "technician")
        try:
            call("fsm.order", "action_complete", [job or self.job])
        except requests.ConnectionError:
            assert not self.server.alive or self.server.wait_exit() == -9

    def attempts(self):
        return scene.attempts(self.server, self.id)

    def states(self):
        return [attempt["state"] for attempt in self.attempts()]

    def wait_state(self, *states):
        wait_equal(self.states, list(states), f"the attempts of {self.email}")

    def provider_lines(self, event):
        references = {attempt["reference"] for attempt in self.attempts()}
        ledger = self.shop.folder / "ledger"
        lines = map(
            json.loads, ledger.read_text().splitlines() if ledger.exists() else []
        )
        return [
            line["amount"]
            for line in lines
            if line["event"] == event and line["reference"] in references
        ]

    def charges(self):
        """Return the amounts that the provider charged this customer."""
        return self.provider_lines("charged")

    def requests(self):
        """Return the amounts requested from the provider, including repeats."""
        return self.provider_lines("asked")

    def invoice(self):
        (invoice,) = scene.invoices(self.server, self.id)
        return invoice

    def receipts(self):
        return self.server.catcher.find(to=self.email, subject="Receipt")

    def assert_paid_once(self):
        """Check for one charge, payment, reconciliation and receipt."""
        self.server.wait_mail(to=self.email, subject="Receipt")
        invoice = self.invoice()
        assert self.charges() == [TOTAL]
        assert self.requests() == [TOTAL]
        assert invoice["payment_state"] == "paid"
        assert (invoice["amount_total"], invoice["amount_residual"]) == (TOTAL, 0)
        assert (invoice["payments"], invoice["reconciled"]) == (1, 1)
        assert [tx["state"] for tx in self.transactions()].count("done") == 1
        assert len(self.receipts()) == 1

    def assert_open(self):
        """Check that nothing was booked and no receipt was sent."""
        invoice = self.invoice()
        assert (invoice["state"], invoice["payment_state"]) == ("posted", "not_paid")
        assert (invoice["payments"], invoice["reconciled"]) == (0, 0)
        assert not self.receipts()

    def transactions(self):
        return self.server.sql(
            "SELECT state FROM payment_transaction WHERE partner_id = %s", [self.id]
        )

    def assert_nobody_charges_again(self):
        """Check that no job, sweep or user charges before a manager has checked."""
        asked = self.requests()
        assert self.activities() == ["Confirm whether this was charged"]
        answer = self.collect_now()
        assert answer["params"]["type"] == "warning"
        assert "already in progress" in answer["params"]["message"]
        self.shop.sweep()
        assert self.states() == ["unknown"]
        assert self.requests() == asked

    def activities(self):
        rows = self.server.sql(
            "SELECT summary FROM mail_activity "
            "WHERE res_model = 'account.move' AND res_id = %s AND active",
            [self.invoice()["id"]],
        )
        return [row["summary"] for row in rows]

    def collect_now(self):
        call = self.server.rpc("accountant", "accountant")
        return call("account.move", "action_collect_now", [self.invoice()["id"]])

    def resolve(self, action):
        (attempt,) = self.attempts()
        call = self.server.rpc("controller", "controller")
        call("paycollect.attempt", action, [attempt["id"]])


@pytest.fixture(scope="module")
def shop(module_lab, tmp_path_factory):
    return Shop(module_lab, tmp_path_factory.mktemp("provider"))


@pytest.fixture(autouse=True)
def running(shop):
    """Make sure that the server is running before each test."""
    shop.server.start()


def test_killed_before_the_job_starts_it_is_charged_once_afterwards(shop):
    customer = shop["planned"]
    shop.die_at("planned")
    customer.complete()
    shop.wait_death()
    assert customer.states() == ["planned"]
    assert customer.charges() == []
    shop.come_back_later()
    customer.wait_state("paid")
    customer.assert_paid_once()


def test_killed_before_the_provider_is_asked_it_is_unknown_until_a_manager_knows(shop):
    customer = shop["claimed"]
    shop.die_at("claimed")
    customer.complete()
    shop.wait_death()
    assert customer.states() == ["sent"]
    shop.come_back_later()
    customer.wait_state("unknown")
    assert customer.charges() == []
    customer.assert_open()
    customer.assert_nobody_charges_again()
    customer.resolve("action_set_not_charged")
    customer.assert_open()
    assert customer.collect_now()["params"]["type"] == "success"
    customer.wait_state("declined", "paid")
    customer.assert_paid_once()


def test_killed_after_the_provider_charged_it_is_unknown_and_not_charged_again(shop):
    customer = shop["charged"]
    shop.die_at("charged")
    customer.complete()
    shop.wait_death()
    assert customer.charges() == [TOTAL]
    shop.come_back_later()
    customer.wait_state("unknown")
    customer.assert_open()
    customer.assert_nobody_charges_again()
    customer.resolve("action_set_paid")
    assert customer.states() == ["paid"]
    customer.assert_paid_once()


@pytest.mark.parametrize("point", ["recorded", "booked"])
def test_killed_while_booking_the_sweep_books_it_once(shop, point):
    customer = shop[point]
    shop.die_at(point)
    customer.complete()
    shop.wait_death()
    assert customer.states() == ["paid"]
    customer.assert_open()
    shop.come_back_later()
    customer.assert_paid_once()


@pytest.mark.parametrize(
    ("name", "point"),
    [("written", "receipt written"), ("announced", "receipt claimed")],
)
def test_killed_before_the_receipt_leaves_it_is_sent_once(shop, name, point):
    customer = shop[name]
    shop.die_at(point)
    customer.complete()
    shop.wait_death()
    shop.come_back_later()
    customer.assert_paid_once()
    shop.server.sql(FIVE_MINUTES_LATER)
    shop.run_cron("paycollect_fsm", "cron_messages")
    customer.assert_paid_once()


def test_two_workers_with_the_same_attempt_charge_once(shop):
    customer = shop["workers"]
    shop.die_at("planned")
    customer.complete()
    shop.wait_death()
    (attempt,) = customer.attempts()
    shop.dawdle(0.5)
    answers = shop.server.run(SEND_TWICE_AT_ONCE, attempt=attempt["id"])
    shop.hurry()
    assert sorted(answers) == ["Nothing to send", "The provider confirmed the payment."]
    shop.come_back_later()
    customer.assert_paid_once()


def test_two_clients_that_complete_the_same_job_at_once_bill_and_charge_once(shop):
    customer = shop["clients"]
    shop.dawdle(0.5)
    with ThreadPoolExecutor() as clients:
        for answer in [clients.submit(customer.complete) for _ in range(2)]:
            answer.result()
    shop.hurry()
    customer.wait_state("paid")
    customer.assert_paid_once()
    (job,) = shop.server.sql(
        "SELECT collection_error FROM fsm_order WHERE id = %s", [customer.job]
    )
    assert not job["collection_error"]


def test_two_jobs_completed_at_once_use_one_credit_once(shop):
    customer, credit = shop["credit"], 100
    second = shop.server.run(BOOK_AGAIN, job=customer.job, credit=credit)
    with ThreadPoolExecutor() as clients:
        for answer in [
            clients.submit(customer.complete, job) for job in (customer.job, second)
        ]:
            answer.result()
    customer.wait_state("paid", "paid")
    wait_equal(
        lambda: [
            invoice["amount_residual"]
            for invoice in scene.invoices(shop.server, customer.id)
        ],
        [0, 0],
        "what is open on the invoices",
    )
    assert sorted(customer.charges()) == [TOTAL - credit, TOTAL]
    failed = shop.server.sql(
        "SELECT collection_error FROM fsm_order WHERE id IN %s AND "
        "collection_error IS NOT NULL",
        [(customer.job, second)],
    )
    assert not failed


def test_two_jobs_completed_at_once_use_the_same_hours_once(shop):
    """Nor is the invoice of a block undone while a job draws it, or the next block
    sold twice."""
    customer = shop["hours"]
    answer = shop.server.run(USE_HOURS_AT_ONCE, job=customer.job)
    assert answer["waited"]
    [refusal] = answer["undone"]
    assert "can't be undone: it is used already" in refusal
    assert answer["drawn"] == [1, 3, 6]
    assert answer["totals"] == [0, 0, 3 * 132]
    assert (answer["left"], answer["offers"], answer["next"]) == (0, ["draft"], True)
    customer.wait_state("paid")
    assert customer.charges() == [3 * 132]
