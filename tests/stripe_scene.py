# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A company that collects with Stripe, on a real server, with the stand-in as Stripe.

Open one with :func:`open_shop`; each of its customers has one job for a visit of $330
and one or more methods stored at the stand-in.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import requests
import scene
from balance_windows import BalanceWindow
from booking_scene import Bookings
from paycollect_setup import paths
from paycollect_setup.client import RpcError
from paycollect_setup.waiting import LONGEST, wait_equal, wait_until
from stripe_stand_in.client import SECRET_KEY, WEBHOOK_SECRET

TOTAL = 330  # one visit of 300 and 10 % tax
CENTS = 33000
LEGACY_VERSION = "2019-05-16"  # version of the webhooks that payment_stripe registers
CHANNELS = "root:8,root.paycollect:5,root.paycollect_document:2"
CONSENT = "Payment method"  # how the subject of the copy begins
HOUR = 3600
DAY = 24 * HOUR

# Columns that move back to make something happen earlier.
AGED = {
    "paycollect_attempt": (
        "planned_at",
        "sent_at",
        "done_at",
        "asked_at",
        "ask_at",
        "requested_at",
        "escalate_at",
    ),
    "payment_transaction": ("create_date", "last_state_change"),
}


def age_sql(table):
    """Return SQL that moves all timestamps of a customer's rows back."""
    moved = ", ".join(
        f"{column} = {column} - %(seconds)s * interval '1 second'"
        for column in AGED[table]
    )
    return f"UPDATE {table} SET {moved} WHERE partner_id = %(partner)s"


def open_shop(lab, stripe, folder, customers, others=(), **options):
    """Start a server, with paycollect_test_provider installed.

    :param lab: fixture `lab` or `module_lab`
    :param stripe: the stand-in's client, see stripe_stand_in
    :param folder: for instructions to the test addon, see its provider_side.py
    :param customers: by name (its first word is unique) the outcomes of the stored
        methods: `{"rosa": ["succeed"], "nora": ["stolen_card", "succeed"]}`; a dict
        instead of an outcome is passed to `stripe.store_card`, with `kind="bank"` to
        `store_bank`
    :param others: names of customers with a card of the demo provider instead
    :param options: of `lab.make_server`
    """
    return Shop(lab, stripe, folder, customers, others, **options)


class Shop:
    def __init__(self, lab, stripe, folder, customers, others, **options):
        self.stripe, self.folder = stripe, folder
        self.server = lab.make_server(
            env={
                "PAYCOLLECT_STRIPE_URL": stripe.url,
                "PAYCOLLECT_TEST_PROVIDER": str(folder),
            },
            config={"addons_path": f"{paths.ROOT},{paths.ROOT / 'tests/addons'}"},
            install="paycollect_test_provider",
            channels=CHANNELS,
            **options,
        )
        stored = {name: self._store(name, ways) for name, ways in customers.items()}
        company = scene.open_company(
            self.server,
            {name: {"stored": methods} for name, methods in stored.items()}
            | {name: {} for name in others},
            booked=True,
            stripe_keys={
                "stripe_secret_key": SECRET_KEY,
                "stripe_webhook_secret": WEBHOOK_SECRET,
            },
        )
        self.provider, self.card_method = company["stripe"], company["card_method"]
        self.company = company
        self._customers = {
            name: Customer(self, stored=stored[name], **company["customers"][name])
            for name in customers
        }
        self.add_endpoint()
        self._wait_consents(sum(map(len, stored.values())) + len(others))

    def _wait_consents(self, count):
        """Wait until each customer has the copy of the consent.

        A server killed while Odoo's mail queue is running may send them again.
        """
        wait_until(
            lambda: len(self.server.catcher.find(subject=CONSENT)) >= count,
            "the copies of consents",
            seen=lambda: [mail.subject for mail in self.server.catcher.find()],
        )

    def _store(self, name, ways):
        """Store all methods of a customer under one Stripe customer."""
        methods, customer = [], None
        for place, way in enumerate(ways):
            options = dict(way) if isinstance(way, dict) else {"outcome": way}
            options.setdefault("last4", str(4242 + place))
            store = {"card": self.stripe.store_card, "bank": self.stripe.store_bank}
            kind = options.pop("kind", "card")
            methods.append(store[kind](name=name, customer=customer, **options))
            customer = methods[0]["customer"]
        return methods

    def add_endpoint(self):
        """Add a webhook like “Generate your webhook” does, but for all events."""
        self.stripe.add_endpoint(
            url=f"{self.server.url}/payment/stripe/webhook",
            secret=WEBHOOK_SECRET,
            api_version=LEGACY_VERSION,
        )

    def __getitem__(self, name):
        return self._customers[name]

    @property
    def customers(self):
        return list(self._customers.values())

    # Instructions to the test addon

    def die_at(self, point, customer):
        """Kill the server when it reaches this point for this customer."""
        (self.folder / "die_at").write_text(f"{point} {customer.id}")

    def conflict(self, point, customer, times):
        """Fail with a serialization error this many times at this point."""
        (self.folder / f"conflict_{point}_{customer.id}").write_text(str(times))

    def wait_death(self):
        assert self.server.wait_exit() == -9
        assert not (self.folder / "die_at").exists()

    # What the server does

    def rpc(self, login):
        return self.server.rpc(login, login)

    def sweep(self):
        """Run the crons: send, finish, find interrupted charges, look up, apply events.

        Several may run at a time if tests do so.
        """
        self.rpc("admin")("paycollect.attempt", "sweep_for_tests")

    def sweep_and_die(self):
        """Run the crons, during which the server is killed."""
        try:
            self.sweep()
        except requests.ConnectionError:
            assert self.server.wait_exit() == -9

    def age_jobs(self):
        """Age started jobs so that the runner treats them as dead."""
        self.server.sql(
            "UPDATE queue_job SET date_enqueued = date_enqueued - interval '3 minutes'"
        )

    def wait_jobs(self):
        """Wait until no job is left that could start now."""
        wait_equal(
            lambda: self.server.sql(
                "SELECT method_name, state FROM queue_job "
                "WHERE state NOT IN ('done', 'failed') "
                "AND (eta IS NULL OR eta <= now() AT TIME ZONE 'UTC')"
            ),
            [],
            "the open jobs",
        )


class Customer(Bookings):
    """The outcome of one customer's job: at Stripe, in the books, by email."""

    def __init__(self, shop, stored, id, email, job, tokens, **_values):
        self.shop, self.server, self.stripe = shop, shop.server, shop.stripe
        self.id, self.email, self.job, self.tokens = id, email, job, tokens
        self.stored = stored
        self.reference = stored[0]["customer"]  # at Stripe

    # Actions

    def complete(self):
        """Complete the job; the response is lost if the server dies meanwhile."""
        try:
            self.shop.rpc("technician")("fsm.order", "action_complete", [self.job])
        except requests.ConnectionError:
            assert not self.server.alive or self.server.wait_exit() == -9

    def collect_now(self):
        """Click “Collect Now” as the accountant."""
        call = self.shop.rpc("accountant")
        return call("account.move", "action_collect_now", [self.invoice()["id"]])

    def fault(self, kind, **options):
        """Make this customer's next charge fail, see stripe_stand_in.faults."""
        return self.stripe.add_fault(kind=kind, customer=self.reference, **options)

    def time_out(self):
        """Delay the next charge until the returned fault is released.

        By then, we have given up.
        """
        (self.shop.folder / f"give_up_{self.reference}").touch()
        return self.fault("delay_before")

    def conflict(self, point, times):
        self.shop.conflict(point, self, times)

    def start_portal_payment(self):
        """Open the invoice as the customer, choose to pay, and enter the card.

        :return: the id of the Stripe intent that awaits confirmation
        """
        invoice = self.invoice()["id"]
        call = self.shop.rpc("accountant")
        token = call("account.move", "get_portal_url", [invoice]).split("token=")[1]
        params = {
            "access_token": token.split("&")[0],
            "provider_id": self.shop.provider,
            "payment_method_id": self.shop.card_method,
            "token_id": None,
            "amount": TOTAL,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": "/my",
        }
        answer = requests.post(
            f"{self.server.url}/invoice/transaction/{invoice}",
            json={"jsonrpc": "2.0", "method": "call", "params": params},
            timeout=LONGEST,
        ).json()
        if "error" in answer:
            raise RpcError(answer["error"]["data"]["message"])
        return answer["result"]["client_secret"].partition("_secret_")[0]

    def open_balance(self):
        """Open the balance page logged in, and behind a link on another device.

        :return: both :class:`BalanceWindow`, with the invoice ticked
        """
        link = self.shop.rpc("admin")(
            "res.partner", "open_account_for_tests", [self.id]
        )
        [line] = self.server.sql(
            "SELECT id FROM account_move_line WHERE move_id = %s "
            "AND display_type = 'payment_term'",
            [self.invoice()["id"]],
        )
        ticked = f"?item={line['id']}"
        path = "/pay/" + link.rsplit("/", 1)[1]
        return (
            BalanceWindow(self.server, f"/my/balance{ticked}", self.email),
            BalanceWindow(self.server, path + ticked),
        )

    def age(self, seconds, tables=tuple(AGED)):
        """Move everything about this customer back in time, but not at Stripe."""
        for table in tables:
            params = {"partner": self.id, "seconds": seconds}
            self.server.sql(age_sql(table), params)

    def sweep_after(self, seconds, tables=tuple(AGED)):
        """Let this much time pass and run the crons."""
        self.age(seconds, tables)
        self.shop.sweep()

    def sweep_until(self, *states):
        """Run the crons repeatedly: another worker on the invoice takes precedence."""
        wait_until(
            lambda: self.shop.sweep() or self.states() == list(states),
            f"attempts {states} of {self.email}",
            seen=self.states,
            every=1,
        )

    def ask_until_known(self, questions=12):
        """Let hours pass with look-ups until the outcome is known."""
        for _question in range(questions):
            if "unknown" not in self.states():
                return
            self.sweep_after(3 * HOUR)
        raise AssertionError(f"{self.email} is still unknown: {self.inquiries()}")

    def send(self):
        """Send planned attempts from another worker."""
        call = self.shop.rpc("admin")
        return call("paycollect.attempt", "send_for_tests", [self.id])

    def set_outcome(self, *outcomes):
        """Set how the first method responds from now on."""
        method = self.stored[0]["payment_method"]
        self.stripe.set_outcome(payment_method=method, outcomes=outcomes)

    def renew_card(self):
        """Turn the first method into a good card; open invoices are retried at once.

        Not within the same second as the decline: Odoo's clock is not finer, and a
        decline in the same second still counts.
        """
        time.sleep(1.1)
        stored = self.stripe.store_card(customer=self.reference)
        vals = {
            "stripe_payment_method": stored["payment_method"],
            "fingerprint": stored["fingerprint"],
        }
        call = self.shop.rpc("admin")
        call("payment.token", "renew_for_tests", [self.tokens[:1], vals])

    def delete_method(self, where):
        """:param where: here, by an administrator, or at stripe"""
        if where == "here":
            call = self.shop.rpc("admin")
            call("payment.token", "write", [self.tokens, {"active": False}])
        else:
            method = self.stored[0]["payment_method"]
            self.stripe.detach(payment_method=method)

    def get_wait(self):
        """Return the seconds until the planned attempt is due."""
        (planned,) = [one for one in self.attempts() if one["state"] == "planned"]
        (row,) = self.server.sql(
            "SELECT extract(epoch FROM planned_at - now() AT TIME ZONE 'UTC') AS wait "
            "FROM paycollect_attempt WHERE id = %s",
            [planned["id"]],
        )
        return max(0, float(row["wait"]))

    # State

    def attempts(self):
        return scene.attempts(self.server, self.id)

    def states(self):
        return [attempt["state"] for attempt in self.attempts()]

    def wait_state(self, *states):
        wait_equal(self.states, list(states), f"the attempts of {self.email}")

    def wait_captured(self, cents=CENTS):
        """Wait until Stripe has captured this amount."""
        wait_equal(self.captured, cents, f"what was taken from {self.email}")

    def wait_payment_state(self, state):
        wait_equal(
            lambda: self.invoice()["payment_state"],
            state,
            f"the invoice of {self.email}",
        )

    def wait_settled(self):
        """Wait until nothing is being sent for this customer."""
        wait_until(
            lambda: not {"planned", "sent"} & set(self.states()),
            f"the end of charges of {self.email}",
            seen=self.states,
        )

    def wait_receipt(self):
        """Wait for the receipt.

        The sweep sends it after two minutes if a conflict interrupted the job.
        """
        self.server.wait_mail(to=self.email, subject="Receipt")

    def invoice(self):
        """Return what the customer owes or owed; not what was prepaid and used."""
        (invoice,) = [
            one
            for one in scene.invoices(self.server, self.id)
            if one["id"] not in self.prepaid and one["amount_total"]
        ]
        return invoice

    def transactions(self):
        return self.server.sql(
            "SELECT * FROM payment_transaction WHERE partner_id = %s ORDER BY id",
            [self.id],
        )

    def inquiries(self):
        return self.server.sql(
            "SELECT inquiry.* FROM paycollect_inquiry inquiry "
            "JOIN paycollect_attempt attempt ON attempt.id = inquiry.attempt_id "
            "WHERE attempt.partner_id = %s ORDER BY inquiry.id",
            [self.id],
        )

    def events(self, event_type):
        """Return stored events about this customer's payments."""
        return self.server.sql(
            "SELECT event.* FROM paycollect_event event JOIN payment_transaction tx "
            "ON tx.reference = event.reference "
            "WHERE event_type = %s AND tx.partner_id = %s",
            [event_type, self.id],
        )

    def activities(self):
        rows = self.server.sql(
            "SELECT summary FROM mail_activity "
            "WHERE res_model = 'account.move' AND res_id = %s AND active",
            [self.invoice()["id"]],
        )
        return [row["summary"] for row in rows]

    def receipts(self):
        return self.server.catcher.find(to=self.email, subject="Receipt")

    def lines(self, event):
        """Return Stripe's ledger lines, including a customer created by the portal."""
        own = {tx["reference"] for tx in self.transactions()}
        return [
            line
            for line in self.stripe.lines(event)
            if line["customer"] == self.reference or line["reference"] in own
        ]

    def captured(self):
        """Return the cents captured at Stripe."""
        return sum(line["amount"] for line in self.lines("captured"))

    def asked(self):
        """Return the charge requests that reached Stripe, including repeats."""
        return self.stripe.charges_asked(customer=self.reference)

    # What must hold

    def assert_nobody_charges_again(self):
        """Check that neither sweep nor user charges while the outcome is unknown."""
        asked = len(self.asked())
        answer = self.collect_now()
        assert answer["params"]["type"] == "warning"
        self.shop.sweep()
        assert self.states()[-1] == "unknown"
        assert len(self.asked()) == asked

    def assert_safe(self):
        """Check the invariants that hold in any case."""
        self.assert_bookings_safe()
        invoice = self.invoice()
        captured = self.lines("captured")
        assert sum(line["amount"] for line in captured) <= CENTS, "charged twice"
        done = [tx for tx in self.transactions() if is_charge(tx, "done")]
        booked = [tx for tx in done if tx["payment_id"]]
        assert len(booked) == len(done), "a payment is not posted"
        # What was captured in the dashboard is credit, not a payment of the invoice.
        assert invoice["payments"] <= invoice["reconciled"] == len(done)
        assert len(done) <= len(captured), "paid in the books only"
        mails = self.server.catcher.find(to=self.email)
        # Each consent has its copy, also two of the same method; each payment of a part
        # has its receipt.
        assert len(self.receipts()) <= len(done) + len(self.prepaid)
        several = (CONSENT, "Receipt")
        subjects = [m.subject for m in mails if not m.subject.startswith(several)]
        assert len(subjects) == len(set(subjects)), f"a message twice: {subjects}"
        assert self.is_refusal_final(), "asked again after a hard decline"

    def is_refusal_final(self):
        """Return whether no method was charged again after a hard decline."""
        for stored in self.stored:
            charges = [
                charge
                for charge in self.stripe.objects(kind="charge")
                if charge["payment_method"] == stored["payment_method"]
            ][::-1]
            hard = [charge["failure_code"] and is_hard(charge) for charge in charges]
            if True in hard[:-1]:
                return False
        return True

    def assert_paid_once(self):
        """Check for one charge, payment, reconciliation and receipt."""
        assert self.captured() == CENTS
        self.wait_receipt()
        invoice = self.invoice()
        assert invoice["payment_state"] == "paid"
        assert (invoice["amount_total"], invoice["amount_residual"]) == (TOTAL, 0)
        assert (invoice["payments"], invoice["reconciled"]) == (1, 1)
        assert [is_charge(tx, "done") for tx in self.transactions()].count(True) == 1
        assert self.states().count("paid") == 1
        assert len(self.receipts()) == 1
        self.assert_safe()

    def assert_open(self):
        """Check that nothing was booked and no receipt was sent."""
        invoice = self.invoice()
        assert (invoice["state"], invoice["payment_state"]) == ("posted", "not_paid")
        assert (invoice["payments"], invoice["reconciled"]) == (0, 0)
        assert not self.receipts()
        self.assert_safe()


def is_charge(transaction, state):
    """Whether it took money, or wanted to, and how that ended; a hold takes none."""
    takes = transaction["operation"] != "refund"
    return (
        takes
        and transaction["collection_role"] != "hold"
        and (transaction["state"] == state)
    )


HARD = ("lost_card", "stolen_card", "pickup_card", "fraudulent", "incorrect_number")


def is_hard(charge):
    return charge["outcome"]["reason"] in HARD


def at_once(*actions):
    """Run all functions at the same time; return their results."""
    with ThreadPoolExecutor(len(actions)) as pool:
        return [future.result() for future in [pool.submit(a) for a in actions]]


def pause(seconds):
    """Wait for something that leaves no trace."""
    time.sleep(seconds)


def ignore_refusal(action):
    """Run it and ignore a refusal, which is also a valid outcome."""
    try:
        return action()
    except RpcError as error:
        return str(error)
