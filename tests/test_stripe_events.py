# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What Stripe does on its own reaches the books, on a real server with the stand-in.

Each test has its own customer on one server, named after it.
"""

import pytest
import stripe_scene
from paycollect_setup.waiting import wait_equal, wait_until
from stripe_scene import TOTAL
from stripe_stand_in.client import Process

CUSTOMERS = {
    "missed": ["succeed"],
    "disputed": ["succeed"],
    "refunded": ["succeed"],
    "returned": [{"kind": "bank", "outcome": "succeed"}],
    "renewed": ["succeed"],
}


@pytest.fixture(scope="module")
def shop(module_lab, tmp_path_factory):
    with Process(state_dir=tmp_path_factory.mktemp("stripe")) as stripe:
        yield stripe_scene.open_shop(
            module_lab, stripe, tmp_path_factory.mktemp("orders"), CUSTOMERS
        )


@pytest.fixture
def paid(shop):
    """Complete this customer's job, which gets paid; return it and the intent."""

    def complete(name):
        customer = shop[name]
        customer.complete()
        wait_until(
            lambda: {"paid", "settling"} & set(customer.states()),
            f"the charge of {name}",
            seen=customer.states,
        )
        if customer.states() == ["settling"]:  # a bank debit: days later
            (intent,) = shop.stripe.intents(customer=customer.reference)
            shop.stripe.settle(intent=intent["id"], outcome="succeed")
        customer.wait_state("paid")
        (transaction,) = customer.transactions()
        return customer, transaction["provider_reference"]

    return complete


def wait_invoice(customer, payment_state, residual):
    def get():
        invoice = customer.invoice()
        return invoice["payment_state"], invoice["amount_residual"]

    wait_equal(get, (payment_state, residual), "the invoice")


def read_list(shop):
    """Run the hourly job that reads Stripe's list of events."""
    (cron,) = shop.server.sql(
        "SELECT res_id FROM ir_model_data WHERE name = 'cron_fetch_missed'"
    )
    shop.rpc("admin")("ir.cron", "method_direct_trigger", [cron["res_id"]])
    shop.wait_jobs()


def test_a_success_whose_answer_and_webhook_were_lost_is_read_from_the_list(shop):
    customer = shop["missed"]
    shop.stripe.hold(customer=customer.reference)
    customer.fault("drop_after")
    customer.complete()
    customer.wait_state("unknown")
    shop.stripe.drop(customer=customer.reference)
    read_list(shop)
    customer.wait_state("paid")
    customer.assert_paid_once()
    (event,) = customer.events("payment_intent.succeeded")
    assert (event["source"], event["state"]) == ("list", "done")
    read_list(shop)
    customer.assert_paid_once()


def test_a_dispute_opens_the_invoice_and_the_one_that_is_won_closes_it(shop, paid):
    customer, intent = paid("disputed")
    dispute = shop.stripe.dispute(intent=intent)
    wait_invoice(customer, "not_paid", TOTAL)
    assert customer.collect_now()["params"]["type"] == "warning"
    shop.stripe.close_dispute(dispute=dispute["id"], status="won")
    wait_invoice(customer, "paid", 0)
    shop.wait_jobs()
    assert customer.states() == ["paid"]
    assert len(customer.asked()) == 1


def test_a_refund_in_stripes_dashboard_is_booked_once_and_nothing_is_charged(
    shop, paid
):
    customer, intent = paid("refunded")
    shop.stripe.duplicate(copies=2)
    try:
        shop.stripe.refund(intent=intent)
        wait_until(
            lambda: [tx for tx in customer.transactions() if tx["amount"] == -TOTAL],
            "the refund",
            seen=customer.transactions,
        )
        shop.wait_jobs()
    finally:
        shop.stripe.duplicate(copies=1)
    refunds = [tx for tx in customer.transactions() if tx["operation"] == "refund"]
    assert len(refunds) == 1
    assert refunds[0]["payment_id"]
    assert "Create the credit note for a refund" in customer.activities()
    shop.sweep()
    assert len(customer.asked()) == 1


def test_a_debit_that_the_bank_returns_after_success_is_presented_again(shop, paid):
    customer, intent = paid("returned")
    shop.stripe.return_debit(intent=intent, cause="insufficient_funds")
    customer.wait_state("declined", "planned")
    wait_invoice(customer, "not_paid", TOTAL)
    (returned, _planned) = customer.attempts()
    assert returned["decline_code"] in ("R01", "insufficient_funds")


def test_a_card_is_renewed_and_then_removed_at_stripe(shop):
    customer = shop["renewed"]
    method = customer.stored[0]["payment_method"]

    def token():
        (row,) = shop.server.sql(
            "SELECT * FROM payment_token WHERE id = %s", customer.tokens[:1]
        )
        return row

    shop.stripe.update_card(payment_method=method, last4="1881", exp_year=2041)
    wait_equal(lambda: token()["payment_details"], "1881", "the card")
    assert token()["expiry_date"].year == 2041
    shop.stripe.detach(payment_method=method)
    wait_equal(lambda: token()["active"], False, "whether the card is active")
