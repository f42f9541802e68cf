# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The demo provider's weekly payouts, and the bank statement on which they arrive."""

from dataclasses import replace
from datetime import timedelta

from odoo.addons.paycollect_fsm.rules.settlement import FEE, PAYMENT, Entry

WEEKS = 26
# The payout of this many weeks ago has a payment that was made at the provider.
STRANGE_WEEK = 1


def plan(flow):
    """Schedule a payout each week; the last one is still on its way to the bank."""
    for week in range(WEEKS, 0, -1):
        day = flow.today - timedelta(weeks=week - 1, days=1)
        flow.at(day, 5, 0, _pay_out, flow, week)
        if week > 1:
            flow.at(day + timedelta(days=1), 5, 30, _arrive, flow)
    flow.at(flow.today - timedelta(days=1), 22, 0, _compare, flow)


def _pay_out(flow, week):
    """Read the payouts like the scheduled action does, with what the office adds."""
    provider = flow.env.ref("payment.payment_provider_demo").sudo()
    entries, payouts = provider._read_payouts(flow.clock.now)
    payouts = [_add_fee(payout) for payout in payouts]
    if week == STRANGE_WEEK:
        payouts = [_add_stranger(payout) for payout in payouts]
    provider._take_payouts((entries, payouts), flow.clock.now)
    provider._settle_open(flow.clock.now)


def _add_fee(payout):
    """Charge the card reader once a month."""
    if payout.day.day > 7:
        return payout
    return _add(payout, "rental", FEE, "reader_rental", -9.0, 0.0)


def _add_stranger(payout):
    """List a payment that somebody took in the provider's own app."""
    return _add(payout, "app", PAYMENT, "charge", 45.0, 1.61)


def _add(payout, name, kind, label, gross, fee):
    entry = Entry(
        reference=f"demo_{name}_{payout.day:%Y%m%d}",
        kind=kind,
        label=label,
        day=payout.day,
        currency=payout.currency,
        gross=gross,
        fee=fee,
        net=round(gross - fee, 2),
        object_ref=f"demo_{name}_{payout.day:%Y%m%d}",
    )
    return replace(
        payout,
        amount=round(payout.amount + entry.net, 2),
        entries=(*payout.entries, entry),
    )


def _arrive(flow):
    """The bank books what was paid out, and the scheduled action matches it."""
    settlements = flow.env["paycollect.settlement"]
    provider = flow.env.ref("payment.payment_provider_demo").sudo()
    for settlement in settlements.search([("statement_line_id", "=", False)]):
        flow.env["account.bank.statement.line"].create(
            {
                "journal_id": provider.journal_id.id,
                "date": flow.clock.now.date(),
                "amount": settlement.amount,
                "payment_ref": f"DEMO PAYOUT {settlement.reference}",
            }
        )
    provider._settle_open(flow.clock.now)


def _compare(flow):
    flow.env["payment.provider"]._cron_compare(flow.clock.now)
