# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A plan is tried out and turned on, a customer pays from the reminder, and accounting
works off its list: in a real browser, on a real server."""

import pytest
import scene
from accessibility import find_overflow
from paycollect_setup.waiting import wait_equal

PLANS = "/odoo/action-paycollect_dunning.action_paycollect_dunning_plan"
DESK = "/odoo/collections"

# Who owes what: amount, and days since it was due.
OWED = {"Rosa Diner": (240, 12), "Nora Networks": (480, 9), "Sam Studio": (95, 15)}

DEBTS = """
from datetime import timedelta
from odoo import Command, fields
from odoo.addons.paycollect_dunning.rules.promise import CALL, Said
from odoo.addons.paycollect_portal.rules.disputes import Claim

company, now = env.company, fields.Datetime.now()
today = company._get_today(now)
company.iap_enrich_auto_done = True  # the administrator's first page would ask
# Reminders go out at whatever hour this runs.
company.write({"dunning_hour_from": 0, "dunning_hour_to": 24, "dunning_days": "all"})
moves = {}
for name, (amount, days) in owed.items():
    partner = env["res.partner"].browse(ids[name])
    partner.collection_policy_id = env.ref("paycollect_fsm.policy_net")
    moves[name] = env["account.move"].create({
        "move_type": "out_invoice", "partner_id": partner.id,
        "invoice_date": today - timedelta(days=days + 30),
        "invoice_payment_term_id": False,
        "invoice_date_due": today - timedelta(days=days),
        "invoice_line_ids": [Command.create({
            "product_id": visit, "price_unit": amount, "tax_ids": [Command.clear()],
        })],
    })
    moves[name].action_post()
plan = env.ref("paycollect_dunning.plan_default")
plan.write({"day_count": "calendar", "wait_days": 0})
env["res.partner"].browse(ids["Sam Studio"]).dunning_minimum_balance = 100
nora, sam = moves["Nora Networks"], moves["Sam Studio"]
claim = Claim(reason="work_not_done", text="Nobody came.", amount=480)
env["paycollect.dispute"]._file(
    nora, nora.partner_id, claim, nora._get_disputable_lines()
)
past = now - timedelta(days=20)
said = Said(95, today - timedelta(days=12))
_promise, problems = env["paycollect.promise"]._promise(
    sam.partner_id, company, said, sam, CALL, past
)
assert not problems, problems
result = {name: move.name for name, move in moves.items()}
"""

CASE = """
SELECT state, reason_code FROM paycollect_dunning_case WHERE partner_id = %s
"""


@pytest.fixture(scope="module")
def server(module_lab):
    return module_lab.make_server()


@pytest.fixture(scope="module")
def company(server):
    company = scene.open_company(server, {name: {} for name in OWED})
    ids = {name: customer["id"] for name, customer in company["customers"].items()}
    names = server.run(DEBTS, owed=OWED, ids=ids, visit=company["visit"])
    for name, invoice in names.items():
        company["customers"][name]["invoice"] = invoice
    return company


def test_a_plan_is_tried_out_and_turned_on_and_its_reminder_is_paid(
    server, company, desktop, phone
):
    customer = company["customers"]["Rosa Diner"]

    # The administrator changes a level: the friendly reminder comes after 10 days.
    office = desktop(server, "admin")
    office.open(PLANS)
    office.get_by_role("cell", name="Standard").click()
    levels = office.locator("[name=level_ids]")
    levels.get_by_role("cell", name="Detailed Statement").click()
    dialog = office.locator(".modal")
    dialog.locator("[name=delay_days] input").fill("14")
    dialog.get_by_role("button", name="Save").first.click()
    dialog.wait_for(state="detached")
    levels.get_by_role("cell", name="14", exact=True).wait_for()
    office.locator(".o_form_button_save:visible").click()
    office.locator(".o_form_saved").first.wait_for(state="attached")
    office.shot("dunning-1-plan")

    # The preview says who gets what today, and who not and why.
    office.locator("button[name=action_preview]:visible").click()
    for group in ("Message today", "Paused"):
        office.locator(".o_group_header", has_text=group).click()
    row = office.locator(".o_data_row", has_text="Rosa Diner")
    row.get_by_text("Friendly Reminder").wait_for()
    assert "$240.00" in row.inner_text().replace("\xa0", "")
    disputed = office.locator(".o_data_row", has_text="Nora Networks")
    assert "The customer disputes what is due." in disputed.inner_text()
    office.shot("dunning-2-preview")
    row.locator("button[name=action_show]").click()
    frame = office.frame_locator(".modal iframe")
    frame.get_by_text(customer["invoice"]).first.wait_for()
    office.shot("dunning-3-message")
    office.locator(".modal footer button", has_text="Close").click()
    assert server.sql("SELECT id FROM paycollect_dunning_message") == []

    # Turning it on says first what that means.
    office.go_back()
    office.locator("button[name=action_activate]:visible").click()
    office.get_by_text("1 customer is reminded first").wait_for()
    office.shot("dunning-4-turn-on")
    office.locator(".modal button[name=action_confirm]").click()
    office.locator(".o_arrow_button_current", has_text="Sends messages").wait_for()

    # The customer opens the email's link on a phone, without a login, and pays.
    mail = server.wait_mail(to=customer["email"])
    assert customer["invoice"] in mail.html
    (link,) = [link for link in mail.links if "/pay/" in link]
    reader = phone(server)
    reader.open(link)
    assert find_overflow(reader) == []
    reader.locator("#customer_input").fill("4242 4242 4242 4242")
    reader.shot("dunning-5-pay")
    reader.get_by_role("button", name="Pay $240.00").click()
    reader.get_by_text("Thank you! You paid $240.00").wait_for()

    # The case closes by itself, and nobody was told about what is in dispute.
    wait_equal(
        lambda: server.sql(CASE, [customer["id"]]),
        [{"state": "closed", "reason_code": "paid"}],
        "the case",
    )
    told = {recipient for one in server.mails for recipient in one.recipients}
    assert company["customers"]["Nora Networks"]["email"] not in told
    for page in (office, reader):
        assert page.console_errors == []


def test_accounting_works_off_its_list_with_the_keyboard(server, company, desktop):
    desk = desktop(server, "accountant")
    desk.open(DESK)
    rows = desk.locator(".o_data_row")
    wait_equal(rows.count, 2, "the rows")
    assert "Nora Networks" in rows.first.inner_text()
    desk.shot("dunning-6-desk")

    # Into the list, into its first row, to the next one and back.
    desk.locator(".o_searchview_input").focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        desk.keyboard.press(key)
    customer = desk.locator(".o_form_view [name=partner_id]")
    customer.get_by_text("Nora Networks").wait_for()
    desk.keyboard.press("Alt+n")
    customer.get_by_text("Sam Studio").wait_for()
    desk.keyboard.press("Alt+p")
    customer.get_by_text("Nora Networks").wait_for()
    desk.shot("dunning-7-item")

    # The dispute is answered where it is: its row goes by itself.
    desk.keyboard.press("Alt+o")
    desk.locator("button[name=action_reject]:visible").first.click()
    desk.locator(".modal [name=answer] textarea").fill("Our technician was there at 9.")
    desk.locator(".modal button[name=action_send]:visible").click()
    desk.locator(".modal").wait_for(state="detached")
    desk.open(DESK)
    wait_equal(rows.count, 1, "the rows")
    assert "Sam Studio" in rows.first.inner_text()

    # Somebody calls about the broken promise, and is done with it.
    rows.first.locator("[name=to_do]").click()
    desk.get_by_text("didn't arrive. Call the customer.").wait_for()
    desk.keyboard.press("Alt+g")
    desk.get_by_text("Nothing needs you today").wait_for()
    desk.shot("dunning-8-done")
    assert desk.console_errors == []
