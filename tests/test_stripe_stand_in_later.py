# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the Stripe stand-in does after a charge, as documented by Stripe: refunds and
returns, settled debits, searches and webhooks."""

import http.server
import io
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe as sdk
from paycollect_setup.waiting import wait_equal
from stand_in_fixtures import AMOUNT, LEGACY, charge
from stripe_stand_in.client import SECRET_KEY, WEBHOOK_SECRET

# Refunds and returns


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


def test_what_is_left_of_a_payment_and_a_refund_that_is_canceled(api, provider, card):
    intent = charge(api, card)
    refund = api.refunds.create({"payment_intent": intent.id, "amount": 1000})
    expand = {"expand": ["latest_charge"]}
    found = api.payment_intents.retrieve(intent.id, expand).latest_charge
    assert (found.amount_captured, found.amount_refunded) == (AMOUNT, 1000)
    of_intent = {"payment_intent": intent.id, "limit": 100}
    assert [row.id for row in api.refunds.list(of_intent)] == [refund.id]
    assert not api.disputes.list(of_intent).data
    provider.fail_refund(refund=refund.id, status="canceled")
    assert api.refunds.retrieve(refund.id).status == "canceled"
    assert provider.kept(customer=card["customer"]) == AMOUNT
    provider.dispute(intent=intent.id, inquiry=True)
    [dispute] = api.disputes.list(of_intent).data
    assert dispute.status.startswith("warning_")


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


def test_evidence_is_stored_and_submitted_once(api, provider, card):
    dispute = provider.dispute(intent=charge(api, card).id)["id"]
    uploads = set()
    for _try in range(2):
        file = io.BytesIO(b"%PDF-1.4")
        file.name = "evidence.pdf"
        params = {"purpose": "dispute_evidence", "file": file}
        uploads.add(api.files.create(params, {"idempotency_key": "file"}).id)
    [upload] = uploads
    with pytest.raises(sdk.InvalidRequestError):
        api.disputes.update(dispute, {"evidence": {"uncategorized_file": "file_0"}})
    evidence = {"uncategorized_file": upload, "customer_name": "Acme"}
    params = {"evidence": evidence, "submit": False, "metadata": {"mark": "1"}}
    assert api.disputes.update(dispute, params).status == "needs_response"
    found = api.disputes.update(dispute, params | {"submit": True})
    assert (found.status, found.metadata["mark"]) == ("under_review", "1")
    assert found.evidence_details.submission_count == 1
    with pytest.raises(sdk.InvalidRequestError):
        api.disputes.update(dispute, params)


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


# Searches


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
    """An endpoint that stores what it receives."""

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
                """Log nothing."""

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
    late = provider.add_fault(kind="delay_before", times=20)
    with ThreadPoolExecutor(20) as pool:
        intents = [pool.submit(charge, api, card) for card in cards]
        wait_equal(lambda: provider.fault_hits(number=late), 20, "those that wait")
        provider.let_go(number=late)
    assert {intent.result().status for intent in intents} == {"succeeded"}


def test_the_process_keeps_a_journal(stripe, tmp_path):
    card = stripe.store_card()
    api = sdk.StripeClient(SECRET_KEY, base_addresses={"api": stripe.url}).v1
    charge(api, card)
    (line,) = (tmp_path / "ledger.jsonl").read_text().splitlines()
    assert json.loads(line)["amount"] == AMOUNT
    assert stripe.charges_asked(customer=card["customer"])
