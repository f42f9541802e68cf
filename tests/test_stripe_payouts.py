# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Payouts of the Stripe stand-in, read as the addon reads them: all add up."""

import random

import pytest
from stand_in_fixtures import charge

from odoo.addons.paycollect_fsm.rules import settlement, stripe_payouts

WHOLE = ("jpy",)
DISPUTE = settlement.DISPUTE


@pytest.fixture
def books(api, provider):
    """Pay out what other tests left, then return a reader."""
    provider.pay_out() or provider.pay_out(negative=True)
    return Books(api)


class Books:
    """Reads payouts and balance transactions through the SDK."""

    def __init__(self, api):
        self._api = api

    def list(self, **params):
        params |= {"limit": 100, "expand": ["data.source"]}
        found = self._api.balance_transactions.list(params).auto_paging_iter()
        return [entry.to_dict(for_json=True) for entry in found]

    def read(self, payout):
        """Return the :class:`settlement.Payout` of a payout's id."""
        payout = self._api.payouts.retrieve(payout["id"]).to_dict(for_json=True)
        entries = None
        if stripe_payouts.is_complete(payout):
            entries = self.list(payout=payout["id"])
        return stripe_payouts.read_payout(payout, entries, to_major)

    def check(self, payout):
        """Read a payout, and check that its lines are all of it."""
        found = self.read(payout)
        decimals = 0 if found.currency.lower() in WHOLE else 2
        nets = [entry.net for entry in found.entries]
        assert settlement.compose(found.amount, nets, decimals) is None
        return found


def to_major(minor, code):
    return float(minor) if code.lower() in WHOLE else minor / 100


def get_kinds(payout):
    return sorted((entry.kind, entry.gross, entry.fee) for entry in payout.entries)


def test_refunds_disputes_and_fees_are_named(api, provider, card, books):
    refunded, lost, won, partly, twice = (
        charge(api, card, amount=8400) for _number in range(5)
    )
    provider.refund(intent=refunded.id)
    for intent in (lost, won, partly, twice, twice):
        amount = 4200 if intent is twice else 8400
        dispute = provider.dispute(intent=intent.id, amount=amount)
        if intent is won:
            provider.close_dispute(dispute=dispute["id"], status="won")
        elif intent is partly:
            provider.close_dispute(dispute=dispute["id"], status="won", amount=4000)
    inquired = charge(api, card, amount=8400)
    provider.dispute(intent=inquired.id, inquiry=True)
    provider.move(amount=-100, kind="stripe_fee", description="Terminal rental")
    provider.move(amount=50, kind="stripe_fee", description="Fee returned")
    provider.move(amount=-700, kind="reserve_transaction")
    provider.move(amount=-3, kind="moon_tax", category="moon_tax")
    payout = books.check(provider.pay_out())
    disputes = [entry for entry in payout.entries if entry.kind == DISPUTE]
    assert sorted(entry.gross for entry in disputes) == [
        *[-84.0] * 3, *[-42.0] * 2, 40.0, 84.0,
    ]  # fmt: skip
    assert sum(entry.fee for entry in disputes) == 5 * 15.0
    assert ("refund", -84.0, 0.0) in get_kinds(payout)
    assert [e.gross for e in payout.entries if e.kind == "fee"] == [0.5, -1.0]
    assert {e.label for e in payout.entries if e.kind == "other"} == {"moon_tax"}
    named = {name for entry in disputes for name in entry.references}
    assert {lost.id, won.id, partly.id, twice.id} <= named
    [refund] = [entry for entry in payout.entries if entry.kind == "refund"]
    assert refunded.id not in refund.references, "it is another transaction"


def test_a_returned_debit_a_conversion_and_whole_currencies(api, provider, books):
    bank, euros = provider.store_bank(), provider.store_card()
    debit = charge(api, bank, allowed_payment_method_types=["us_bank_account"])
    provider.settle(intent=debit.id)
    provider.fail_debit(intent=debit.id)
    paid = charge(api, euros, amount=10000, currency="eur")
    provider.convert(intent=paid.id, currency="usd", rate=1.25)
    payout = books.check(provider.pay_out())
    [converted] = [entry for entry in payout.entries if entry.paid_in == "EUR"]
    assert (converted.paid, converted.gross) == (100.0, 125.0)
    [returned] = [entry for entry in payout.entries if entry.kind == DISPUTE]
    assert (returned.label, returned.gross) == ("payment_failure_refund", -330.0)
    assert debit.id in returned.references
    charge(api, provider.store_card(), amount=5000, currency="jpy")
    yen = books.check(provider.pay_out(currency="jpy"))
    assert yen.entries[0].gross == 5000.0


def test_payouts_that_are_negative_manual_late_or_fail(api, provider, card, books):
    intent = charge(api, card, amount=2100)
    provider.refund(intent=intent.id)
    assert provider.pay_out() is None
    negative = books.check(provider.pay_out(negative=True))
    assert negative.amount == -0.91  # the fee of the charge
    charge(api, card, amount=9000)
    late = provider.pay_out(reconciled=False)
    assert books.read(late).entries is None
    provider.finish_payout(payout=late["id"])
    books.check(late)
    failed = books.read(provider.fail_payout(payout=late["id"]))
    assert failed.status == settlement.FAILED
    again = books.check(provider.pay_out())
    assert [entry.kind for entry in again.entries] == [settlement.RETURNED]
    charge(api, card, amount=9000)
    manual = books.read(provider.pay_out_manually(amount=5000, method="instant"))
    assert not manual.itemizable
    assert manual.entries is None


def test_random_payouts_add_up(api, provider, card, books):
    rng = random.Random(20)
    print("seed 20")
    for _payout in range(12):
        for _move in range(rng.randrange(1, 6)):
            make_random_move(api, provider, card, rng)
        paid = provider.pay_out() or provider.pay_out(negative=True)
        if paid:
            books.check(paid)


def make_random_move(api, provider, card, rng):
    what = rng.choice(["charge", "refund", "dispute", "fee", "reserve"])
    if what in ("fee", "reserve"):
        kind = {"fee": "stripe_fee", "reserve": "reserve_transaction"}[what]
        provider.move(amount=rng.randrange(-900, 300), kind=kind)
        return
    intent = charge(api, card, amount=rng.randrange(100, 90000))
    if what == "refund":
        provider.refund(intent=intent.id, amount=rng.randrange(1, intent.amount + 1))
    elif what == "dispute":
        dispute = provider.dispute(intent=intent.id)
        if rng.random() < 0.5:
            provider.close_dispute(dispute=dispute["id"], status="won")
