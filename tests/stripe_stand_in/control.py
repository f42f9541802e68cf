# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Test controls and queries of the provider: POST /_control/<name> with JSON.

Each public method of :class:`Control` is one; its keyword arguments are the JSON.
"""

import copy

from . import charges, intents, mandates, methods, payouts, returns
from .errors import ApiError


class Control:
    def __init__(self, account, keys, faults, webhooks):
        self._account, self._keys = account, keys
        self._faults, self._webhooks = faults, webhooks

    def call(self, name, arguments):
        """:return: status and answer"""
        method = None if name.startswith("_") else getattr(self, name, None)
        if method is None or name == "call":
            return 404, {"error": f"there is no control {name}"}
        try:
            if name == "wait_idle":  # waits, so without the lock
                return 200, {"result": method()}
            with self._account.lock:
                return 200, {"result": copy.deepcopy(method(**arguments))}
        except ApiError as error:
            return 400, {"error": error.error["message"]}
        except (KeyError, TypeError, ValueError) as error:
            return 400, {"error": f"{type(error).__name__}: {error}"}

    # History

    def ledger(self):
        return self._account.ledger

    def requests(self):
        return self._account.requests

    def objects(self, kind):
        """Return all objects of a kind, newest first, in the current API's format."""
        return self._account.all(kind)

    def ping(self):
        return "pong"

    # Settings and clock

    def settings(self, **changes):
        for name, value in changes.items():
            if not hasattr(self._account.settings, name):
                raise ValueError(f"there is no setting {name}")
            setattr(self._account.settings, name, value)
        return vars(self._account.settings)

    def advance(self, seconds):
        """Move the provider's clock ahead; bank debits may settle as a result."""
        self._account.advance(seconds)
        intents.settle_due(self._account)
        returns.dispute_later(self._account)

    def age(self, seconds):
        """Move everything so far back in time, including keys."""
        self._account.age(seconds)
        self._keys.age(seconds)
        intents.settle_due(self._account)
        returns.dispute_later(self._account)

    def forget_keys(self, customer):
        """Drop the keys of requests about this customer, as happens after a day."""
        self._keys.forget(customer)

    # Faults

    def add_fault(self, **options):
        return self._faults.add(**options)

    def clear_faults(self, number=None):
        self._faults.clear(number)

    def fault_hits(self, number):
        return self._faults.get(number).hits

    def let_go(self, number):
        """Release the requests held by this delay."""
        self._faults.get(number).let_go()

    # Webhooks

    def add_endpoint(self, url, secret, api_version=None, enabled_events=("*",)):
        """Add an endpoint with a secret chosen by the caller."""
        endpoint = self._account.add(
            "webhook_endpoint",
            api_version=api_version,
            enabled_events=list(enabled_events),
            metadata={},
            status="enabled",
            url=url,
        )
        self._account.secrets[endpoint["id"]] = secret
        return endpoint["id"]

    def hold(self, **which):
        self._webhooks.hold(**which)

    def flow(self):
        self._webhooks.flow()

    def release(self, **which):
        return self._webhooks.release(**which)

    def drop(self, **which):
        return self._webhooks.drop(**which)

    def resend(self, **which):
        return self._webhooks.resend(**which)

    def duplicate(self, copies):
        """Send each new delivery this many times."""
        self._webhooks.copies = copies

    def deliveries(self):
        return [delivery.describe() for delivery in self._webhooks.deliveries]

    def wait_idle(self):
        self._webhooks.wait_idle()

    # Customers and their methods

    def store_card(self, name="Customer", outcome="succeed", customer=None, **card):
        """Create a customer with a card saved for off-session use.

        :param outcome: see methods.set_outcome
        :param card: brand, last4, exp_month, exp_year, fingerprint
        """
        card.setdefault("fingerprint", f"fp{self._account.secret()}")
        method = methods.make_card(self._account, outcome=outcome, **card)
        return self._store(name, customer, method)

    def store_bank(self, name="Customer", outcome="succeed", customer=None, **bank):
        """Create a customer with a bank account and its mandate."""
        bank.setdefault("fingerprint", f"fp{self._account.secret()}")
        method = methods.make_bank(self._account, outcome=outcome, **bank)
        return self._store(name, customer, method)

    def _store(self, name, customer, method):
        account = self._account
        if not customer:
            customer = account.add("customer", name=name, metadata={})["id"]
        methods.attach(account, method, customer)
        params = {
            "customer": customer,
            "payment_method": method["id"],
            "payment_method_types": [method["type"]],
        }
        account.secrets[method["id"]]["set_up"] = True
        setup = None
        if method["type"] == "us_bank_account":
            setup = mandates.create_setup(account, params | {"confirm": True})
        return {
            "customer": customer,
            "payment_method": method["id"],
            "mandate": setup and setup["mandate"],
            "fingerprint": method[method["type"]]["fingerprint"],
            "last4": method[method["type"]]["last4"],
        }

    def set_outcome(self, payment_method, *, outcomes):
        methods.set_outcome(self._account, payment_method, *outcomes)

    def update_card(self, payment_method, outcome="succeed", **card):
        """Replace a card's number and expiry like card networks do: same method."""
        method = self._account.get("payment_method", payment_method)
        previous = {"card": {field: method["card"].get(field) for field in card}}
        method["card"] |= card
        methods.set_outcome(self._account, payment_method, outcome)
        self._account.emit("payment_method.automatically_updated", method, previous)
        return method

    def detach(self, payment_method):
        method = self._account.get("payment_method", payment_method)
        methods.detach(self._account, method)

    def revoke_mandate(self, mandate):
        mandates.revoke(self._account, self._account.get("mandate", mandate))

    # Payments

    def settle(self, intent, outcome=None):
        """Settle a debit, see intents.settle."""
        item = self._account.get("payment_intent", intent)
        return intents.settle(self._account, item, outcome)

    def authenticate(self, intent, success=True):
        """Return from the bank's page as the customer."""
        item = self._account.get("payment_intent", intent)
        return intents.authenticate(self._account, item, success)

    def confirm(self, intent, payment_method=None):
        """Confirm in the browser as the customer, on-session."""
        item = self._account.get("payment_intent", intent)
        params = {"payment_method": payment_method} if payment_method else {}
        return intents.confirm(self._account, item, params)

    def capture(self, intent, amount):
        """Capture a hold in Stripe's dashboard."""
        item = self._account.get("payment_intent", intent)
        return intents.capture(self._account, item, {"amount_to_capture": amount})

    def refund(self, intent, amount=None):
        """Refund in Stripe's dashboard."""
        params = {"payment_intent": intent}
        if amount is not None:
            params["amount"] = amount
        return returns.refund(self._account, params)

    def fail_refund(self, refund, status="failed"):
        """:param status: failed, or canceled"""
        item = self._account.get("refund", refund)
        return returns.fail_refund(self._account, item, status=status)

    def dispute(self, intent, **options):
        """:param options: reason, amount, fee, inquiry, network_reason_code"""
        return returns.dispute(self._account, self._get_charge(intent), **options)

    def close_dispute(self, dispute, status, amount=None):
        """:param amount: what comes back, if it is won in part"""
        item = self._account.get("dispute", dispute)
        return returns.close_dispute(self._account, item, status, amount)

    def return_debit(self, intent, cause, fee=None):
        """:param cause: one of methods.BANK_RETURNS"""
        charge = self._get_charge(intent)
        return returns.return_debit(self._account, charge, cause, fee)

    def _get_charge(self, intent):
        return intents.get_charge(self._account, {"payment_intent": intent})

    def fail_debit(self, intent):
        """Fail a bank debit that had succeeded; there is no dispute."""
        return returns.fail_debit(self._account, self._get_charge(intent))

    # Balance and payouts

    def move(self, amount, kind, **options):
        """:param options: currency, category, description"""
        return payouts.move(self._account, amount, kind, **options)

    def convert(self, intent, currency, rate):
        """Settle a charge in another currency."""
        entry = self._get_charge(intent)["balance_transaction"]
        entry = self._account.get("balance_transaction", entry)
        return payouts.convert(self._account, entry, currency, rate)

    def pay_out(self, currency="usd", **options):
        """:param options: negative, reconciled"""
        return payouts.pay_out(self._account, currency, **options)

    def pay_out_manually(self, amount, **options):
        """:param options: currency, method"""
        return payouts.pay_out_manually(self._account, amount, **options)

    def finish_payout(self, payout):
        """It is final now what the payout is made of."""
        item = self._account.get("payout", payout)
        item["reconciliation_status"] = "completed"
        return item

    def fail_payout(self, payout):
        item = self._account.get("payout", payout)
        return payouts.fail_payout(self._account, item)

    def fee(self, amount, kind="card"):
        """Return Stripe's fee for an amount, in minor units."""
        return charges.get_fee({"payment_method_details": {"type": kind}}, amount)
