# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Holds, captures, releases, refunds and payment plans with the faults of charges.

Registered with the faults of fault_cases.py. Each customer lives through several.
"""

from booking_scene import CAPTURE, HOLD, REFUND, RELEASE
from customer_fault_cases import start
from fault_cases import MINUTE, fault
from paycollect_setup.waiting import wait_until
from stripe_scene import CENTS, DAY, HOUR, TOTAL, at_once, ignore_refusal

# What a request meets, one after the other. Charges meet each of them, and so do the
# unit tests of holds and refunds.
TROUBLES = {
    "silent": {
        HOLD: ("drop_before", "lock_timeout"),
        CAPTURE: ("rate_limit", "drop_after"),
        REFUND: ("drop_before", "drop_after"),
        RELEASE: ("lock_timeout", "drop_after"),
    },
    "broken": {
        HOLD: ("error_before",),
        CAPTURE: ("error_after",),
        REFUND: ("error_before",),
        RELEASE: ("error_before",),
    },
}


def spoil(customer, path, kind):
    """Let the next requests to this path fail; return the number of the first fault."""
    return [customer.fault(trouble, path=path) for trouble in TROUBLES[kind][path]][0]


@fault(kind=list(TROUBLES))
def nothing_is_answered(customer, kind):
    """A hold, its capture, a refund and the release of another hold are each repeated
    with the same key, or looked up, until the outcome is known."""
    customer.stripe.hold(customer=customer.reference)
    spoil(customer, HOLD, kind)
    customer.book()
    customer.wait_hold("unknown")
    customer.work_until(lambda: customer.holds()[-1] == "held", 2 * HOUR)
    assert len(customer.lines("authorized")) == 1
    spoil(customer, CAPTURE, kind)
    customer.complete()
    customer.wait_state("unknown")
    customer.assert_nobody_charges_again()
    ask_until_paid(customer)
    customer.assert_paid_once()
    refund_with_trouble(customer, kind)
    customer.book()
    customer.wait_hold("held")
    [intent] = customer.get_held()
    trouble = spoil(customer, RELEASE, kind)
    customer.cancel_order()
    wait_until(lambda: customer.stripe.fault_hits(number=trouble), "the release")
    customer.shop.wait_jobs()
    customer.stripe.forget_keys(customer=intent["id"])  # the next minute has another
    customer.work_until(lambda: customer.holds()[-1] == "voided", 2 * HOUR)
    customer.stripe.release(customer=customer.reference, copies=2, reverse=True)
    customer.stripe.wait_idle()
    customer.work_until(lambda: True, DAY)
    customer.assert_no_hold()
    assert (customer.captured(), customer.refunded()) == (CENTS, 10000)


def ask_until_paid(customer):
    """Let time pass with look-ups, and with another charge if the first was lost.

    A lost request is only repeated on the day of the invoice, by the company's clock.
    """
    for _question in range(12):
        customer.shop.wait_jobs()
        if customer.states()[-1:] == ["paid"]:
            return
        customer.sweep_after(HOUR)
    raise AssertionError(f"{customer.email}: {customer.inquiries()}")


def refund_with_trouble(customer, kind):
    """What never arrived failed, for all to see; it is asked for again."""
    spoil(customer, REFUND, kind)
    customer.ask_refund(100)
    customer.wait_part("unknown")
    customer.work_until(lambda: customer.refunds()[-1] in ("done", "failed"), 2 * HOUR)
    if kind == "broken":
        assert customer.refunds() == ["failed"]
        assert customer.refunded() == 0
        customer.ask_refund(100)
        customer.work_until(lambda: customer.refunds()[-1] == "done", HOUR)
    assert customer.refunds()[-1] == "done"
    assert customer.refunded() == 10000


@fault()
def late_answers(customer):
    """Each is executed after we gave up. Webhooks report it, thrice and reversed."""

    def give_up(path, about):
        (customer.shop.folder / f"give_up_{about}").touch()
        return customer.fault("delay_before", path=path)

    def hear_of_it(late):
        customer.stripe.let_go(number=late)
        wait_until(
            lambda: customer.stripe.release(
                customer=customer.reference, copies=3, reverse=True, parallel=True
            ),
            "its webhooks",
        )

    customer.stripe.hold(customer=customer.reference)
    late = give_up(HOLD, customer.reference)
    customer.book()
    customer.wait_hold("unknown")
    hear_of_it(late)
    customer.wait_hold("held")
    [intent] = customer.get_held()
    late = give_up(CAPTURE, intent["id"])
    customer.complete()
    customer.wait_state("unknown")
    hear_of_it(late)
    customer.wait_state("paid")
    customer.wait_receipt()
    late = give_up(REFUND, intent["id"])
    customer.ask_refund(TOTAL)
    customer.wait_part("unknown")
    hear_of_it(late)
    customer.wait_part("done")
    customer.work_until(lambda: customer.refunds() == ["done"], HOUR)
    customer.sweep_after(DAY)
    assert (customer.captured(), customer.refunded()) == (CENTS, CENTS)
    customer.assert_no_hold()


@fault()
def order_canceled_meanwhile(customer):
    """The hold is placed after all, and then released; before the next one."""
    late = customer.fault("delay_after", path=HOLD)
    customer.book()
    customer.wait_held(1)
    customer.cancel_order()
    customer.stripe.let_go(number=late)
    customer.wait_hold("voided")
    customer.fault("drop_after", path=HOLD)
    customer.book()
    customer.wait_hold("unknown")
    customer.cancel_order()
    customer.work_until(lambda: customer.holds()[-1] == "voided", 2 * HOUR)
    customer.assert_no_hold()
    # the capture is on its way when the method is removed: it counts
    customer.book()
    customer.wait_hold("held")
    late = customer.fault("delay_after", path=CAPTURE)
    customer.complete()
    customer.wait_captured()
    customer.delete_method("here")
    customer.stripe.let_go(number=late)
    customer.wait_state("paid")
    customer.assert_paid_once()
    customer.assert_no_hold()
    assert len(customer.lines("authorized")) == 3


@fault()
def several_at_once(customer):
    """Workers, windows and the dashboard act at one moment."""
    customer.book()
    at_once(*[customer.work_bookings] * 3)
    customer.wait_hold("held")
    customer.fault("delay_after", path=CAPTURE, seconds=1)
    at_once(customer.complete, customer.complete)
    at_once(customer.send, customer.send, customer.work_bookings)
    customer.wait_state("paid")
    customer.assert_paid_once()
    [intent] = customer.stripe.intents(customer=customer.reference)
    at_once(
        *[lambda: ignore_refusal(lambda: customer.ask_refund(200))] * 2,
        lambda: customer.stripe.refund(intent=intent["id"], amount=5000),
        customer.work_bookings,
    )
    customer.work_until(
        lambda: set(customer.refunds()) <= {"done", "refused", "failed"}, MINUTE
    )
    customer.sweep_after(HOUR)
    assert customer.refunds().count("done") == 1, customer.refunds()
    assert customer.refunded() == 20000 + 5000


@fault()
def captured_in_the_dashboard(customer):
    """A part of the hold is captured there while ours is on its way: it pays, and only
    the rest is charged. The refund is refused for what was refunded there."""
    customer.book()
    customer.wait_hold("held")
    [intent] = customer.get_held()
    late = customer.fault("delay_before", path=CAPTURE)
    customer.complete()
    wait_until(lambda: customer.stripe.fault_hits(number=late), "our capture")
    customer.stripe.capture(intent=intent["id"], amount=20000)
    customer.stripe.let_go(number=late)
    wait_until(
        lambda: customer.sweep_after(5 * MINUTE) or "paid" in customer.states(),
        "the charge of the rest",
        seen=customer.states,
        every=1,
    )
    customer.wait_payment_state("paid")
    assert customer.captured() == CENTS
    assert sorted(line["amount"] for line in customer.lines("captured")) == [
        CENTS - 20000,
        20000,
    ]
    late = customer.fault("delay_before", path=REFUND)
    customer.ask_refund(TOTAL)
    wait_until(lambda: customer.stripe.fault_hits(number=late), "our refund")
    customer.stripe.refund(intent=intent["id"], amount=15000)
    customer.stripe.let_go(number=late)
    customer.work_until(
        lambda: set(customer.refunds()) <= {"done", "refused", "failed"}, MINUTE
    )
    assert customer.refunded() <= CENTS
    customer.assert_no_hold()


@fault()
def paid_in_parts(customer):
    """The first part has no answer when staff cancel the plan; the second never
    arrives. Each is charged once, and never more than its part."""
    invoice = start(customer)
    customer.stripe.hold(customer=customer.reference)
    customer.fault("drop_after")
    plan = customer.plan_parts(invoice, 130, 200)  # the first part is due today
    customer.wait_state("unknown")
    customer.assert_nobody_charges_again()
    call = customer.shop.rpc("accountant")
    answer = ignore_refusal(
        lambda: call("paycollect.installment.plan", "action_cancel", [plan])
    )
    assert "is being processed" in answer, answer
    customer.ask_until_known()
    customer.wait_state("paid")
    assert customer.captured() == 13000
    customer.fault("error_before")
    customer.age_bookings(DAY)
    at_once(*[customer.work_bookings] * 2)
    customer.wait_state("paid", "unknown")
    ask_until_paid(customer)
    customer.work_until(lambda: customer.captured() == CENTS, MINUTE)
    customer.stripe.release(customer=customer.reference, copies=2, reverse=True)
    customer.wait_payment_state("paid")
    customer.age_bookings(9 * DAY)
    customer.work_bookings()
    customer.sweep_after(5 * DAY)
    assert [line["amount"] for line in customer.lines("captured")] == [13000, 20000]


@fault()
def next_block_unanswered(customer):
    """What the customer prepaid is used up. The charge of the next block is lost, then
    its response: neither is a decline, and nothing is sold or charged twice."""
    customer.prepay()
    customer.stripe.hold(customer=customer.reference)
    for kind in ("drop_before", "drop_after"):
        customer.fault(kind)
    customer.complete()
    customer.wait_state("unknown")
    customer.assert_nobody_charges_again()
    at_once(*[lambda: ignore_refusal(customer.refill)] * 2)
    wait_until(
        lambda: customer.sweep_after(10 * MINUTE) or customer.states() == ["paid"],
        "the charge of the next block",
        seen=customer.states,
        every=1,
    )
    customer.stripe.release(customer=customer.reference, copies=2, reverse=True)
    customer.wait_payment_state("paid")
    customer.refill()
    assert customer.captured() == CENTS
    assert len({line["key"] for line in customer.asked()}) == 1
    assert customer.blocks() == [*customer.prepaid, customer.invoice()["id"]]
