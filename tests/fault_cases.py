# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Everything that can fail between us and Stripe, one function each.

Each has its own customer, named like the function, whose methods respond as set by the
decorator. They run in parallel on one server, see test_faults.py.
"""

import pytest
from paycollect_setup.waiting import wait_equal, wait_until
from stripe_scene import CENTS, DAY, HOUR, at_once, ignore_refusal, pause
from stripe_stand_in.client import ControlError

MINUTE = 60
FAULTS = {}  # by name: function, outcomes of the customer's methods, arguments


def fault(*outcomes, **variants):
    """Register a fault whose customer's methods have these outcomes.

    :param variants: run it once for each of these values of its argument
    """

    def register(function):
        methods = outcomes or ("succeed",)
        name = function.__name__
        ((argument, values),) = variants.items() or ((None, [None]),)
        for value in values:
            suffix = "" if argument is None else f"_{value}"
            options = {} if argument is None else {argument: value}
            FAULTS[name + suffix] = (function, methods, options)
        return function

    return register


# Requests and responses


@fault()
def nothing_fails(customer):
    customer.complete()
    customer.wait_state("paid")
    customer.assert_paid_once()
    assert len(customer.asked()) == 1


@fault(kind=["drop_before", "drop_after", "lock_timeout", "rate_limit"])
def no_answer(customer, kind):
    """Sent again with the same key, which charges at most once."""
    customer.stripe.hold(customer=customer.reference)
    customer.fault(kind)
    customer.complete()
    customer.wait_state("unknown")
    customer.assert_nobody_charges_again()
    customer.sweep_after(MINUTE)
    customer.wait_state("paid")
    customer.assert_paid_once()
    assert len({line["key"] for line in customer.asked()}) == 1


@fault()
def broken_before(customer):
    """The key returns the 500 forever, so Stripe's list is checked and the charge is
    sent with another key."""
    customer.fault("error_before")
    customer.complete()
    customer.wait_state("unknown")
    customer.ask_until_known()
    customer.wait_state("declined", "paid")
    customer.assert_paid_once()


@fault()
def broken_after(customer):
    """The list has the charge even though the key returns a 500."""
    customer.stripe.hold(customer=customer.reference)
    customer.fault("error_after")
    customer.complete()
    customer.wait_state("unknown")
    customer.ask_until_known()
    customer.wait_state("paid")
    customer.assert_paid_once()


# Time-outs and webhooks


@fault()
def late_success(customer):
    """It is executed after we gave up; the webhook reports it."""
    customer.stripe.hold(customer=customer.reference)
    late = customer.time_out()
    customer.complete()
    customer.wait_state("unknown")
    assert customer.captured() == 0
    customer.stripe.let_go(number=late)
    customer.wait_captured()
    assert customer.stripe.release(customer=customer.reference)
    customer.wait_state("paid")
    customer.assert_paid_once()
    assert len(customer.asked()) == 1


@fault()
def late_success_unheard(customer):
    """The webhook never arrives; the same key returns the result."""
    customer.stripe.hold(customer=customer.reference)
    late = customer.time_out()
    customer.complete()
    customer.wait_state("unknown")
    customer.stripe.let_go(number=late)
    customer.wait_captured()
    customer.stripe.drop(customer=customer.reference)
    customer.sweep_after(MINUTE)
    customer.wait_state("paid")
    customer.assert_paid_once()


@fault()
def asked_too_early(customer):
    """The first request is still being executed when the key is reused: 409."""
    customer.stripe.hold(customer=customer.reference)
    late = customer.time_out()
    customer.complete()
    customer.wait_state("unknown")
    customer.sweep_after(MINUTE)
    wait_equal(
        lambda: [line["status"] for line in customer.asked()], [409], "the answers"
    )
    assert customer.states() == ["unknown"]
    customer.stripe.let_go(number=late)
    customer.wait_captured()
    customer.sweep_after(10 * MINUTE)
    customer.wait_state("paid")
    customer.assert_paid_once()


@fault()
def webhook_before_answer(customer):
    late = customer.fault("delay_after")
    customer.complete()
    customer.wait_captured()
    assert customer.states() == ["sent"]
    wait_until(lambda: customer.events("payment_intent.succeeded"), "the webhook")
    customer.stripe.let_go(number=late)
    customer.wait_state("paid")
    customer.shop.sweep()
    customer.assert_paid_once()
    assert len(customer.asked()) == 1


@fault(kind=["drop_after", "none"])
def webhooks_twice_and_reversed(customer, kind):
    customer.stripe.hold(customer=customer.reference)
    if kind != "none":
        customer.fault(kind)
    customer.complete()
    customer.wait_state("paid" if kind == "none" else "unknown")
    customer.stripe.release(
        customer=customer.reference, copies=3, reverse=True, parallel=True
    )
    customer.wait_state("paid")
    pause(1)
    customer.shop.sweep()
    customer.assert_paid_once()


# Several at once


@fault()
def two_workers(customer):
    customer.fault("delay_after", seconds=1)
    customer.complete()
    at_once(*[customer.send] * 3)
    customer.wait_state("paid")
    customer.assert_paid_once()
    assert len(customer.asked()) == 1


@fault()
def double_click(customer):
    customer.fault("delay_after", seconds=1)
    at_once(customer.complete, customer.complete)
    customer.wait_state("paid")
    customer.assert_paid_once()
    assert len(customer.asked()) == 1


@fault("incorrect_number")
def two_accountants(customer):
    """Both click “Collect Now” after the customer got a new card."""
    customer.complete()
    customer.wait_state("declined")
    customer.renew_card()
    at_once(*[lambda: ignore_refusal(customer.collect_now)] * 2)
    customer.wait_settled()
    customer.wait_receipt()
    assert customer.states().count("paid") == 1
    assert customer.captured() == CENTS


@fault()
def portal_while_job_charges(customer):
    """The customer tries to pay while the request is in progress."""
    customer.stripe.hold(customer=customer.reference)
    late = customer.fault("delay_after")
    customer.complete()
    customer.wait_captured()
    assert customer.states() == ["sent"]
    answer = ignore_refusal(customer.start_portal_payment)
    customer.stripe.let_go(number=late)
    assert "is being charged" in answer, answer
    customer.wait_state("paid")
    customer.assert_paid_once()


@fault()
def portal_after_the_charge(customer):
    """The customer's page is from before the charge."""
    customer.complete()
    customer.wait_state("paid")
    customer.wait_payment_state("paid")
    assert "already been paid" in ignore_refusal(customer.start_portal_payment)
    customer.assert_paid_once()


@fault("insufficient_funds")
def two_pages(customer):
    """The customer clicks “Pay” in two windows; only the second one can be paid."""
    customer.complete()
    customer.wait_state("declined", "planned")
    first, second = customer.start_portal_payment(), customer.start_portal_payment()
    with pytest.raises(ControlError):
        customer.stripe.confirm(intent=first, payment_method="pm_card_visa")
    customer.stripe.confirm(intent=second, payment_method="pm_card_visa")
    customer.wait_payment_state("paid")
    assert customer.captured() == CENTS


@fault("insufficient_funds")
def job_while_customer_pays(customer):
    """The retry is due while the customer types the card; it waits, and is canceled."""
    customer.complete()
    customer.wait_state("declined", "planned")
    customer.set_outcome("succeed")
    intent = customer.start_portal_payment()
    customer.sweep_after(customer.get_wait() + MINUTE, ["paycollect_attempt"])
    assert customer.captured() == 0
    customer.stripe.confirm(intent=intent, payment_method="pm_card_visa")
    customer.wait_payment_state("paid")
    customer.age(20 * MINUTE)
    customer.sweep_until("declined", "canceled")
    assert customer.captured() == CENTS


@fault("insufficient_funds")
def double_tap_and_a_link_at_once(customer):
    """Two taps on the balance page and a link on another device, at one moment."""
    customer.complete()
    customer.wait_state("declined", "planned")
    customer.set_outcome("succeed")
    page, link = customer.open_balance()
    provider, card = customer.shop.provider, customer.shop.card_method
    answers = at_once(
        lambda: page.tap(provider, customer.tokens[0]),
        lambda: page.tap(provider, customer.tokens[0]),
        lambda: link.start_card(provider, card),
    )
    assert any(answer.get("state") == "error" for answer in answers)
    if not customer.captured():  # the link was first, and both taps gave up waiting
        page.tap(provider, customer.tokens[0])
    if "client_secret" in answers[2]:
        intent = answers[2]["client_secret"].partition("_secret_")[0]
        with pytest.raises(ControlError):
            customer.stripe.confirm(intent=intent, payment_method="pm_card_visa")
    customer.wait_captured()
    customer.wait_payment_state("paid")
    customer.sweep_after(5 * DAY)
    assert customer.captured() == CENTS
    assert "paid" not in customer.states()


# The method goes away


@fault(where=["here", "stripe"])
def token_deleted_in_flight(customer, where):
    late = customer.fault("delay_after")
    customer.complete()
    customer.wait_captured()
    assert customer.states() == ["sent"]
    customer.delete_method(where)
    customer.stripe.let_go(number=late)
    customer.wait_state("paid")
    customer.assert_paid_once()


@fault(kind=["drop_before", "drop_after"])
def token_deleted_while_unknown(customer, kind):
    """A completed charge is recorded; anything else is no longer charged."""
    customer.stripe.hold(customer=customer.reference)
    customer.fault(kind)
    customer.complete()
    customer.wait_state("unknown")
    customer.delete_method("here")
    customer.ask_until_known()
    if kind == "drop_after":
        customer.wait_state("paid")
        customer.assert_paid_once()
    else:
        customer.wait_state("declined")
        assert customer.captured() == 0
        customer.assert_open()


# Money back


@fault()
def refund_racing_the_question(customer):
    """A charge with an unknown outcome is refunded at Stripe."""
    customer.fault("drop_after")
    customer.stripe.hold(customer=customer.reference)
    customer.complete()
    customer.wait_state("unknown")
    (intent,) = customer.stripe.intents(customer=customer.reference)
    customer.age(MINUTE)
    at_once(customer.shop.sweep, lambda: customer.stripe.refund(intent=intent["id"]))
    customer.stripe.release(customer=customer.reference, copies=2, reverse=True)
    customer.wait_state("paid")
    customer.sweep_after(DAY)
    assert customer.captured() == CENTS
    assert customer.stripe.kept(customer=customer.reference) == 0


@fault("insufficient_funds")
def refund_racing_a_retry(customer):
    """The customer pays on the portal and is refunded while the retry is due."""
    customer.complete()
    customer.wait_state("declined", "planned")
    customer.set_outcome("succeed")
    intent = customer.start_portal_payment()
    customer.stripe.confirm(intent=intent, payment_method="pm_card_visa")
    customer.wait_payment_state("paid")
    customer.age(5 * DAY)
    at_once(customer.shop.sweep, lambda: customer.stripe.refund(intent=intent))
    customer.shop.sweep()
    assert customer.captured() == CENTS
    assert "paid" not in customer.states()


# Clocks


@fault()
def clock_goes_forward(customer):
    """By our clock, the key has expired: the charge is looked up instead."""
    customer.stripe.hold(customer=customer.reference)
    customer.fault("drop_after")
    customer.complete()
    customer.wait_state("unknown")
    customer.sweep_after(25 * HOUR)
    customer.wait_state("paid")
    customer.assert_paid_once()
    assert [row["way"] for row in customer.inquiries()] == ["look_up"]


@fault()
def clock_goes_back(customer):
    """By our clock, the charge was sent two hours in the future."""
    customer.stripe.hold(customer=customer.reference)
    customer.fault("drop_after")
    customer.complete()
    customer.wait_state("unknown")
    customer.sweep_after(-2 * HOUR)
    customer.assert_nobody_charges_again()
    customer.sweep_after(2 * HOUR + 10 * MINUTE)
    customer.wait_state("paid")
    customer.assert_paid_once()


@fault(kind=["drop_before", "drop_after"])
def down_for_two_days(customer, kind):
    """Stripe drops its keys meanwhile; a manager is notified once, and nothing is
    charged again before Stripe responds."""
    customer.stripe.hold(customer=customer.reference)
    customer.fault(kind)
    outage = customer.fault("drop_before", times=None, method="*", path=".")
    customer.complete()
    customer.wait_state("unknown")
    for _question in range(9):
        customer.sweep_after(6 * HOUR)
    assert customer.states() == ["unknown"]
    assert customer.activities() == ["Confirm whether this was charged"]
    customer.stripe.forget_keys(customer=customer.reference)
    customer.stripe.clear_faults(number=outage)
    customer.ask_until_known()
    customer.wait_settled()
    assert customer.states()[-1] == "paid"
    customer.assert_paid_once()
    assert not customer.activities()


# Declines


@fault("stolen_card", "succeed")
def fraud_code(customer):
    """There is no retry and no other method is charged."""
    customer.complete()
    customer.wait_state("declined")
    for _day in range(3):
        customer.sweep_after(5 * DAY)
    assert customer.states() == ["declined"]
    assert len(customer.asked()) == 1
    customer.assert_open()


@fault("incorrect_number", "succeed")
def final_code(customer):
    """The backup is charged; the declined card is never charged again."""
    customer.complete()
    customer.wait_state("declined", "paid")
    customer.sweep_after(5 * DAY)
    customer.assert_paid_once()


@fault("insufficient_funds")
def never_any_funds(customer):
    """There are at most 4 attempts in 14 days and 8 in 30."""
    customer.complete()
    customer.wait_state("declined", "planned")
    day, days = 0.0, [0.0]
    while "planned" in customer.states():
        wait = customer.get_wait() + MINUTE
        day += wait / DAY
        days.append(day)
        tries = len(customer.states())
        customer.sweep_after(wait)
        wait_until(
            lambda t=tries: customer.states()[t - 1] == "declined",
            f"decline {tries}",
            seen=customer.states,
        )
    assert len([one for one in days if one <= 14]) <= 4, days
    assert len([one for one in days if one <= 30]) <= 8, days
    assert len(customer.asked()) == len(days)
    customer.assert_open()


@fault("insufficient_funds")
def retry_gets_lost(customer):
    """The second attempt has no response: it is looked up, not retried."""
    customer.complete()
    customer.wait_state("declined", "planned")
    customer.set_outcome("succeed")
    customer.stripe.hold(customer=customer.reference)
    customer.fault("drop_after")
    customer.sweep_after(customer.get_wait() + MINUTE)
    customer.wait_state("declined", "unknown")
    customer.assert_nobody_charges_again()
    customer.ask_until_known()
    customer.wait_state("declined", "paid")
    customer.assert_paid_once()


# Database conflicts


@fault(times=[1, 3, 5])
def serialization_failures(customer, times):
    """During the claim, recording of the response, and booking."""
    for point in ("claim", "record", "finish"):
        customer.conflict(point, times)
    customer.complete()
    for _turn in range(3 * times + 3):
        if customer.states() == ["paid"] and customer.receipts():
            break
        customer.sweep_after(4 * MINUTE)
        pause(0.3)
    customer.wait_state("paid")
    customer.assert_paid_once()


@fault()
def serialization_failures_for_the_user(customer):
    """Odoo repeats the technician's request; it is billed once."""
    customer.conflict("bill", 3)
    customer.complete()
    customer.wait_state("paid")
    customer.assert_paid_once()


# Bank debits


@fault({"kind": "bank", "outcome": "processing"})
def bank_debit(customer):
    """It settles after days; each Stripe event arrives twice."""
    customer.stripe.hold(customer=customer.reference)
    customer.complete()
    customer.wait_state("settling")
    (intent,) = customer.stripe.intents(customer=customer.reference)
    customer.sweep_after(4 * DAY)
    assert len(customer.asked()) == 1
    customer.stripe.settle(intent=intent["id"], outcome="succeed")
    customer.stripe.release(customer=customer.reference, copies=2, reverse=True)
    customer.wait_state("paid")
    customer.assert_paid_once()
