# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A bank requires confirmation of a payment: the customer confirms on a phone."""

import pytest
import scene
import stripe_scene
from paycollect_setup.waiting import wait_equal, wait_until
from stripe_scene import CENTS
from stripe_stand_in.client import Process

STRIPE_JS = "https://js.stripe.com/"
# Replaces Stripe's script: confirms at Stripe and returns the result.
STRIPE_STUB = """
window.Stripe = (key) => ({
    confirmCardPayment: async (secret, data) =>
        window.confirmAtStandIn(key, secret, data.payment_method),
});
"""
MAKE_CAREFUL = """
UPDATE payment_token SET payment_details = '3184', demo_simulated_state = 'error'
 WHERE demo_simulated_state IS NOT NULL
"""
OTHERS = ("Rosa Diner", "Nora Networks", "Otto Office")


def fits(page):
    """Return whether the page fits the width of a phone's screen."""
    return page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


def wait_link(server, email):
    """Return the link from the email that asks for confirmation."""
    mail = server.wait_mail(to=email, subject="Please confirm your payment")
    assert "Your bank needs you to confirm this payment" in mail.html
    (link,) = [link for link in mail.links if "/pay/" in link]
    # It works once the transaction that sent it is committed.
    sent = "SELECT 1 FROM paycollect_message WHERE state = 'sent' AND address = %s"
    wait_until(lambda: server.sql(sent, [email]), "the commit of the email")
    return link


@pytest.fixture(scope="module")
def shop(module_lab, tmp_path_factory):
    customers = {"ruth": ["authenticate"], "nina": ["authenticate"]}
    with Process(state_dir=tmp_path_factory.mktemp("stripe")) as stripe:
        yield stripe_scene.open_shop(
            module_lab, stripe, tmp_path_factory.mktemp("orders"), customers, OTHERS
        )


@pytest.fixture(scope="module")
def server(shop):
    shop.server.sql(MAKE_CAREFUL)
    return shop.server


@pytest.fixture(scope="module")
def company(shop):
    return shop.company


def complete(server, customer):
    server.rpc("technician", "technician")(
        "fsm.order", "action_complete", [customer["job"]]
    )


def test_a_customer_refuses_by_mistake_then_confirms_and_gets_the_receipt(
    server, company, phone
):
    customer = company["customers"]["Rosa Diner"]
    complete(server, customer)
    page = phone(server)
    page.open(wait_link(server, customer["email"]))
    page.get_by_role("heading", name="Confirm your payment").wait_for()
    words = page.inner_text(".o_paycollect_card")
    for expected in ("Visa •••• 3184", "330.00", "You haven't been charged yet."):
        assert expected in words
    assert fits(page)
    page.shot("authenticate-1-page")

    page.get_by_role("button", name="Confirm payment").click()
    page.get_by_role("heading", name="Your bank").wait_for()
    assert fits(page)
    page.shot("authenticate-2-bank")
    page.get_by_role("button", name="No, decline").click()
    page.get_by_text("nothing was charged").wait_for()
    assert fits(page)
    page.shot("authenticate-3-refused")

    page.get_by_role("button", name="Confirm payment").click()
    page.get_by_role("button", name="Yes, confirm").click()
    page.get_by_role("heading", name="Thank you for your payment").wait_for()
    assert fits(page)
    page.shot("authenticate-4-paid")
    server.wait_mail(to=customer["email"], subject="Receipt")
    (invoice,) = scene.invoices(server, customer["id"])
    assert (invoice["payment_state"], invoice["amount_residual"]) == ("paid", 0)
    assert (invoice["payments"], invoice["reconciled"]) == (1, 1)
    assert [row["state"] for row in scene.attempts(server, customer["id"])] == ["paid"]
    assert page.console_errors == []


def test_the_page_is_used_with_the_keyboard_alone(server, company, desktop):
    customer = company["customers"]["Nora Networks"]
    complete(server, customer)
    page = desktop(server)
    page.open(wait_link(server, customer["email"]))
    button = page.get_by_role("button", name="Confirm payment")
    button.wait_for()
    page.wait_for_load_state("networkidle")
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your bank").wait_for()
    page.keyboard.press("Enter")  # the focus is on "Yes, confirm"
    page.get_by_role("heading", name="Thank you for your payment").wait_for()
    assert page.console_errors == []


def open_page(shop, customer, phone, agrees):
    """Open the page; Stripe's script is replaced by calls to the stand-in."""
    page = phone(shop.server)

    def confirm(key, secret, method):
        assert key == "pk_test_stand_in"
        intent_id = secret.partition("_secret_")[0]
        shop.stripe.confirm(intent=intent_id, payment_method=method)
        intent = shop.stripe.authenticate(intent=intent_id, success=agrees.pop(0))
        if intent["status"] == "succeeded":
            return {"paymentIntent": {"status": "succeeded"}}
        return {"error": {"message": intent["last_payment_error"]["message"]}}

    page.expose_function("confirmAtStandIn", confirm)
    page.stub(STRIPE_JS, STRIPE_STUB)
    page.open(wait_link(shop.server, customer.email))
    return page


def test_the_payment_that_stripe_declined_is_the_one_that_is_confirmed(shop, phone):
    customer = shop["ruth"]
    customer.complete()
    customer.wait_state("declined")
    (declined,) = customer.transactions()
    page = open_page(shop, customer, phone, [False, True])

    page.get_by_role("button", name="Confirm payment").click()
    page.get_by_text("The customer could not be authenticated").wait_for()
    page.get_by_text("nothing was charged").wait_for()
    assert fits(page)
    customer.assert_open()
    page.get_by_role("button", name="Confirm payment").click()
    page.get_by_role("heading", name="Thank you for your payment").wait_for()

    customer.assert_paid_once()
    (paid,) = customer.transactions()
    assert paid["provider_reference"] == declined["provider_reference"]
    assert len(shop.stripe.intents(customer=customer.reference)) == 1
    assert page.console_errors == []


def test_the_page_waits_while_the_answer_is_booked_elsewhere(
    server, company, phone, lab
):
    customer = company["customers"]["Otto Office"]
    complete(server, customer)
    page = phone(server)
    page.open(wait_link(server, customer["email"]))
    page.get_by_role("button", name="Confirm payment").click()
    yes = page.get_by_role("button", name="Yes, confirm")
    yes.wait_for()
    worker = lab.connect(server.db)
    worker.cursor().execute(
        "SELECT id FROM paycollect_attempt WHERE partner_id = %s FOR UPDATE",
        [customer["id"]],
    )
    yes.click()
    page.wait_for_timeout(1000)
    paid = page.get_by_role("heading", name="Thank you for your payment")
    assert not paid.is_visible()
    worker.rollback()
    worker.close()
    paid.wait_for()
    (attempt,) = scene.attempts(server, customer["id"])
    assert attempt["state"] == "paid"


def test_a_new_card_closes_what_could_still_be_confirmed(shop, phone):
    customer = shop["nina"]
    customer.complete()
    customer.wait_state("declined")
    (declined,) = customer.transactions()
    page = open_page(shop, customer, phone, [])
    # Meanwhile the accountant charges a card that needs no confirmation.
    shop.stripe.set_outcome(
        payment_method=customer.stored[0]["payment_method"], outcomes=["succeed"]
    )
    customer.collect_now()
    customer.wait_state("declined", "paid")
    customer.assert_paid_once()
    (old,) = [
        intent
        for intent in shop.stripe.intents(customer=customer.reference)
        if intent["id"] == declined["provider_reference"]
    ]
    assert old["status"] == "canceled"
    page.get_by_role("button", name="Confirm payment").click()
    page.get_by_role("heading", name="Thank you for your payment").wait_for()
    wait_equal(customer.captured, CENTS, "what was taken")
