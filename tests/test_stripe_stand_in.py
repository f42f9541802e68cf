# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The stand-in for Stripe behaves as Stripe says that it does."""

import doctest
import http.server
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import stripe as sdk
from paycollect_setup.waiting import wait_until
from stripe_stand_in import forms
from stripe_stand_in.client import SECRET_KEY, WEBHOOK_SECRET, Client
from stripe_stand_in.server import StandIn

LEGACY = "2019-05-16"
AMOUNT = 33000


@pytest.fixture(scope="module")
def stand_in():
    with StandIn() as stand_in:
        yield stand_in


@pytest.fixture
def provider(stand_in):
    """The stand-in's control; what a test set is undone."""
    client = Client(stand_in.url)
    yield client
    client.clear_faults()
    client.flow()
    client.settings(search_delay=60, latency=0)


@pytest.fixture
def api(stand_in):
    return sdk.StripeClient(
        SECRET_KEY, base_addresses={"api": stand_in.url}, max_network_retries=0
    ).v1


@pytest.fixture
def card(provider):
    return provider.store_card()


def charge_params(stored, **more):
    return {
        "amount": AMOUNT,
        "currency": "usd",
        "customer": stored["customer"],
        "payment_method": stored["payment_method"],
        "confirm": True,
        "off_session": True,
        **more,
    }


def charge(api, stored, key=None, **more):
    options = {"idempotency_key": key} if key else {}
    return api.payment_intents.create(charge_params(stored, **more), options)


def test_the_decoder_of_forms_keeps_its_examples():
    result = doctest.testmod(forms)
    assert result.attempted and not result.failed


# Keys


def test_the_same_key_gives_the_same_answer_and_charges_once(api, provider, card):
    first = charge(api, card, "same")
    second = charge(api, card, "same")
    assert second.id == first.id
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert provider.captured(customer=card["customer"]) == AMOUNT


def test_a_decline_is_remembered_with_its_key(api, provider):
    card = provider.store_card(outcome="insufficient_funds")
    for _try in range(2):
        with pytest.raises(sdk.CardError) as declined:
            charge(api, card, "declined")
        method = card["payment_method"]
        provider.set_outcome(payment_method=method, outcomes=["succeed"])
    assert declined.value.headers["Idempotent-Replayed"] == "true"
    assert provider.captured(customer=card["customer"]) == 0


def test_a_key_with_other_parameters_is_refused(api, card):
    charge(api, card, "other")
    with pytest.raises(sdk.IdempotencyError):
        charge(api, card, "other", description="something else")


def test_a_key_in_use_is_a_conflict(api, provider, card):
    provider.add_fault(kind="delay_after", seconds=1, customer=card["customer"])
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(charge, api, card, "busy")
        wait_until(lambda: provider.captured(customer=card["customer"]))
        with pytest.raises(sdk.APIError) as conflict:
            charge(api, card, "busy")
        assert slow.result().status == "succeeded"
    assert conflict.value.http_status == 409
    assert conflict.value.error.code == "idempotency_key_in_use"


def test_a_key_is_forgotten_after_a_day_and_charges_again(api, provider, card):
    first = charge(api, card, "old")
    provider.age(seconds=23 * 3600)
    assert charge(api, card, "old").id == first.id
    provider.age(seconds=3600)
    assert charge(api, card, "old").id != first.id


def test_a_server_error_is_remembered_with_its_key(api, provider, card):
    provider.add_fault(kind="error_before", customer=card["customer"])
    for _try in range(2):
        with pytest.raises(sdk.APIError):
            charge(api, card, "broken")
    assert provider.captured(customer=card["customer"]) == 0


def test_refused_parameters_leave_no_trace_of_the_key(api, card):
    with pytest.raises(sdk.InvalidRequestError):
        charge(api, card, "mended", amount=1)
    assert charge(api, card, "mended").status == "succeeded"


# Faults


@pytest.mark.parametrize(
    "kind, error, captured",
    [
        ("drop_before", sdk.APIConnectionError, 0),
        ("drop_after", sdk.APIConnectionError, AMOUNT),
        ("error_before", sdk.APIError, 0),
        ("error_after", sdk.APIError, AMOUNT),
        ("lock_timeout", sdk.APIError, 0),
        ("rate_limit", sdk.RateLimitError, 0),
    ],
)
def test_a_fault_hits_one_customer_once(api, provider, card, kind, error, captured):
    other = provider.store_card()
    provider.add_fault(kind=kind, customer=card["customer"])
    assert charge(api, other).status == "succeeded"
    with pytest.raises(error):
        charge(api, card)
    assert provider.captured(customer=card["customer"]) == captured
    assert charge(api, card).status == "succeeded"


def test_what_the_client_gave_up_on_is_executed_later(provider, card, stand_in):
    provider.add_fault(kind="delay_before", seconds=0.6, customer=card["customer"])
    hasty = sdk.StripeClient(
        SECRET_KEY,
        base_addresses={"api": stand_in.url},
        http_client=sdk.RequestsClient(timeout=0.2),
        max_network_retries=0,
    ).v1
    with pytest.raises(sdk.APIConnectionError):
        charge(hasty, card)
    assert not provider.captured(customer=card["customer"])
    wait_until(lambda: provider.captured(customer=card["customer"]) == AMOUNT)


# Requests


@pytest.mark.parametrize(
    "params, code",
    [
        ({"amuont": 5}, "parameter_unknown"),
        ({"shipping": {"address": {"town": "x"}, "name": "x"}}, "parameter_unknown"),
        ({"shipping": {"phone": "1"}}, "parameter_missing"),
        ({"capture_method": "sometimes"}, None),
        ({"payment_method_types": ["card"]}, "parameter_unknown"),
        ({"customer": "cus_nobody"}, "resource_missing"),
        ({"payment_method": "pm_none"}, "resource_missing"),
        ({"amount": 49}, "amount_too_small"),
        ({"confirm": False}, None),  # off_session needs it
        ({"expand": ["favourite_colour"]}, None),
    ],
)
def test_wrong_parameters_are_refused(api, provider, card, params, code):
    with pytest.raises(sdk.InvalidRequestError) as refused:
        charge(api, card, **params)
    assert refused.value.code == code
    assert provider.captured(customer=card["customer"]) == 0


def post(stand_in, path, data, method="POST", version=LEGACY, key=SECRET_KEY):
    """As payment_stripe asks."""
    headers = {"AUTHORIZATION": f"Bearer {key}", "Stripe-Version": version}
    url = f"{stand_in.url}/v1/{path}"
    return requests.request(method, url, data=data, headers=headers, timeout=10)


def test_the_shapes_of_payment_stripe_are_taken_and_answered(stand_in, card):
    data = {
        "amount": AMOUNT,
        "currency": "usd",
        "description": "INV/1",
        "capture_method": "automatic",
        "payment_method_types[]": "card",
        "expand[]": "payment_method",
        "shipping[address][city]": "",
        "shipping[name]": "Customer",
        "confirm": True,
        "customer": card["customer"],
        "off_session": True,
        "payment_method": card["payment_method"],
        "mandate": None,
    }
    intent = post(stand_in, "payment_intents", data).json()
    assert intent["payment_method"]["card"]["last4"] == "4242"
    (listed,) = intent["charges"]["data"]
    assert listed["payment_method_details"]["card"]["brand"] == "visa"
    assert "latest_charge" not in intent
    # a form in the body of GET
    path = f"payment_intents/{intent['id']}"
    found = post(stand_in, path, {"expand[]": "payment_method"}, "GET").json()
    assert found["payment_method"]["id"] == card["payment_method"]
    current = post(stand_in, "payment_intents", data, version=sdk.api_version)
    assert current.json()["error"]["code"] == "parameter_unknown"


def test_a_wrong_key_and_a_wrong_address_are_refused(stand_in):
    assert post(stand_in, "refunds", {}, "GET", key="sk_test_other").status_code == 401
    assert post(stand_in, "unicorns", {}, "GET").status_code == 404


# Cards


@pytest.mark.parametrize(
    "outcome, code, decline_code, network_code",
    [
        ("insufficient_funds", "card_declined", "insufficient_funds", "51"),
        ("stolen_card", "card_declined", "stolen_card", "43"),
        ("expired_card", "expired_card", "expired_card", "54"),
        ("blocked", "card_declined", "fraudulent", None),
        ("authenticate", "authentication_required", "authentication_required", None),
    ],
)
def test_a_declined_card_says_why(
    api, provider, outcome, code, decline_code, network_code
):
    card = provider.store_card(outcome=outcome)
    with pytest.raises(sdk.CardError) as declined:
        charge(api, card)
    error = declined.value.error
    assert (error.code, error.decline_code) == (code, decline_code)
    assert getattr(error, "network_decline_code", None) == network_code
    intent = api.payment_intents.retrieve(
        error.payment_intent.id, {"expand": ["latest_charge"]}
    )
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.decline_code == decline_code
    assert intent.latest_charge.status == "failed"
    blocked = intent.latest_charge.outcome.type == "blocked"
    assert blocked == (outcome == "blocked")


def test_the_test_methods_of_stripe_work(api):
    customer = api.customers.create({"name": "Customer"}).id
    stored = {"customer": customer, "payment_method": "pm_card_visa"}
    assert charge(api, stored).status == "succeeded"
    stored["payment_method"] = "pm_card_visa_chargeDeclinedInsufficientFunds"
    with pytest.raises(sdk.CardError):
        charge(api, stored)
    saved = api.payment_methods.attach(
        "pm_card_chargeCustomerFail", {"customer": customer}
    )
    with pytest.raises(sdk.CardError):
        charge(api, {"customer": customer, "payment_method": saved.id})
    with pytest.raises(sdk.CardError):
        api.payment_methods.attach("pm_card_chargeDeclined", {"customer": customer})


def test_a_detached_or_foreign_method_is_not_charged(api, provider, card):
    other = provider.store_card()
    with pytest.raises(sdk.InvalidRequestError):
        charge(api, {**card, "customer": other["customer"]})
    api.payment_methods.detach(card["payment_method"])
    with pytest.raises(sdk.InvalidRequestError):
        charge(api, card)


def test_the_customer_authenticates_a_payment(api, provider):
    card = provider.store_card(outcome="authenticate")
    with pytest.raises(sdk.CardError) as declined:
        charge(api, card)
    intent_id = declined.value.error.payment_intent.id
    intent = api.payment_intents.confirm(
        intent_id, {"payment_method": card["payment_method"]}
    )
    assert intent.status == "requires_action"
    assert provider.captured(customer=card["customer"]) == 0
    provider.authenticate(intent=intent_id)
    assert api.payment_intents.retrieve(intent_id).status == "succeeded"
    assert provider.captured(customer=card["customer"]) == AMOUNT


def test_a_set_up_card_needs_no_authentication_later(api):
    customer = api.customers.create({"name": "Customer"}).id
    setup = api.setup_intents.create(
        {"customer": customer, "allowed_payment_method_types": ["card"]}
    )
    params = {"payment_method": "pm_card_authenticationRequiredOnSetup"}
    setup = api.setup_intents.confirm(setup.id, params)
    assert setup.status == "requires_action"
    params = {"payment_method": setup.payment_method}
    setup = api.setup_intents.confirm(setup.id, params)
    assert setup.status == "succeeded"
    stored = {"customer": customer, "payment_method": setup.payment_method}
    assert charge(api, stored).status == "succeeded"


def test_a_hold_is_captured_in_part_or_canceled(api, provider, card):
    held = charge(api, card, capture_method="manual")
    assert (held.status, held.amount_capturable) == ("requires_capture", AMOUNT)
    with pytest.raises(sdk.InvalidRequestError):
        api.payment_intents.capture(held.id, {"amount_to_capture": AMOUNT + 1})
    taken = api.payment_intents.capture(held.id, {"amount_to_capture": 20000})
    assert (taken.status, taken.amount_received) == ("succeeded", 20000)
    assert provider.captured(customer=card["customer"]) == 20000
    with pytest.raises(sdk.InvalidRequestError):
        api.payment_intents.cancel(held.id)
    other = charge(api, card, capture_method="manual")
    assert api.payment_intents.cancel(other.id).status == "canceled"
    with pytest.raises(sdk.InvalidRequestError):
        api.payment_intents.capture(other.id)


# Money back


def test_no_more_is_refunded_than_was_captured(api, provider, card):
    intent = charge(api, card)
    api.refunds.create({"payment_intent": intent.id, "amount": 30000})
    with pytest.raises(sdk.InvalidRequestError):
        api.refunds.create({"payment_intent": intent.id, "amount": 3001})
    api.refunds.create({"payment_intent": intent.id})
    with pytest.raises(sdk.InvalidRequestError) as refused:
        api.refunds.create({"payment_intent": intent.id})
    assert refused.value.code == "charge_already_refunded"
    assert provider.kept(customer=card["customer"]) == 0


def test_two_refunds_with_one_key_are_one(api, provider, card):
    intent = charge(api, card)
    params = {"payment_intent": intent.id, "amount": 1000}
    found = {
        api.refunds.create(params, {"idempotency_key": "refund"}).id for _ in range(2)
    }
    assert len(found) == 1
    assert provider.kept(customer=card["customer"]) == AMOUNT - 1000


def test_a_dispute_takes_amount_and_fee_and_gives_the_amount_back(api, provider, card):
    intent = charge(api, card)
    dispute = provider.dispute(intent=intent.id, reason="fraudulent")
    (entry,) = api.disputes.retrieve(dispute["id"]).balance_transactions
    assert (entry.amount, entry.fee, entry.net) == (-AMOUNT, 1500, -AMOUNT - 1500)
    assert provider.kept(customer=card["customer"]) == 0
    with pytest.raises(sdk.InvalidRequestError):
        api.refunds.create({"payment_intent": intent.id})
    provider.close_dispute(dispute=dispute["id"], status="won")
    assert provider.kept(customer=card["customer"]) == AMOUNT


def test_an_inquiry_takes_nothing(api, provider, card):
    intent = charge(api, card)
    dispute = provider.dispute(intent=intent.id, inquiry=True)
    assert dispute["status"] == "warning_needs_response"
    assert provider.kept(customer=card["customer"]) == AMOUNT


def test_a_payout_is_the_sum_of_its_lines(api, provider, card):
    provider.pay_out()
    intent = charge(api, card)
    api.refunds.create({"payment_intent": intent.id, "amount": 1000})
    payout = api.payouts.retrieve(provider.pay_out()["id"])
    lines = api.balance_transactions.list({"payout": payout.id}).data
    assert sum(line.net for line in lines) == 0
    assert payout.amount == AMOUNT - provider.fee(amount=AMOUNT) - 1000


# Bank debits


def bank_charge(api, bank, **more):
    kinds = ["us_bank_account"]
    return charge(api, bank, allowed_payment_method_types=kinds, **more)


def test_a_bank_debit_settles_after_days(api, provider):
    bank = provider.store_bank()
    intent = bank_charge(api, bank)
    assert intent.status == "processing"
    assert provider.captured(customer=bank["customer"]) == 0
    provider.age(seconds=4 * 24 * 3600)
    assert api.payment_intents.retrieve(intent.id).status == "succeeded"
    assert provider.captured(customer=bank["customer"]) == AMOUNT


def test_a_bank_debit_fails_with_the_banks_code(api, provider):
    bank = provider.store_bank()
    intent = bank_charge(api, bank)
    provider.settle(intent=intent.id, outcome="account_closed")
    error = api.payment_intents.retrieve(intent.id).last_payment_error
    assert error.decline_code == "bank_account_closed"
    assert error.network_decline_code == "R02"


def test_a_debit_returned_after_success_is_a_lost_dispute(api, provider):
    bank = provider.store_bank()
    intent = bank_charge(api, bank)
    provider.settle(intent=intent.id)
    provider.return_debit(intent=intent.id, cause="debit_not_authorized", fee=400)
    (dispute,) = api.disputes.list({"payment_intent": intent.id}).data
    assert (dispute.reason, dispute.status) == ("debit_not_authorized", "lost")
    assert dispute.balance_transactions[0].net == -AMOUNT - 400
    assert api.mandates.retrieve(bank["mandate"]).status == "inactive"
    with pytest.raises(sdk.InvalidRequestError) as refused:
        bank_charge(api, bank)
    assert refused.value.code == "payment_intent_mandate_invalid"


# Finding things


def test_search_finds_later_what_the_list_finds_at_once(api, provider, card):
    intent = charge(api, card, metadata={"paycollect_reference": "INV/7"})
    query = {"query": "metadata['paycollect_reference']:'INV/7' AND status:'succeeded'"}
    assert not api.payment_intents.search(query).data
    listed = api.payment_intents.list({"customer": card["customer"]}).data
    assert [found.id for found in listed] == [intent.id]
    provider.age(seconds=60)
    assert [found.id for found in api.payment_intents.search(query).data] == [intent.id]


def test_lists_have_pages_and_times(api, card):
    made = [charge(api, card).id for _ in range(5)]
    start = int(time.time()) - 60
    params = {"customer": card["customer"], "limit": 2, "created": {"gte": start}}
    page = api.payment_intents.list(params)
    assert page.has_more
    assert [found.id for found in page.auto_paging_iter()] == made[::-1]
    params["created"] = {"gte": start + 600}
    assert not api.payment_intents.list(params).data


def test_events_are_listed_by_type(api, card):
    intent = charge(api, card)
    types = ["payment_intent.succeeded"]
    (event, *_older) = api.events.list({"types": types}).data
    assert event.data.object.id == intent.id
    assert event.data.object.latest_charge == intent.latest_charge


# Webhooks


class Receiver:
    """An endpoint that keeps what it gets."""

    def __init__(self):
        receiver = self
        self.got, self.status = [], 200

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((body, self.headers["Stripe-Signature"]))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_args):
                """Quiet."""

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def types(self):
        return [json.loads(body)["type"] for body, _signature in self.got]

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver(provider, api):
    receiver = Receiver()
    endpoint = provider.add_endpoint(
        url=receiver.url,
        secret=WEBHOOK_SECRET,
        api_version=LEGACY,
        enabled_events=["payment_intent.*"],
    )
    yield receiver
    api.webhook_endpoints.delete(endpoint)
    receiver.close()


def test_a_webhook_is_signed_and_has_the_shape_of_its_endpoint(
    api, provider, receiver, card
):
    charge(api, card)
    provider.wait_idle()
    body, signature = receiver.got[-1]
    event = sdk.Webhook.construct_event(body, signature, WEBHOOK_SECRET)
    assert event.type == "payment_intent.succeeded"
    assert json.loads(body)["data"]["object"]["charges"]["data"][0]["captured"]
    with pytest.raises(sdk.SignatureVerificationError):
        sdk.Webhook.construct_event(body + b" ", signature, WEBHOOK_SECRET)


def test_webhooks_are_held_reversed_and_duplicated(api, provider, receiver, card):
    provider.hold()
    charge(api, card)
    assert receiver.got == []
    assert provider.release(reverse=True, copies=2) == 2
    provider.wait_idle()
    succeeded, created = "payment_intent.succeeded", "payment_intent.created"
    assert receiver.types() == [succeeded, succeeded, created, created]


def test_a_dropped_webhook_is_still_in_the_list(api, provider, receiver, card):
    provider.hold(types=["*.succeeded"])
    intent = charge(api, card)
    assert provider.drop(customer=card["customer"]) == 1
    provider.release()
    provider.wait_idle()
    assert "payment_intent.succeeded" not in receiver.types()
    (event,) = api.events.list({"type": "payment_intent.succeeded", "limit": 1}).data
    assert event.data.object.id == intent.id


def test_what_was_not_received_is_sent_again(api, provider, receiver, card):
    receiver.status = 503
    charge(api, card)
    provider.wait_idle()
    receiver.status, count = 200, len(receiver.got)
    assert provider.resend() == count
    provider.wait_idle()
    assert not provider.resend()


# Speed, and its own process


def test_twenty_requests_wait_at_the_same_time(api, provider):
    cards = [provider.store_card() for _ in range(20)]
    provider.settings(latency=0.3)
    start = time.monotonic()
    with ThreadPoolExecutor(20) as pool:
        intents = list(pool.map(lambda card: charge(api, card), cards))
    assert time.monotonic() - start < 1.5
    assert {intent.status for intent in intents} == {"succeeded"}


def test_the_process_keeps_a_journal(stripe, tmp_path):
    card = stripe.store_card()
    api = sdk.StripeClient(SECRET_KEY, base_addresses={"api": stripe.url}).v1
    charge(api, card)
    (line,) = (tmp_path / "ledger.jsonl").read_text().splitlines()
    assert json.loads(line)["amount"] == AMOUNT
    assert stripe.charges_asked(customer=card["customer"])
