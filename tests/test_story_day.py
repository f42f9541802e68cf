# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The day of each role in a real browser, with the groups that the README names.

On a desktop and on a phone: what a role usually does at one, it also looks up on the
other.
"""

import pytest
import scene
import stages_story

JOB = "/odoo/action-fieldservice.action_fsm_operation_order"
BOARD = "/odoo/action-paycollect_fsm.action_my_jobs"
CONTACTS = "/odoo/action-contacts.action_contacts"
LOCATIONS = "/odoo/action-fieldservice.action_fsm_location"
ATTEMPTS = "/odoo/action-paycollect_fsm.action_paycollect_attempt"
INVOICES = "/odoo/action-account.action_move_out_invoice_type"


@pytest.fixture(scope="module")
def server(module_lab):
    return module_lab.make_server()


@pytest.fixture(scope="module")
def company(server):
    customers = {
        "Rosa Diner": {},
        "Sam Studio": {},
        "Dara Dental": {"answer": "error"},
        "Cody Cafe": {"has_card": False},
        "Mia Motors": {"has_card": False},
    }
    return scene.open_company(server, customers, booked=True)


def save(page):
    page.locator(".o_form_button_save:visible").click()
    page.locator(".o_form_saved").first.wait_for(state="attached")


def check_width(page):
    """Nothing on the screen makes the page scroll sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def state_of(server, job):
    query = "SELECT completed_on FROM fsm_order WHERE id = %s"
    return server.sql(query, [job])[0]["completed_on"]


def test_the_dispatcher_creates_a_customer_with_a_service_location(
    server, company, desktop, phone
):
    office = desktop(server, "dispatcher")
    office.open(f"{LOCATIONS}/new")
    office.locator("[name=name] input, [name=name] textarea").first.fill("North clinic")
    owner = office.locator("[name=owner_id] input")
    owner.fill("Hill Country Dental")
    office.get_by_role("option", name='Create "Hill Country Dental"').click()
    save(office)
    (place,) = server.sql(
        "SELECT location.id, owner_id, owner.name FROM fsm_location location "
        "JOIN res_partner owner ON owner.id = location.owner_id "
        "JOIN res_partner place ON place.id = location.partner_id "
        "WHERE place.name = 'North clinic'"
    )
    assert place["name"] == "Hill Country Dental"

    # The first job is booked for the new customer and shows where to go.
    call = server.rpc("dispatcher", "dispatcher")
    line = {"product_id": company["visit"], "product_uom_qty": 2}
    order = call(
        "sale.order",
        "create",
        [
            {
                "partner_id": place["owner_id"],
                "fsm_location_id": place["id"],
                "order_line": [(0, 0, line)],
            }
        ],
    )
    call("sale.order", "action_confirm", [order])
    (job,) = call("fsm.order", "search", [[("sale_id", "=", order)]])
    for page in (office, phone(server, "dispatcher")):
        page.open(f"{JOB}/{job}")
        page.get_by_text("Hill Country Dental · North clinic").wait_for()
        page.get_by_text("2 × Network check").wait_for()
        page.get_by_text("No payment method is on file.").wait_for()
        check_width(page)
        assert page.console_errors == []


def test_the_accountant_holds_a_customer_and_ends_the_hold(server, company, desktop):
    customer = company["customers"]["Sam Studio"]
    desk = desktop(server, "accountant")
    desk.open(f"/odoo/res.partner/{customer['id']}")
    for reason in ("Two invoices are overdue", ""):
        desk.get_by_role("tab", name="Sales & Purchase").click()
        desk.locator("[name=collection_hold_reason] input").fill(reason)
        save(desk)
        readiness = server.rpc("dispatcher", "dispatcher")(
            "fsm.order", "read", [[customer["job"]], ["collection_readiness"]]
        )
        assert readiness[0]["collection_readiness"] == (
            "on_hold" if reason else "ready"
        )
    assert desk.console_errors == []


def test_without_a_signal_nothing_is_lost_and_nothing_is_charged_twice(
    server, company, phone, desktop
):
    customer = company["customers"]["Rosa Diner"]
    van = phone(server, "technician")
    van.open(BOARD)
    card = van.locator(".o_kanban_record", has_text="Rosa Diner")
    card.wait_for()
    van.shot("day-1-board")
    card.click()
    van.get_by_text("1 × Network check").wait_for()
    van.shot("day-2-job")
    van.locator("button[name=action_open_complete]").click()
    button = van.locator(".modal button", has_text="Complete and charge")
    button.wait_for()

    # Nothing reaches the server.
    van.context.set_offline(True)
    button.click()
    van.get_by_text("Press Complete again when you are back").wait_for()
    van.shot("day-3-no-signal")
    assert state_of(server, customer["job"]) is None
    van.context.set_offline(False)

    # The request arrives, but the answer is lost on the way.
    address = "**/paycollect.complete/action_complete"
    van.route(address, lambda route: (route.fetch(), route.abort()))
    with van.expect_event("requestfailed"):
        button.click()
    assert state_of(server, customer["job"])
    van.unroute(address)
    button.click()
    van.locator(".modal").wait_for(state="detached")
    van.get_by_text("Press Complete again").wait_for(state="detached")

    # The outcome arrives without a reload, and once.
    van.locator("[name=collection_status]").get_by_text(
        "paid with Visa •••• 4242"
    ).wait_for()
    van.shot("day-4-paid")
    assert [row["state"] for row in scene.attempts(server, customer["id"])] == ["paid"]
    (invoice,) = scene.invoices(server, customer["id"])

    # The board shows the finished job with its outcome; the accountant reaches it.
    van.open(BOARD)
    card.get_by_text("paid with Visa •••• 4242").wait_for()
    van.shot("day-5-board")
    desk = desktop(server, "accountant")
    desk.open(f"{INVOICES}/{invoice['id']}")
    desk.locator("button[name=action_view_collection_jobs]").click()
    desk.get_by_text("1 × Network check").wait_for()
    assert desk.console_errors == []


def test_whose_card_is_declined_pays_with_another_one_and_everyone_sees_it(
    server, company, phone, desktop
):
    customer = company["customers"]["Dara Dental"]
    van = phone(server, "technician")
    van.open(f"{JOB}/{customer['job']}")
    van.locator("button[name=action_open_complete]").click()
    van.locator(".modal button", has_text="Complete and charge").click()
    status = van.locator("[name=collection_status]")
    status.get_by_text("not paid: Visa •••• 4242 was declined").wait_for()
    van.shot("decline-1-technician")

    # The customer reads which card failed, and pays with another one.
    mail = server.wait_mail(to=customer["email"], subject="Payment of $330.00 failed")
    assert "Visa •••• 4242" in mail.html.replace("&nbsp;", "\xa0")
    (link,) = [link for link in mail.links if "/pay/" in link]
    visitor = phone(server)
    visitor.open(link)
    visitor.locator("#customer_input").wait_for()
    visitor.shot("decline-2-page")
    letter = desktop(server)
    letter.set_content(mail.html)
    letter.shot("decline-2-mail")

    # The board and the office's list show the decline, and wait for what comes.
    board = desktop(server, "technician")
    board.open(BOARD)
    card = board.locator(".o_kanban_record", has_text="Dara Dental")
    card.get_by_text("was declined").wait_for()
    office = desktop(server, "dispatcher")
    office.open(JOB)
    row = office.locator(".o_data_row", has_text="Dara Dental")
    row.get_by_text("Not paid").wait_for()

    visitor.fill("#customer_input", "5555 5555 5555 4444")
    visitor.get_by_role("button", name="Agree, save and pay $330.00").click()
    visitor.get_by_text("$330.00 paid").first.wait_for()
    visitor.shot("decline-3-paid")

    # All screens follow by themselves, and accounting finds both charges.
    status.get_by_text("330.00 paid with").wait_for()
    card.get_by_text("330.00 paid with").wait_for()
    row.get_by_text("Paid", exact=True).wait_for()
    desk = phone(server, "accountant")
    (invoice,) = scene.invoices(server, customer["id"])
    desk.open(f"{INVOICES}/{invoice['id']}")
    desk.get_by_role("tab", name="Collection").click()
    why = desk.locator("[name=collection_explanation]")
    why.get_by_text("was declined on").wait_for()
    why.get_by_text("Nothing more to do: the invoice is paid.").wait_for()
    states = [row["state"] for row in scene.attempts(server, customer["id"])]
    assert states == ["declined", "paid"]
    for page in (van, board, office, desk):
        check_width(page)
        assert page.console_errors == []


AT_THE_DOOR = """
env["res.partner"].browse(customer).collection_policy_id = env.ref(
    "paycollect_fsm.policy_cod"
)
env["account.journal"].create({"name": "Cash", "type": "cash", "code": "DOOR"})
result = True
"""
A_LINK = """
move = env["account.move"].browse(invoice)
links = env["paycollect.link"]
result = links._issue(move.partner_id, "invoice", **move._get_link_values())
"""


def test_the_technician_is_paid_at_the_door_in_cash_and_by_qr_code(
    server, company, phone
):
    customer = company["customers"]["Cody Cafe"]
    server.run(AT_THE_DOOR, customer=customer["id"])
    van = phone(server, "technician")
    van.open(f"{JOB}/{customer['job']}")
    van.locator("button[name=action_open_complete]").click()
    van.locator(".modal button", has_text="Complete Job").click()
    van.locator("button[name=action_take_payment]").click()
    dialog = van.locator(".modal .o_paycollect_take")
    dialog.get_by_text("330.00").wait_for()
    van.shot("door-1-ways")

    # Cash for a part of it, with change.
    dialog.get_by_text("Cash", exact=True).click()
    dialog.locator("[name=amount] input").fill("100")
    dialog.locator("[name=tendered] input").fill("120")
    dialog.locator("[name=tendered] input").press("Tab")
    dialog.locator("[name=change_text]", has_text="20.00").wait_for()
    van.shot("door-2-cash")
    van.locator(".modal button", has_text="Take $100.00").click()
    outcome = van.locator(".o_paycollect_door")
    outcome.get_by_text("received in cash").wait_for()
    van.shot("door-3-received")

    # The customer scans the code for the rest; the screen turns green by itself.
    outcome.get_by_role("button", name="Take the Rest").click()
    dialog.get_by_text("230.00").wait_for()
    dialog.get_by_text("QR code", exact=True).click()
    van.locator(".modal button", has_text="Show QR Code").click()
    outcome.locator("img.o_paycollect_code").wait_for()
    van.shot("door-4-code")
    (invoice,) = scene.invoices(server, customer["id"])
    visitor = phone(server)
    visitor.open(server.run(A_LINK, invoice=invoice["id"]))
    visitor.fill("#customer_input", "4242 4242 4242 4242")
    visitor.get_by_role("button", name="Pay $230.00").click()
    van.locator(".o_paycollect_door[data-state=done]").wait_for()
    outcome.get_by_text("230.00 paid").wait_for()
    van.shot("door-5-green")
    outcome.get_by_role("button", name="Done").click()
    van.locator(".modal").wait_for(state="detached")
    van.locator("[name=collection_state]").get_by_text("Paid").wait_for()
    van.locator("button[name=action_take_payment]").wait_for(state="detached")
    (invoice,) = scene.invoices(server, customer["id"])
    assert (invoice["amount_residual"], invoice["payments"]) == (0, 2)
    check_width(van)
    assert van.console_errors == []


def test_an_estimate_is_accepted_with_a_deposit_done_charged_and_partly_refunded(
    server, company, phone
):
    customer = company["customers"]["Mia Motors"]
    vals = {"location": customer["location"], "visit": company["visit"]}
    estimate = server.run(stages_story.ESTIMATE, customer=customer["id"], **vals)
    visitor = phone(server)
    stages_story.accept_and_pay(visitor, estimate)
    [deposit] = stages_story.wait_for_invoices(server, customer["id"], 1)
    assert (deposit["amount_total"], deposit["amount_residual"]) == (99, 0)
    van = phone(server, "technician")
    stages_story.do_the_job(van, server, company, estimate["id"])
    _deposit, invoice = stages_story.wait_for_invoices(server, customer["id"], 2)
    assert (invoice["amount_total"], invoice["amount_residual"]) == (242, 0)
    [attempt] = scene.attempts(server, customer["id"])
    assert (attempt["trigger"], attempt["state"]) == ("completion", "paid")
    desk = phone(server, "accountant")
    stages_story.refund_a_part(desk, invoice["id"])
    for subject in ("Receipt", "Your refund"):
        server.wait_mail(to=customer["email"], subject=subject)
    for page in (visitor, van, desk):
        check_width(page)
        assert page.console_errors == []

    # The books, line by line.
    books = stages_story.read_books(server, customer["id"])
    assert books == stages_story.BOOKED
    assert stages_story.get_balances(books) == {
        "asset_current": 291,  # 99 + 242 - 50
        "asset_receivable": 0,
        "income": -264.55,
        "tax": -26.45,
    }


@pytest.mark.parametrize("window", ["desktop", "phone"])
def test_the_manager_stops_and_resumes_charging(server, company, window, request):
    boss = request.getfixturevalue(window)(server, "controller")
    boss.open(ATTEMPTS)
    boss.get_by_role("button", name="Stop Charging").click()
    boss.locator(".modal [name=reason] input").fill("Prices were wrong")
    boss.locator(".modal button[name=action_stop]").click()
    boss.locator(".modal").wait_for(state="detached")
    banner = boss.locator(".o_paycollect_stopped")
    banner.get_by_text("Prices were wrong").wait_for()
    check_width(boss)
    boss.shot(f"story-stop-{window}")
    banner.get_by_role("button", name="Resume Charging").click()
    boss.locator(".modal", has_text="Prices were wrong").wait_for()
    boss.locator(".modal button[name=action_resume]").click()
    boss.locator(".modal").wait_for(state="detached")
    banner.wait_for(state="detached")
    assert server.sql("SELECT id FROM paycollect_stop WHERE resumed_at IS NULL") == []
    assert boss.console_errors == []
