# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whatever fails between us and Stripe, nobody is charged twice and nothing is lost.

Faults that kill the server come first, one at a time; the others (fault_cases.py,
customer_fault_cases.py, booking_fault_cases.py) run in parallel. After each one, the
invariants are checked, see `stripe_scene.Customer.assert_safe`.
"""

from concurrent.futures import ThreadPoolExecutor

import booking_fault_cases  # noqa: F401
import booking_scene
import customer_fault_cases
import pytest
import requests
import stripe_scene
from fault_cases import FAULTS, MINUTE
from paycollect_setup.waiting import wait_equal, wait_until
from stripe_scene import CENTS
from stripe_stand_in.client import Process

AT_ONCE = 4  # faults that run at the same time
CUT = ("cut_claimed", "cut_charged", "cut_waiting", "cut_sending", "cut_recorded",
       "cut_booked", "cut_asking", "cut_autopay", "cut_scheduled",
       *("cut_hold", "cut_capture", "cut_release", "cut_refund", "cut_part"),
       )  # fmt: skip


def get_selected(request):
    """Return the names of this file's faults selected for this run."""
    items = request.session.items
    here = [item for item in items if item.path == request.path]
    calls = [item.callspec for item in here if hasattr(item, "callspec")]
    return [call.params["name"] for call in calls if "name" in call.params]


@pytest.fixture(scope="module")
def shop(module_lab, tmp_path_factory, request):
    customers = {name: ("succeed",) for name in CUT}
    customers |= {name: FAULTS[name][1] for name in get_selected(request)}
    with Process(state_dir=tmp_path_factory.mktemp("stripe")) as stripe:
        shop = stripe_scene.open_shop(
            module_lab, stripe, tmp_path_factory.mktemp("orders"), customers
        )
        # Rendering takes longer than charging. In test_crash, receipts have their PDF.
        shop.server.sql("UPDATE res_company SET collection_attach_pdf = FALSE")
        booking_scene.open_bookings(shop)
        yield shop


@pytest.fixture(scope="module")
def running(shop, request):
    """Run the selected faults; return the result of each by name."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        futures = {}
        for name in get_selected(request):
            run, _methods, options = FAULTS[name]
            futures[name] = pool.submit(run, shop[name], **options)
        yield futures


# The server is killed


def come_back(*customers):
    """Restart three minutes later and run the sweep twice.

    In real life it would run more often.
    """
    shop = customers[0].shop
    shop.age_jobs()
    shop.server.start()
    for customer in customers:
        customer.age(3 * MINUTE)
    shop.sweep()
    for customer in customers:
        customer.age(2 * MINUTE)
    shop.sweep()
    shop.wait_jobs()


def test_killed_before_the_request_it_is_charged_once_afterwards(shop):
    customer = shop["cut_claimed"]
    shop.die_at("claimed", customer)
    customer.complete()
    shop.wait_death()
    assert customer.states() == ["sent"]
    assert not customer.asked()
    come_back(customer)
    customer.wait_state("paid")
    customer.assert_paid_once()


def test_killed_between_answer_and_commit_each_is_charged_once(shop):
    """One power failure hits three charges.

    One has its response, one was executed and waits for its response, one is executed
    only after the server is dead.
    """
    answered, waiting, sending = customers = [
        shop[f"cut_{name}"] for name in ("charged", "waiting", "sending")
    ]
    waiting.fault("delay_after")
    late = sending.fault("delay_before")
    shop.die_at("charged", answered)
    waiting.complete()
    sending.complete()
    wait_until(
        lambda: shop.stripe.fault_hits(number=late) and waiting.captured(),
        "two charges on their way",
    )
    answered.complete()
    shop.wait_death()
    assert [one.states() for one in customers] == [["sent"]] * 3
    shop.stripe.let_go(number=late)
    wait_equal(
        lambda: [one.captured() for one in customers], [CENTS] * 3, "what was taken"
    )
    come_back(*customers)
    for customer in customers:
        customer.wait_state("paid")
        customer.assert_paid_once()


@pytest.mark.parametrize("point", ["recorded", "booked"])
def test_killed_while_booking_it_is_booked_once(shop, point):
    customer = shop[f"cut_{point}"]
    shop.die_at(point, customer)
    customer.complete()
    shop.wait_death()
    assert customer.states() == ["paid"]
    come_back(customer)
    customer.assert_paid_once()
    assert len(customer.asked()) == 1


def test_killed_while_asking_it_asks_again(shop):
    customer = shop["cut_asking"]
    shop.stripe.hold(customer=customer.reference)
    customer.fault("drop_after")
    customer.complete()
    customer.wait_state("unknown")
    shop.die_at("charged", customer)
    customer.age(2 * MINUTE)
    shop.sweep_and_die()
    shop.wait_death()
    assert customer.states() == ["unknown"]
    come_back(customer)
    customer.age(10 * MINUTE)
    shop.sweep()
    customer.wait_state("paid")
    customer.assert_paid_once()


def test_killed_while_it_charges_what_customers_set_up_each_is_charged_once(shop):
    """By autopay, whose response is lost; and on a scheduled day, not yet executed."""
    by_autopay, scheduled = customers = shop["cut_autopay"], shop["cut_scheduled"]
    for customer in customers:
        customer_fault_cases.start(customer)
    customer_fault_cases.plan_in_two_tabs(scheduled)
    visit = customer_fault_cases.log_in(by_autopay)
    customer_fault_cases.turn_autopay_on(by_autopay, visit)
    late = scheduled.fault("delay_before")
    shop.die_at("charged", by_autopay)
    try:
        customer_fault_cases.run_schedules(by_autopay)
    except requests.ConnectionError:
        assert shop.server.wait_exit() == -9
    shop.wait_death()
    shop.stripe.let_go(number=late)
    assert by_autopay.states() == ["sent"]
    come_back(*customers)
    for customer in customers:
        customer.wait_state("paid")
        customer.assert_paid_once()


def test_killed_with_holds_and_refunds_on_their_way_each_is_done_once(shop):
    """One power failure hits a hold, a capture, a release, a refund and a part of a
    plan: executed without a response, not yet executed, or not yet recorded."""
    names = ("hold", "capture", "release", "refund", "part")
    customers = hold, capture, release, refund, part = [
        shop[f"cut_{name}"] for name in names
    ]
    for customer in (capture, release, refund):
        customer.book()
    for customer in (capture, release, refund):
        customer.wait_hold("held")
    refund.complete()
    refund.wait_state("paid")
    refund.wait_payment_state("paid")
    invoice = customer_fault_cases.start(part)
    hold.fault("delay_after", path=booking_scene.HOLD)
    lates = [
        capture.fault("delay_before", path=booking_scene.CAPTURE),
        part.fault("delay_before"),
    ]
    release.fault("delay_after", path=booking_scene.RELEASE)
    hold.book()
    capture.complete()
    release.cancel_order()
    part.plan_parts(invoice, stripe_scene.TOTAL - 1, 1)  # the first is due today
    wait_until(
        lambda: (
            all(shop.stripe.fault_hits(number=late) for late in lates)
            and hold.get_held()
            and not release.get_held()
        ),
        "requests on their way",
    )
    shop.die_at("refunded", refund)
    refund.ask_refund(100)
    shop.wait_death()
    assert [hold.holds(), capture.holds(), release.holds()] == [
        ["sent"],
        ["capturing"],
        ["voiding"],
    ]
    assert [one["state"] for one in refund.refund_parts()] == ["sent"]
    assert (part.states(), capture.states()) == (["sent"], ["sent"])
    for late in lates:
        shop.stripe.let_go(number=late)
    wait_equal(lambda: [capture.captured(), part.captured()], [CENTS, CENTS - 100], "")
    for customer in customers:
        customer.age_bookings(3 * MINUTE)
    come_back(*customers)
    for _again in range(2):
        for customer in customers:
            customer.age_bookings(3 * MINUTE)
        hold.work_bookings()
        shop.wait_jobs()
    hold.wait_hold("held")
    capture.wait_state("paid")
    capture.assert_paid_once()
    release.wait_hold("voided")
    release.assert_no_hold()
    refund.wait_part("done")
    assert (refund.captured(), refund.refunded()) == (CENTS, 10000)
    part.wait_state("paid")
    for customer in (hold, capture, release, refund, part):
        customer.assert_bookings_safe()
    assert [len(one.lines("authorized")) for one in (hold, capture)] == [1, 1]
    hold.complete()
    hold.wait_state("paid")
    hold.assert_paid_once()


@pytest.mark.parametrize("name", list(FAULTS))
def test_a_fault_neither_loses_nor_doubles(shop, running, name):
    running[name].result()
    shop[name].assert_safe()
