# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Booked, done, paid: the whole story in a real browser, on a real server."""

import datetime

import pytest
import scene
from paycollect_setup.waiting import wait_equal

WAITING_JOBS = "SELECT method_name, eta FROM queue_job WHERE eta IS NOT NULL"
SALE = "/odoo/action-sale.action_quotations_with_onboarding"
JOB = "/odoo/action-fieldservice.action_fsm_operation_order"
INVOICE = "/odoo/action-account.action_move_out_invoice_type"


@pytest.fixture(scope="module")
def server(module_lab):
    return module_lab.make_server()


@pytest.fixture(scope="module")
def company(server):
    return scene.open_company(
        server,
        {
            "Rosa Diner": {},
            "Nora Networks": {"collection_require_po": True, "has_card": True},
        },
    )


def book(server, company, customer, **values):
    """Create a quotation for one visit as the dispatcher."""
    call = server.rpc("dispatcher", "dispatcher")
    line = {"product_id": company["visit"], "product_uom_qty": 1}
    vals = {
        "partner_id": customer["id"],
        "fsm_location_id": customer["location"],
        "order_line": [(0, 0, line)],
        **values,
    }
    return call("sale.order", "create", [vals])


def badge(page):
    return page.locator(".o_field_widget[name=collection_readiness]").first


def confirm(page, order):
    page.open(f"{SALE}/{order}")
    page.locator("button[name=action_confirm]:visible").first.click()
    page.locator(".o_arrow_button_current", has_text="Sales Order").wait_for()


def fits(page):
    """Return whether the page fits the width of a phone's screen."""
    return page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


def test_a_booked_job_is_paid_within_a_minute_of_its_completion(
    server, company, desktop, phone
):
    customer = company["customers"]["Rosa Diner"]

    # The dispatcher books the job and sees that it cannot be collected yet.
    order = book(server, company, customer)
    office = desktop(server, "dispatcher")
    confirm(office, order)
    assert badge(office).inner_text() == "No payment method"
    office.shot("story-1-method-missing")
    office.locator("button[name=action_request_payment_method]").click()
    office.locator(".modal button[name=action_send]:visible").click()
    office.get_by_text("is being sent to").wait_for()

    # The customer opens the link on a phone, without a login, and adds a card.
    mail = server.wait_mail(to=customer["email"], subject="Add a payment method")
    (link,) = [link for link in mail.links if "/pay/" in link]
    customer_phone = phone(server)
    customer_phone.open(link)
    assert fits(customer_phone)
    customer_phone.locator("#customer_input").wait_for()
    customer_phone.shot("story-2-customer-link")
    customer_phone.fill("#customer_input", "4242 4242 4242 4242")
    customer_phone.get_by_role("button", name="Agree and save").click()
    customer_phone.get_by_text("You're all set").wait_for()
    assert "Visa •••• 4242" in customer_phone.inner_text(".o_paycollect_saved")
    assert fits(customer_phone)
    customer_phone.shot("story-3-card-added")

    # The dispatcher sees it and assigns the technician.
    office.reload()
    wait_equal(lambda: badge(office).inner_text(), "Ready to collect", "the badge")
    office.shot("story-4-ready")
    (job,) = server.rpc("dispatcher", "dispatcher")(
        "fsm.order", "search", [[("sale_id", "=", order)]]
    )
    office.open(f"{JOB}/{job}")
    office.locator("[name=person_id] input").fill("Tess")
    office.get_by_role("option", name="Tess Technician").click()
    office.locator(".o_form_button_save").click()
    office.locator(".o_form_saved").wait_for()
    office.shot("story-5-assigned")

    # The technician adds what was used on site and completes the job.
    van = phone(server, "technician")
    van.open(f"{JOB}/{job}")
    van.get_by_role("tab", name="Extras").click()
    van.shot("story-6-technician")
    van.locator(".o-kanban-button-new").click()
    extra = van.locator(".modal")
    extra.locator("[name=product_id] input").click()
    van.locator(".modal .o_kanban_record", has_text="Patch cable").click()
    extra.locator("[name=quantity] input").fill("2")
    extra.locator("[name=name] input").click()
    extra.get_by_text("22.00").wait_for()
    van.shot("story-6-extra")
    extra.get_by_role("button", name="Save & Close").click()
    van.locator("[name=collection_line_ids]").get_by_text("Patch cable").wait_for()
    assert fits(van)
    van.locator("button[name=action_open_complete]").click()
    summary = van.locator(".modal")
    summary.get_by_text("352.00").first.wait_for()
    words = summary.inner_text()
    for expected in (
        "Rosa Diner",
        "Network check",
        "330.00",
        "Patch cable",
        "22.00",
        "The customer's payment method on file will be charged now.",
    ):
        assert expected in words
    assert fits(van)
    van.shot("story-7-summary")
    summary.get_by_role("button", name="Complete and charge $352.00").click()

    # The outcome appears on the phone without a reload.
    status = van.locator("[name=collection_status]")
    status.get_by_text("352.00 paid with Visa •••• 4242.").wait_for()
    waited = datetime.datetime.now(datetime.UTC) - booked_on(server, customer)
    print(f"\nThe phone showed it {waited.total_seconds():.1f} s after the booking.")

    # Without any further action, the receipt arrives automatically.
    receipt = server.wait_mail(to=customer["email"], subject="Receipt")
    latency = receipt.arrived - completed_on(server, job)
    print(f"\nThe receipt came {latency.total_seconds():.1f} s after completion.")
    # Each step follows immediately: no job waits for a scheduled time. The duration
    # of the steps depends on the machine, see setup/bench.
    assert server.sql(WAITING_JOBS) == []
    for expected in (
        "$352.00",
        "Network check",
        "Patch cable",
        "Visa •••• 4242",
        "Tess Technician",
    ):
        assert expected in receipt.html.replace("&nbsp;", "\xa0")
    assert [mail.subject for mail in server.catcher.find(to=customer["email"])] == [
        "Add a payment method for Acme IT Support (S00001)",
        "Payment method saved with Acme IT Support: Visa •••• 4242",
        receipt.subject,
    ]

    # The books: posted, paid, and the payment is reconciled.
    (invoice,) = scene.invoices(server, customer["id"])
    assert invoice["name"] in receipt.subject
    assert (invoice["state"], invoice["payment_state"]) == ("posted", "paid")
    assert (invoice["amount_total"], invoice["amount_residual"]) == (352, 0)
    assert (invoice["payments"], invoice["reconciled"]) == (1, 1)
    assert [row["state"] for row in scene.attempts(server, customer["id"])] == ["paid"]

    # The technician sees that it is paid; the accountant sees why.
    van.locator("[name=collection_state]", has_text="Paid").wait_for()
    van.shot("story-8-paid")
    desk = desktop(server, "accountant")
    desk.open(f"{INVOICE}/{invoice['id']}")
    desk.get_by_role("tab", name="Collection").click()
    why = desk.locator("[name=collection_explanation]")
    why.get_by_text("was paid with Visa •••• 4242").wait_for()
    why.get_by_text("Nothing more to do: the invoice is paid.").wait_for()
    desk.locator("[name=collection_attempt_ids] tr", has_text="Paid").wait_for()
    desk.shot("story-9-why")
    for page in (office, customer_phone, van, desk):
        assert page.console_errors == []


def completed_on(server, job):
    (row,) = server.sql("SELECT completed_on FROM fsm_order WHERE id = %s", [job])
    return row["completed_on"].replace(tzinfo=datetime.UTC)


def booked_on(server, customer):
    """Return when the transaction that booked the payment began."""
    query = "SELECT create_date FROM account_payment WHERE partner_id = %s"
    (row,) = server.sql(query, [customer["id"]])
    return row["create_date"].replace(tzinfo=datetime.UTC)


def test_a_customer_on_terms_gets_the_invoice_and_is_not_charged(
    server, company, phone
):
    customer = company["customers"]["Nora Networks"]
    order = book(server, company, customer, client_order_ref="PO-77")
    call = server.rpc("dispatcher", "dispatcher")
    call("sale.order", "action_confirm", [order])
    (job,) = call("fsm.order", "search", [[("sale_id", "=", order)]])
    call("fsm.order", "write", [job, {"person_id": company["worker"]}])
    server.rpc("technician", "technician")("fsm.order", "action_complete", [job])

    mail = server.wait_mail(to=customer["email"], subject="Invoice")
    (invoice,) = scene.invoices(server, customer["id"])
    assert mail.subject == f"Invoice {invoice['name']} from Acme IT Support"
    assert "330.00" in mail.html
    assert "Paying by check?" in mail.html
    assert "Lockbox 12, Springfield" in mail.html
    (link,) = [link for link in mail.links if "/my/invoices/" in link]
    page = phone(server)
    page.open(link)
    page.get_by_text("330.00").first.wait_for()
    page.get_by_text("Pay Now").first.wait_for()
    page.shot("story-10-invoice-on-terms")
    assert page.console_errors == []

    assert invoice["payment_state"] == "not_paid"
    assert invoice["payments"] == 0
    assert scene.attempts(server, customer["id"]) == []
    assert [mail.subject for mail in server.catcher.find(to=customer["email"])] == [
        "Payment method saved with Acme IT Support: Visa •••• 4242",
        mail.subject,
    ]


def test_a_prepaid_job_is_paid_through_the_link_before_anyone_drives_there(
    server, company, desktop, phone
):
    customer = company["customers"]["Rosa Diner"]
    server.run(
        "policy = env.ref('paycollect_fsm.policy_prepaid')\n"
        "env['res.partner'].browse(customer).collection_policy_id = policy\n"
        "result = True",
        customer=customer["id"],
    )
    order = book(server, company, customer)
    office = desktop(server, "dispatcher")
    office.open(f"{SALE}/{order}")
    assert badge(office).inner_text() == "Payment due"
    office.get_by_text("This order cannot be confirmed yet.").wait_for()
    office.locator("button[name=action_send_payment_link]").click()
    office.locator(".modal").wait_for()
    office.shot("prepaid-1-dialog")
    office.locator(".modal button[name=action_send]:visible").click()
    office.get_by_text("is being sent to").wait_for()
    office.get_by_text("by email, not opened yet").wait_for()
    office.shot("prepaid-2-requested")

    mail = server.wait_mail(to=customer["email"], subject="Please pay")
    (link,) = [link for link in mail.links if "/pay/" in link]
    customer_phone = phone(server)
    customer_phone.open(link)
    customer_phone.locator("#customer_input").wait_for()
    assert fits(customer_phone)
    customer_phone.shot("prepaid-3-page")
    customer_phone.fill("#customer_input", "4242 4242 4242 4242")
    customer_phone.get_by_role("button", name="Pay $330.00").click()
    customer_phone.get_by_text("Thank you for your payment").wait_for()
    customer_phone.shot("prepaid-4-paid")

    office.reload()
    wait_equal(lambda: badge(office).inner_text(), "Prepaid", "the badge")
    office.locator(".o_arrow_button_current", has_text="Sales Order").wait_for()
    office.shot("prepaid-5-ready")
