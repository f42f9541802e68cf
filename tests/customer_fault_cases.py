# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What customers do on their pages while something of theirs is being charged.

Registered with the faults of fault_cases.py. Each customer has one open invoice, which
no policy charges, and a login.
"""

from datetime import date, timedelta

from fault_cases import MINUTE, fault
from paycollect_setup.waiting import wait_until
from portal_visit import PortalVisit
from stripe_scene import CENTS, DAY, TOTAL, at_once, ignore_refusal

TERMS = {"scope": "due", "day": "0", "notice_days": "0"}


def start(customer):
    """Bill the customer and give them a login; return the invoice's ID."""
    call = customer.shop.rpc("admin")
    call("res.partner", "open_account_for_tests", [customer.id])
    return call("res.partner", "bill_for_tests", [customer.id, TOTAL])


def log_in(customer):
    return PortalVisit(customer.server, customer.email)


def run_schedules(customer):
    """Run the crons of autopay and of scheduled payments."""
    customer.shop.rpc("admin")("res.partner", "run_schedules_for_tests", [])


def run_until_charged(customer):
    """Run them until they have planned it: another customer's may take precedence."""
    wait_until(
        lambda: run_schedules(customer) or customer.states(),
        f"a charge of {customer.email}",
        every=1,
    )


def turn_autopay_on(customer, visit, **terms):
    """Agree to the terms that the page shows."""
    typed = {"token": customer.tokens[0], **TERMS, **terms}
    query = "&".join(f"{name}={value}" for name, value in typed.items())
    visit.open(f"/my/autopay/review?{query}")
    address, _page = visit.post("/my/autopay/on", agreed="1", **typed)
    assert address.endswith("done=on")


def start_autopay(customer):
    """Bill a customer with autopay; return the invoice's ID and a visit."""
    invoice, visit = start(customer), log_in(customer)
    turn_autopay_on(customer, visit)
    return invoice, visit


def get_line(customer):
    [line] = customer.server.sql(
        "SELECT id FROM account_move_line WHERE move_id = %s "
        "AND display_type = 'payment_term'",
        [customer.invoice()["id"]],
    )
    return line["id"]


def get_scheduled(customer):
    return customer.server.sql(
        "SELECT id, state, date FROM paycollect_scheduled_payment "
        "WHERE partner_id = %s ORDER BY id",
        [customer.id],
    )


# Autopay


@fault(kind=["off", "agreed_anew"])
def autopay_while_it_charges(customer, kind):
    """The customer skips the payment, and turns autopay off or agrees to other terms,
    when the request is on its way: it is too late for this one."""
    _invoice, visit = start_autopay(customer)
    late = customer.fault("delay_after")
    run_until_charged(customer)
    customer.wait_captured()
    assert customer.states() == ["sent"]
    visit.open("/my/autopay")
    visit.post("/my/autopay/skip", item=get_line(customer))
    if kind == "off":
        visit.post("/my/autopay/off")
    else:
        turn_autopay_on(customer, visit, max_amount="1000")
    customer.stripe.let_go(number=late)
    customer.wait_state("paid")
    run_schedules(customer)
    customer.sweep_after(5 * DAY)
    customer.assert_paid_once()
    assert len(customer.asked()) == 1


@fault()
def check_announced_at_the_claim(customer):
    """Either the check is waited for, or the charge was first and pays the invoice."""
    invoice, visit = start_autopay(customer)
    visit.open("/my/checks/new")
    check = {"number": "1042", "bank": "First Bank", "amount": f"{TOTAL}.00"}
    check |= {"date": date.today(), "move_ids": invoice}
    at_once(
        lambda: run_schedules(customer),
        lambda: visit.post("/my/checks/announce", **check),
    )
    customer.shop.wait_jobs()
    if not customer.captured():
        customer.sweep_after(20 * MINUTE)
        assert customer.captured() == 0, "charged although its check is on the way"
        [notice] = customer.server.sql(
            "SELECT id FROM paycollect_check_notice WHERE partner_id = %s",
            [customer.id],
        )
        visit.open("/my/checks")
        visit.post(f"/my/checks/{notice['id']}/cancel")
    wait_until(
        lambda: (
            run_schedules(customer)
            or customer.sweep_after(6 * MINUTE)
            or customer.captured()
        ),
        f"the charge of {customer.email}",
        every=1,
    )
    customer.wait_settled()
    customer.assert_paid_once()


# Scheduled payments


def plan_in_two_tabs(customer):
    """Press the button in two tabs at once; return both, and the payment's ID."""
    tabs = [log_in(customer), log_in(customer)]
    typed = {
        "item": get_line(customer),
        "date": date.today() + timedelta(days=1),
        "token": customer.tokens[0],
    }
    query = "&".join(f"{name}={value}" for name, value in typed.items())
    for tab in tabs:
        tab.open(f"/my/scheduled/new?{query}&review=1")
    at_once(*[lambda t=tab: t.post("/my/scheduled/plan", **typed) for tab in tabs])
    [payment] = get_scheduled(customer)
    assert payment["state"] == "planned"
    customer.server.sql(
        "UPDATE paycollect_scheduled_payment SET date = date - 1 WHERE id = %s",
        [payment["id"]],
    )
    return *tabs, payment["id"]


@fault(when=["at_the_claim", "in_flight"])
def scheduled_payment_canceled(customer, when):
    """Staff and the customer cancel it on its day."""
    start(customer)
    tab, other, payment = plan_in_two_tabs(customer)

    def cancel():
        call = customer.shop.rpc("accountant")
        ignore_refusal(
            lambda: call("paycollect.scheduled.payment", "action_cancel", [payment])
        )

    tab.open("/my/scheduled")
    other.open("/my/scheduled")
    if when == "in_flight":
        late = customer.fault("delay_after")
        run_until_charged(customer)
        customer.wait_captured()
        cancel()
        _address, page = tab.post("/my/scheduled/cancel", payment=payment)
        assert "canceled anymore" in page
        customer.stripe.let_go(number=late)
    else:
        at_once(
            lambda: run_schedules(customer),
            cancel,
            lambda: tab.post("/my/scheduled/cancel", payment=payment),
        )
    customer.shop.wait_jobs()
    customer.wait_settled()
    for _again in range(2):
        run_schedules(customer)
        customer.sweep_after(DAY)
    [row] = get_scheduled(customer)
    if row["state"] == "canceled":
        assert when == "at_the_claim"
        assert customer.captured() == 0
        customer.assert_open()
    else:
        assert row["state"] == "paid"
        customer.assert_paid_once()


# Disputes


@fault(kind=["delay_after", "drop_after"])
def dispute_while_it_charges(customer, kind):
    """The money that is on its way still counts; nothing is charged on top."""
    invoice, visit = start_autopay(customer)
    customer.stripe.hold(customer=customer.reference)
    late = customer.fault(kind)
    run_until_charged(customer)
    customer.wait_captured()
    if kind == "drop_after":
        customer.wait_state("unknown")
    visit.open(f"/my/disputes/new?invoice={invoice}")
    address, _page = visit.post(
        "/my/disputes/file", invoice=invoice, reason="quality", text="It still leaks."
    )
    assert address.endswith("done=filed")
    if kind == "delay_after":
        customer.stripe.let_go(number=late)
    else:
        customer.ask_until_known()
    customer.wait_state("paid")
    run_schedules(customer)
    customer.sweep_after(5 * DAY)
    customer.assert_paid_once()
    assert customer.captured() == CENTS
