# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Stripe accepts what we send: the stand-in rejects every parameter that is not in the
types of Stripe's own package, and every key reused with other parameters.
"""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import stripe_scene
from stripe_stand_in.client import Process

REFUND = """
transaction = env["payment.transaction"].browse(transaction_id)
refund = transaction._refund(100)
refund._send_refund_request()  # once more: the same key
result = [refund.state, transaction._refund(30).state]
"""
HOLD = """
token = env["payment.token"].browse(token_id)

def hold():
    transaction = env["payment.transaction"].create({
        "provider_id": token.provider_id.id, "token_id": token.id,
        "payment_method_id": token.payment_method_id.id,
        "amount": 500, "currency_id": env.company.currency_id.id,
        "partner_id": token.partner_id.id, "operation": "offline",
    })
    request = {**transaction.collection_request, "capture_method": "manual"}
    transaction.collection_request = request
    transaction._charge_with_token()
    return transaction

part, none = hold(), hold()
result = [part.state, part._capture(420).state, none._void().state]
"""
CARD = "result = env.ref('payment.payment_method_card').id"
METHOD_PAGE = """
partner = env["res.partner"].browse(partner_id)
result = env["paycollect.link"]._issue(partner, "method")
"""


@pytest.fixture(scope="module")
def shop(module_lab, tmp_path_factory):
    with Process(state_dir=tmp_path_factory.mktemp("stripe")) as stripe:
        yield stripe_scene.open_shop(
            module_lab,
            stripe,
            tmp_path_factory.mktemp("orders"),
            {
                "rosa": ["succeed"],
                "nora": ["succeed"],
                "otto": [{"kind": "bank", "outcome": "succeed"}],
                "nina": ["succeed"],
            },
        )


def test_refunds_are_taken_once_each(shop):
    customer = shop["rosa"]
    customer.complete()
    customer.wait_state("paid")
    (transaction,) = customer.transactions()
    states = shop.server.run(REFUND, transaction_id=transaction["id"])
    assert states == ["done", "done"]
    amounts = [refund["amount"] for refund in shop.stripe.objects(kind="refund")]
    assert sorted(amounts) == [3000, 10000]


def test_part_of_a_hold_is_captured_and_another_is_released(shop):
    customer = shop["nora"]
    states = shop.server.run(HOLD, token_id=customer.tokens[0])
    assert states == ["authorized", "done", "cancel"]
    assert customer.captured() == 42000
    statuses = [
        one["status"] for one in shop.stripe.intents(customer=customer.reference)
    ]
    assert sorted(statuses) == ["canceled", "succeeded"]


def test_a_bank_debit_settles_days_later(shop):
    customer = shop["otto"]
    customer.complete()
    customer.wait_state("settling")
    customer.assert_open()
    (intent,) = shop.stripe.intents(customer=customer.reference)
    assert intent["payment_method_types"] == ["us_bank_account"]
    shop.stripe.settle(intent=intent["id"])
    customer.wait_state("paid")
    customer.assert_paid_once()


def test_two_clicks_at_once_make_one_customer(shop):
    server = shop.server
    customer = shop["nina"]
    archive = "UPDATE payment_token SET active = false WHERE id = %s"
    server.sql(archive, customer.tokens)
    link = server.run(METHOD_PAGE, partner_id=customer.id)
    page = requests.get(link, timeout=30).text
    (mark,) = re.findall(r'data-access-token="(\w+)"', page)
    params = {
        "provider_id": shop.provider,
        "payment_method_id": shop.server.run(CARD),
        "flow": "direct",
        "token_id": None,
        "tokenization_requested": True,
        "landing_route": "/pay/done",
        "is_validation": True,
        "access_token": mark,
    }

    def click(_number):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        response = requests.post(f"{link}/transaction", json=body, timeout=30)
        answer = response.json()
        assert "result" in answer, answer["error"]["data"]["debug"]
        return answer["result"]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(click, range(4)))
    assert all(answer.get("client_secret") for answer in answers), answers
    ours = [
        one["id"]
        for one in shop.stripe.objects(kind="customer")
        if one["metadata"].get("paycollect_partner") == str(customer.id)
    ]
    assert len(ours) == 1
    setups = [
        one
        for one in shop.stripe.objects(kind="setup_intent")
        if one["customer"] == ours[0]
    ]
    assert len(setups) == 4
    rows = server.sql(
        "SELECT reference FROM paycollect_provider_customer WHERE partner_id = %s",
        [customer.id],
    )
    assert [row["reference"] for row in rows] == ours
