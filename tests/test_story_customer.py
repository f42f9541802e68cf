# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The customer's day in a real browser, and whether everybody can use its pages."""

import re

import pytest
import scene
from accessibility import find_barriers, find_overflow
from customer_pages import NO_PAGES, get_pages, read_routes
from customer_scene import offer_plan, open_customers
from paycollect_setup.browser import DESKTOP, PHONE

CHECKS = "/odoo/action-paycollect_portal.action_paycollect_check_notice"
DISPUTES = "/odoo/action-paycollect_portal.action_paycollect_dispute"
REQUESTS = "/odoo/action-paycollect_portal.action_paycollect_request"
# Who is on the phone, and who sits at a desk.
WIDTHS = {"phone": "Nora Networks", "desktop": "Dora Design"}
# The page as who reads Arabic gets it: mirrored styles, from right to left.
TURN = """
async href => {
    const styles = document.querySelector("link[href*='web.assets_frontend']");
    const turned = styles.cloneNode();
    turned.href = href;
    await new Promise((resolve, reject) => {
        turned.onload = resolve;
        turned.onerror = reject;
        styles.replaceWith(turned);
    });
    document.documentElement.dir = wrapwrap.dir = "rtl";
    const probe = wrapwrap.appendChild(document.createElement("p"));
    probe.className = "text-end";
    return getComputedStyle(probe).textAlign;
}
"""
MIRRORED = re.compile(r"/web/assets/[^\"]*web\.assets_frontend\.rtl[^\"]*\.css")


@pytest.fixture(scope="module")
def server(module_lab):
    return module_lab.make_server()


@pytest.fixture(scope="module")
def company(server):
    return open_customers(server, WIDTHS.values())


@pytest.fixture
def visit(server, company, browser, request):
    """Log the customer in; return the page, the customer and a function that takes
    screenshots."""
    width = request.param
    customer = company["customers"][WIDTHS[width]]
    page = getattr(browser, width)(server, customer["login"])

    def shot(name):
        assert find_overflow(page) == []
        page.shot(f"customer-{width}-{name}")

    yield page, customer, shot
    assert page.console_errors == []


both_widths = pytest.mark.parametrize("visit", WIDTHS, indirect=True)


def tick(page, *names):
    """Tick exactly these invoices."""
    for row in page.locator(".o_paycollect_item:has([name=item]:enabled)").all():
        wanted = any(name in row.inner_text() for name in names)
        row.locator("[name=item]").set_checked(wanted)


def drag(page, method, target):
    """Drag one payment method to the place of another, with the mouse."""
    method.locator(".o_paycollect_handle").hover()
    page.mouse.down()
    place = target.bounding_box()
    page.mouse.move(place["x"] + 20, place["y"] + 5, steps=8)
    page.mouse.up()


def pay(page, amount):
    """Pay with the method on file."""
    page.get_by_role("button", name=f"Pay {amount} with Visa •••• 4242").click()
    page.get_by_text(f"Thank you! You paid {amount}").wait_for()


class TestCustomer:
    @both_widths
    def test_a_customer_pays_an_amount_a_part_and_then_all_that_is_due(
        self, visit, server
    ):
        page, customer, shot = visit
        overdue, _due, today, later, _last = customer["invoices"]
        page.open("/my")
        page.get_by_text("Turn on two-factor authentication").wait_for()
        shot("1-home")
        page.get_by_role("link", name="See and pay").click()
        page.get_by_role("heading", name="Your balance").wait_for()
        shot("2-balance")

        # Another amount goes to the oldest invoice; the page says so beforehand.
        page.fill("[name=amount]", "100")
        page.get_by_role("button", name="Change what I pay").click()
        page.get_by_role("button", name="Pay $100.00 with").wait_for()
        share = page.locator(".o_paycollect_pay .o_paycollect_lines > div").first
        assert share.inner_text().split() == [overdue, "$100.00"]
        shot("3-amount")
        pay(page, "$100.00")

        # A part: one invoice that is due, and one that isn't yet.
        tick(page, today, later)
        page.get_by_role("button", name="Change what I pay").click()
        page.get_by_role("button", name="Pay $275.00 with").wait_for()
        shot("4-part")
        pay(page, "$275.00")
        shot("5-paid")

        # All that is due: what is left of the oldest, and the next.
        pay(page, "$450.00")
        books = scene.invoices(server, customer["id"])
        still_open = [move["name"] for move in books if move["amount_residual"]]
        assert still_open == customer["invoices"][-1:]
        page.open("/my")
        page.get_by_text("See your balance").wait_for()

    @both_widths
    def test_a_customer_adds_a_method_and_orders_them(self, visit, request):
        page, _customer, shot = visit
        methods = page.locator(".o_paycollect_method")
        page.open("/my/methods")
        page.fill("#customer_input", "5555 5555 5555 4444")
        page.get_by_role("button", name="Agree and save").click()
        methods.first.get_by_text("4444").first.wait_for()
        assert "Used first" in methods.first.inner_text()
        assert "Backup 1" in methods.last.inner_text()
        shot("15-methods")
        if page.viewport_size == PHONE["viewport"]:
            page.get_by_role("button", name="Move Visa •••• 4242 up").click()
        else:
            drag(page, methods.last, methods.first)
        methods.first.get_by_text("4242").first.wait_for()
        methods.first.get_by_text("Used first").wait_for()

    @both_widths
    def test_a_customer_turns_autopay_on_skips_one_payment_and_stops(
        self, visit, server
    ):
        page, customer, shot = visit
        page.open("/my/autopay")
        page.get_by_label("Payment method", exact=True).select_option(
            label="Visa •••• 4242"
        )
        page.fill("[name=max_amount]", "500")
        page.get_by_role("button", name="Continue").click()
        page.get_by_text("Each payment is at most $500.00.").wait_for()
        page.get_by_label("I agree to this").check()
        shot("16-agree")
        page.get_by_role("button", name="Agree and turn autopay on").click()
        page.get_by_text("Autopay is on. We've emailed you a copy").wait_for()
        page.get_by_text("Next: $120.00 on").wait_for()
        shot("17-autopay")
        skip = f"Skip this payment of {customer['invoices'][-1]}"
        page.get_by_role("button", name=skip).click()
        page.get_by_text("Skipped. Please pay this one yourself.").wait_for()
        page.get_by_text("Nothing is coming up.").wait_for()
        page.get_by_role("button", name="Turn autopay off").click()
        page.get_by_text("Autopay won't charge anything from now on.").wait_for()
        assert scene.attempts(server, customer["id"]) == []

    @both_widths
    def test_a_customer_announces_a_check_and_gets_a_statement(self, visit):
        page, customer, shot = visit
        page.open("/my/checks")
        page.get_by_role("link", name="Announce a check").first.click()
        page.fill("[name=number]", customer["check"])
        page.fill("[name=amount]", "120")
        page.get_by_label(customer["invoices"][-1]).check()
        shot("6-check")
        page.get_by_role("button", name="Announce check").click()
        page.get_by_text("Thank you! We've noted your check.").wait_for()
        shot("7-checks")
        page.open("/my/balance")
        page.get_by_text("Your check is on the way").wait_for()

        page.open("/my/statement")
        shot("8-statement")
        if page.viewport_size == PHONE["viewport"]:
            return  # the file is the same
        with page.expect_download() as download:
            page.get_by_role("link", name="PDF").click()
        assert download.value.path().read_bytes().startswith(b"%PDF")

    @both_widths
    def test_a_customer_disputes_an_invoice_and_asks_about_a_payment(self, visit):
        page, customer, shot = visit
        invoice = customer["invoices"][1]
        page.open("/my/disputes")
        page.get_by_role("link", name="Dispute an invoice").click()
        page.get_by_role("link", name=invoice).click()
        page.select_option("[name=reason]", "work_not_done")
        page.fill("[name=text]", "Nobody came on Tuesday.")
        shot("9-dispute")
        page.get_by_role("button", name="Send dispute").click()
        page.get_by_text("We'll look into it and email you").wait_for()
        shot("10-disputes")

        page.open("/my/requests")
        page.get_by_role("link", name="Say what a payment was for").click()
        page.select_option("[name=payment]", index=1)
        page.get_by_label(customer["invoices"][-1]).check()
        shot("11-request")
        page.get_by_role("button", name="Send request").click()
        page.get_by_text("We'll look into it and email you").wait_for()
        shot("12-requests")

    def test_the_accountant_receives_the_check_and_answers(
        self, server, company, desktop, phone
    ):
        customer = company["customers"][WIDTHS["phone"]]
        desk = desktop(server, "accountant")
        desk.open(CHECKS)
        desk.get_by_role("cell", name=customer["check"], exact=True).click()
        desk.locator(".o_form_view button[name=action_open_receive]").click()
        desk.locator(".modal button[name=action_receive]").click()
        desk.locator(".o_arrow_button_current", has_text="Received").wait_for()
        desk.shot("customer-13-received")
        self.answer(desk, DISPUTES, "action_reject", "Our technician was there at 9.")
        self.answer(desk, REQUESTS, "action_decline", "Your check pays this invoice.")
        mail = server.wait_mail(
            to=f"{customer['login']}@customer.example.com", subject="Your dispute of"
        )
        assert "Our technician was there at 9." in mail.html

        reader = phone(server, customer["login"])
        for url, words in (
            ("/my/checks", "We've received this check"),
            ("/my/disputes", "Our technician was there at 9."),
            ("/my/requests", "Your check pays this invoice."),
        ):
            reader.open(url)
            reader.get_by_text(words).wait_for()
            reader.shot(f"customer-14-{url.rpartition('/')[2]}")
        assert desk.console_errors == reader.console_errors == []

    def answer(self, desk, url, button, words):
        """Answer the phone customer's record with a dialog."""
        desk.open(url)
        desk.get_by_role("cell", name="Nora").first.click()
        desk.locator(f"button[name={button}]:visible").first.click()
        desk.locator(".modal [name=answer] textarea").fill(words)
        desk.locator(".modal button[name=action_send]:visible").click()
        desk.locator(".modal").wait_for(state="detached")


class TestEverybody:
    """No page has a serious barrier or scrolls sideways, in either direction."""

    @pytest.fixture(scope="class")
    def customer(self, server, company):
        customer = company["customers"][WIDTHS["phone"]]
        offer_plan(server, customer)
        return customer

    @pytest.fixture(scope="class")
    def pages(self, customer):
        return get_pages(customer)

    @pytest.fixture
    def addresses(self, pages):
        return [address for found in pages.values() for address in found]

    def test_every_page_is_listed(self, pages):
        assert set(read_routes()) - NO_PAGES == set(pages) - {"/my"}

    @pytest.fixture(scope="class")
    def mirrored(self, server, customer, chromium):
        """Return the address of the styles for who reads from right to left."""
        page = chromium.phone(server, customer["login"])
        return MIRRORED.search(page.request.get("/ar/my").text())[0]

    def test_no_page_has_a_barrier_or_scrolls_sideways(
        self, server, customer, addresses, mirrored, phone
    ):
        page = phone(server, customer["login"])
        found = []
        for address in addresses:
            self.show(page, address)
            found += [f"{address}: {barrier}" for barrier in find_barriers(page)]
            for width, device in (("phone", PHONE), ("desktop", DESKTOP)):
                page.set_viewport_size(device["viewport"])
                found += [f"{address} ({width}): {w}" for w in find_overflow(page)]
            if page.evaluate(TURN, mirrored) != "left":
                found.append(f"{address}: not mirrored")
            page.set_viewport_size(PHONE["viewport"])
            found += [f"{address} (turned): {wide}" for wide in find_overflow(page)]
        assert not found, "\n".join(found)

    def test_who_reads_arabic_gets_pages_from_right_to_left(
        self, server, customer, mirrored, phone
    ):
        page = phone(server, customer["login"])
        write = server.rpc("admin", "admin")
        write("res.partner", "write", [[customer["id"]], {"lang": "ar_001"}])
        for address in ("/ar/my", "/ar/my/balance", *customer["links"].values()):
            text = page.request.get(address).text()
            assert '<html lang="ar-001" dir="rtl">' in text, address
            assert re.search('id="wrapwrap"[^>]* dir="rtl"', text), address
            assert mirrored in text, address

    def show(self, page, address):
        url, _hash, step = address.partition("#")
        page.open(url)
        if not step:
            return
        form = page.locator("#wrap form[method=post]").last
        if step == "agreed":
            form.locator("[name=agreed]").check()
        form.evaluate("form => form.noValidate = true")
        with page.expect_navigation():
            form.locator("[type=submit]").click()
        done = ".is-invalid" if step == "wrong" else ".alert-success"
        page.locator(done).first.wait_for()
