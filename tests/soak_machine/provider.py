# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The Stripe stand-in, in a thread of this process: it uses the schedule's clock, its
webhooks wait until a step delivers them, and its books are accessible.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC
from functools import partial

from stripe_stand_in import methods
from stripe_stand_in.account import get_reference
from stripe_stand_in.errors import ApiError
from stripe_stand_in.events import sign
from stripe_stand_in.faults import KINDS

from .shop import WEBHOOK_SECRET

# The version of events sent to the endpoint that Odoo registers.
WEBHOOK_VERSION = "2019-05-16"
FAULTS = tuple(kind for kind in KINDS if not kind.startswith("delay"))
EVENTS = ("payment_intent.*", "charge.refund*", "charge.dispute.*", "payment_method.*")
# States of a dispute in which we do not have the money.
TAKEN_BACK = ("needs_response", "under_review", "lost")
FOR_EVER = 10**9
# The bank's responses to successive charges; the last one repeats.
CARDS = {
    "good": ["succeed"],
    "soft": ["insufficient_funds", "succeed"],
    "poor": ["insufficient_funds"],
    "hiccup": ["processing_error", "succeed"],
    "lost": ["lost_card"],
    "expired": ["expired_card"],
    "careful": ["authenticate"],
}
BANKS = {
    "bank": ["succeed"],
    "empty bank": ["insufficient_funds", "succeed"],
    "closed bank": ["account_closed"],
}
KINDS_OF_METHODS = (*CARDS, *BANKS)


@dataclass(frozen=True)
class Method:
    """The data of a method that Odoo stores."""

    id: str
    customer: str
    odoo_code: str
    brand: str
    last4: str
    fingerprint: str
    mandate: str | bool = False


class Provider:
    """:param stand_in: a started StandIn; :param clock: see clock.py"""

    def __init__(self, stand_in, clock):
        self._clock = clock
        self._stand_in = stand_in
        self.account = self._stand_in.account
        self.control = self._stand_in.control
        self.url = self._stand_in.url

    def reset(self):
        """Start with an empty account."""
        for objects in self.account.objects.values():
            objects.clear()
        self.account.secrets.clear()
        self.account.later.clear()
        self._stand_in.keys.age(FOR_EVER)
        self._stand_in.webhooks.deliveries.clear()
        self.stop_faults()
        self.set_clock()
        self.control.hold()
        self.control.add_endpoint(
            "http://127.0.0.1:9/",
            WEBHOOK_SECRET,
            api_version=WEBHOOK_VERSION,
            enabled_events=EVENTS,
        )

    def set_clock(self):
        moment = int(self._clock.now.replace(tzinfo=UTC).timestamp())
        self.control.advance(moment - self.account.now)

    def fail_next(self, kind):
        """Make the next request hit this fault."""
        self.control.add_fault(kind=kind, method="*", path="")

    def stop_faults(self):
        self.control.clear_faults()

    # Customers

    def store_method(self, name, kind, customer=None):
        """Save a method that responds according to its kind; return :class:`Method`."""
        if kind in BANKS:
            stored = self.control.store_bank(name, customer=customer)
            outcomes, details = BANKS[kind], ("ach_direct_debit", "Bank", "6789")
        else:
            stored = self.control.store_card(name, customer=customer)
            outcomes, details = CARDS[kind], ("card", "Visa", "4242")
        self.control.set_outcome(stored["payment_method"], outcomes=list(outcomes))
        return Method(
            stored["payment_method"],
            stored["customer"],
            *details,
            stored["fingerprint"],
            stored["mandate"] or False,
        )

    def get_intents(self, **values):
        """Return payment intents with these values, oldest first."""
        return list(reversed(self.account.all("payment_intent", **values)))

    # Actions outside of our control

    def confirm(self, intent, kind):
        """Confirm a payment in the browser as the customer; return the outcome.

        :param kind: of the card; customers with a bank account pay with a good card
        """
        outcome = CARDS.get(kind, CARDS["good"])[0]
        card = methods.make_card(self.account, outcome=outcome)
        try:
            self.control.confirm(intent["id"], card["id"])
        except ApiError as error:
            return f"{intent['id']}: {error}"
        return f"{intent['id']}: {intent['status']}"

    def let_bank(self, what, who):
        """Create or close a dispute, or return a debit, for one of the payments.

        :return: the affected object; None if there is none
        """
        if what in ("won", "lost"):
            found = self.account.all("dispute", status="needs_response")
            act = partial(self._close, status=what)
        elif what == "dispute":
            found = self._get_paid("card")
            act = self._dispute
        else:
            found = self._get_paid("us_bank_account")
            act = self._return
        if not found:
            return None
        return act(found[who % len(found)])

    def _get_paid(self, kind):
        return [
            charge
            for charge in self.account.all("charge", captured=True, disputed=False)
            if charge["payment_method_details"]["type"] == kind
            and not _get_refunded(charge)
        ]

    def _dispute(self, charge):
        self.control.dispute(charge["payment_intent"])
        return get_reference(charge)

    def _return(self, charge):
        self.control.return_debit(charge["payment_intent"], "insufficient_funds")
        return get_reference(charge)

    def _close(self, dispute, status):
        self.control.close_dispute(dispute["id"], status)
        return dispute["id"]

    # Webhooks

    def get_held(self):
        """Return the webhooks not received yet, oldest first."""
        return [d for d in self._stand_in.webhooks.deliveries if d.state == "held"]

    def receive(self, delivery):
        """Return the body and signature of a webhook and mark it as delivered."""
        delivery.state = "sent"
        return delivery.payload, sign(delivery.payload, WEBHOOK_SECRET)

    def get_books(self):
        return Books(self.account)


def _get_mark(intent):
    """Return the mark; references are reused after a database restore."""
    return intent["metadata"].get("paycollect_mark") or get_reference(intent)


def _get_refunded(charge):
    """Return the cents that were given back; what was released was never taken."""
    released = charge["amount"] - charge["amount_captured"]
    return charge["amount_refunded"] - (released if charge["amount_refunded"] else 0)


class Books:
    """Cents by our mark in the provider's current books.

    ``undecided``: marks that a bank has not responded to yet. ``held``: number of
    holds. ``refunds``: what was refunded, by the marks of the refunds.
    """

    def __init__(self, account):
        processing = account.all("payment_intent", status="processing")
        self.undecided = {_get_mark(intent) for intent in processing}
        self._captured, self._refunded, self._returned = Counter(), Counter(), Counter()
        find = account.objects["payment_intent"].__getitem__
        for charge in account.all("charge"):
            mark = _get_mark(find(charge["payment_intent"]))
            self._captured[mark] += charge["amount_captured"]
            self._refunded[mark] += _get_refunded(charge)
        self.held = Counter(
            _get_mark(intent)
            for intent in account.all("payment_intent", status="requires_capture")
        )
        self.refunds = Counter()
        for refund in account.all("refund"):
            if mark := refund["metadata"].get("paycollect_mark"):
                self.refunds[mark] += refund["amount"]
        for dispute in account.all("dispute"):
            if dispute["status"] in TAKEN_BACK:
                mark = _get_mark(find(dispute["payment_intent"]))
                self._returned[mark] += dispute["amount"]

    def get_captured(self, mark):
        return self._captured[mark]

    def get_share(self, tx, cents):
        """Return the part of a payment's cents that is meant for one invoice.

        :param tx: a row of ``facts.Facts.transactions``
        """
        return cents if tx.share is None else round(cents * tx.share / tx.amount)

    def get_settled(self, mark):
        """Return what pays an invoice: captures less chargebacks and returns."""
        return self._captured[mark] - self._returned[mark]

    def get_net(self, mark):
        """Return the net amount taken from the customer."""
        return self.get_settled(mark) - self._refunded[mark]
