# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A stand-in for Stripe: small, stateful, on loopback, for tests and benchmarks.

How to use it
-------------
As a process, which outlives the Odoo that is killed in a test::

    from stripe_stand_in.client import Process
    with Process() as stripe:                # or Process(port=8321, state_dir=folder)
        stored = stripe.store_card(outcome="insufficient_funds")
        # … an Odoo whose environment has PAYCOLLECT_STRIPE_URL=stripe.url
        stripe.captured(customer=stored["customer"])

In a thread: `with StandIn() as stand_in: Client(stand_in.url)`. From a shell:
`python -m stripe_stand_in --port 8321 --latency 0.3` (in tests/, ends with its stdin).
Under pytest: the fixture `stripe`, and for an Odoo that uses it
`stripe_scene.open_shop()`; see there.

The secret key is `sk_test_stand_in` (settable), the API is at `/v1/…`. Tests talk to
its control: every public method of :class:`control.Control` is one of the client's.
Settings: `stripe.settings(latency=0.3, search_delay=0, settle_after=…, dispute_fee=…)`.

What it is honest about
-----------------------
- idempotency keys (idempotency.py), for 24 hours of its clock
- parameters: what the typed parameters of the `stripe` package do not have is refused;
  what payment_stripe sends all the same is in one table (parameters.py)
- two versions of the API: 2019-05-16 for requests of payment_stripe (`charges` on the
  intent), the current one for the SDK (`latest_charge`); webhooks have the version of
  their endpoint, events in lists that of the account
- search finds what is older than `search_delay`, lists find everything
- declines (402 with the intent), authentication, manual capture, bank debits, refunds,
  disputes, returned debits, fees, payouts; webhooks are signed

Its clock is the real one. `advance(seconds)` lets it run ahead; `age(seconds)` moves
everything that happened back, as tests do with the rows of Odoo. Webhooks are always
signed with the real time.

Faults: `add_fault(kind=…, customer=…, times=…)`, kinds in faults.py. Webhooks:
`hold()`, `release(copies=2, reverse=True)`, `drop()`, `resend()`.
"""
