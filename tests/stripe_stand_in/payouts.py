# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The balance, what else moves it, and what is paid out of it.

https://docs.stripe.com/payouts/reconciliation,
https://docs.stripe.com/reports/balance-transaction-types
"""

from . import charges


def move(account, amount, kind, currency="usd", category=None, description=None):
    """Move the balance without a payment, such as a monthly fee or a reserve.

    :param amount: signed, in minor units
    """
    source = {"id": None, "currency": currency, "description": description}
    return charges.enter(account, kind, amount, 0, source, category)


def convert(account, entry, currency, rate):
    """Settle an entry in another currency than the customer paid in."""
    entry.update(
        currency=currency,
        exchange_rate=rate,
        **{name: round(entry[name] * rate) for name in ("amount", "fee")},
    )
    entry["net"] = entry["amount"] - entry["fee"]
    for part in entry["fee_details"]:
        part.update(amount=entry["fee"], currency=currency)
    return entry


def pay_out(account, currency="usd", negative=False, reconciled=True):
    """Pay out the whole balance to the bank; None if there is nothing to send.

    :param negative: collect a negative balance from the bank instead
    :param reconciled: whether it is final what the payout is made of
    """
    entries = _list_balance(account, currency)
    total = sum(entry["net"] for entry in entries)
    if total == 0 or (total < 0) is not negative:
        return None
    payout = _add(
        account, total, currency, automatic=True,
        reconciliation_status="completed" if reconciled else "in_progress",
    )  # fmt: skip
    for entry in (*entries, _enter(account, payout)):
        entry.update(payout=payout["id"], status="available")
    return _send(account, payout)


def pay_out_manually(account, amount, currency="usd", method="standard"):
    """Pay out a part of the balance; Stripe doesn't say which part.

    :param method: standard, or instant
    """
    payout = _add(
        account, amount, currency, automatic=False, method=method,
        reconciliation_status="not_applicable",
    )  # fmt: skip
    _enter(account, payout)
    return _send(account, payout)


def fail_payout(account, payout):
    """The bank returns the payout; its amount is on the balance again."""
    previous = {"status": payout["status"]}
    payout.update(status="failed", failure_code="account_closed")
    entry = charges.enter(account, "payout_failure", payout["amount"], 0, payout)
    payout["failure_balance_transaction"] = entry["id"]
    account.emit("payout.failed", payout, previous)
    return payout


def _list_balance(account, currency):
    entries = account.all("balance_transaction", payout=None, currency=currency)
    return [entry for entry in entries if entry["type"] != "payout"]


def _add(account, amount, currency, **values):
    return account.add(
        "payout",
        **{
            "amount": amount,
            "arrival_date": account.now + charges.DAY,
            "currency": currency,
            "description": "STRIPE PAYOUT",
            "destination": "ba_stand_in",
            "failure_code": None,
            "metadata": {},
            "method": "standard",
            "source_type": "card",
            "statement_descriptor": None,
            "status": "paid",
            "type": "bank_account",
            **values,
        },
    )


def _enter(account, payout):
    own = charges.enter(account, "payout", -payout["amount"], 0, payout)
    payout["balance_transaction"] = own["id"]
    return own


def _send(account, payout):
    account.emit("payout.created", payout)
    account.emit("payout.paid", payout)
    return payout
