# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The Stripe stand-in responds to requests as documented by Stripe."""

import doctest
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import stripe as sdk
from paycollect_setup.waiting import wait_equal, wait_until
from stand_in_fixtures import AMOUNT, LEGACY, charge
from stripe_stand_in import forms
from stripe_stand_in.client import SECRET_KEY


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
    late = provider.add_fault(kind="delay_after", customer=card["customer"])
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(charge, api, card, "busy")
        wait_until(lambda: provider.captured(customer=card["customer"]), "the charge")
        with pytest.raises(sdk.APIError) as conflict:
            charge(api, card, "busy")
        provider.let_go(number=late)
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
    late = provider.add_fault(kind="delay_before", customer=card["customer"])
    hasty = sdk.StripeClient(
        SECRET_KEY,
        base_addresses={"api": stand_in.url},
        http_client=sdk.RequestsClient(timeout=0.2),
        max_network_retries=0,
    ).v1
    with pytest.raises(sdk.APIConnectionError):
        charge(hasty, card)
    assert not provider.captured(customer=card["customer"])
    provider.let_go(number=late)
    wait_equal(
        lambda: provider.captured(customer=card["customer"]), AMOUNT, "what was taken"
    )


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
    """Send a request like payment_stripe does."""
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
    with pytest.raises(sdk.InvalidRequestError):
        api.payment_intents.confirm(
            other.id, {"payment_method": card["payment_method"]}
        )
