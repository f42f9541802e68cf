# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A small, stateful Stripe stand-in on loopback, for tests and benchmarks.

How to use it
-------------
As a process, which outlives an Odoo killed in a test::

    from stripe_stand_in.client import Process
    with Process() as stripe:                # or Process(port=8321, state_dir=folder)
        stored = stripe.store_card(outcome="insufficient_funds")
        # … an Odoo whose environment has PAYCOLLECT_STRIPE_URL=stripe.url
        stripe.captured(customer=stored["customer"])

In a thread: `with StandIn() as stand_in: Client(stand_in.url)`. From a shell:
`python -m stripe_stand_in --port 8321 --latency 0.3` (in tests/; stops with its stdin).
Under pytest: the fixture `stripe`, and `stripe_scene.open_shop()` for an Odoo that
uses it.

The secret key is `sk_test_stand_in` (settable), the API is at `/v1/…`. Tests talk to
its control: every public method of :class:`control.Control` is one of the client's.
Settings: `stripe.settings(latency=0.3, search_delay=0, settle_after=…, dispute_fee=…)`.

What it models faithfully
-------------------------
- idempotency keys (idempotency.py), for 24 hours of its clock
- parameters: anything not in the typed parameters of the `stripe` package is rejected;
  exceptions that payment_stripe sends are in one table (parameters.py)
- two versions of the API: 2019-05-16 for requests of payment_stripe (`charges` on the
  intent), the current one for the SDK (`latest_charge`); webhooks use the version of
  their endpoint, events in lists the account's
- search finds objects older than `search_delay`, lists find everything
- declines (402 with the intent), authentication, manual capture, bank debits, refunds,
  disputes, returned debits, fees, payouts; webhooks are signed

It uses the real clock. `advance(seconds)` moves it ahead; `age(seconds)` moves all past
events back, like tests do with Odoo's rows. Webhooks are always signed with the real
time.

Faults: `add_fault(kind=…, customer=…, times=…)`, kinds in faults.py. Webhooks:
`hold()`, `release(copies=2, reverse=True)`, `drop()`, `resend()`.
"""
