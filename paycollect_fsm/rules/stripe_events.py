# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Stripe events: which ones matter, and how to read them.

https://docs.stripe.com/api/events/types lists the events. An event carries a snapshot
of its object in the endpoint's API version, so fields may be missing. Events arrive
late, twice and in any order.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .const import STRIPE_BANK_BRANDS
from .declines import find_return_code

LAST_MOMENT = 2**32  # in 2106: a later time of an event is nonsense

# Event → method of ``paycollect.event``. Other events aren't stored.
# At most twenty: Stripe's list of events accepts no more names at once.
HANDLERS = {
    # https://docs.stripe.com/payments/paymentintents/lifecycle
    "payment_intent.processing": "_apply_intent",
    "payment_intent.amount_capturable_updated": "_apply_intent",
    "payment_intent.succeeded": "_apply_intent",
    "payment_intent.payment_failed": "_apply_intent",
    "payment_intent.canceled": "_apply_intent",
    "setup_intent.succeeded": "_apply_setup",
    "setup_intent.setup_failed": "_apply_setup_failure",
    # https://docs.stripe.com/refunds
    "charge.refunded": "_apply_refunds",
    "charge.refund.updated": "_apply_refund_update",
    "refund.updated": "_apply_refund_update",
    # https://docs.stripe.com/disputes/how-disputes-work
    "charge.dispute.created": "_apply_dispute",
    "charge.dispute.updated": "_apply_dispute",
    "charge.dispute.closed": "_apply_dispute",
    "charge.dispute.funds_withdrawn": "_apply_dispute",
    "charge.dispute.funds_reinstated": "_apply_dispute",
    # https://docs.stripe.com/payments/cards/overview, "Automatic card updates"
    "payment_method.automatically_updated": "_apply_method_update",
    "payment_method.updated": "_apply_method_update",
    "payment_method.detached": "_apply_method_removal",
    "customer.deleted": "_apply_customer_removal",
    # https://docs.stripe.com/payments/ach-direct-debit, "Mandates"
    "mandate.updated": "_apply_mandate",
}
# Endpoints with an API version before 2020-08-27 use another name for an event
# (docs.stripe.com/changelog/2020-08-27/renames-automatically-updated-event-type).
RENAMED = {
    "payment_method.card_automatically_updated": "payment_method.automatically_updated"
}
RENAMED_IN = "2020-08-27"

# Waits for an event without a matching record: our commit may be late, so soon at
# first, then less often.
WAITS = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
GIVE_UP_AFTER = timedelta(days=3)
# Tries after an internal error, before accounting is notified.
MAX_FAILURES = 6

# Reasons for returned bank debits → codes in our table of declines
# (docs.stripe.com/disputes/categories; docs.stripe.com/ach-deprecated#ach-failures).
BANK_CODES = {
    "account_closed": "bank_account_closed",
    "account_frozen": "bank_account_frozen",
    "incorrect_account_details": "bank_account_invalid_details",
    "invalid_account_number": "bank_account_invalid_details",
    "no_account": "bank_account_invalid_details",
}

# Metadata key: the random mark of the transaction that an object was created for.
MARK = "paycollect_mark"

# Stripe's values that let their holder act; they aren't needed here.
SECRETS = frozenset({"client_secret", "secret", "next_action"})


@dataclass(frozen=True)
class Verdict:
    """The result of an event: its new ``state``, and the reason shown to users."""

    state: str
    reason: str


def get_handler(event_type):
    """Return the name of the method that applies such events, or None.

    >>> get_handler("payment_method.card_automatically_updated")
    '_apply_method_update'
    >>> get_handler("invoice.paid") is None
    True
    """
    return HANDLERS.get(RENAMED.get(event_type, event_type))


def get_types(api_version=None):
    """Return the names of the events that an endpoint of this API version sends.

    >>> "payment_method.automatically_updated" in get_types()
    True
    >>> "payment_method.card_automatically_updated" in get_types("2019-05-16")
    True
    >>> len(get_types()) <= 20
    True
    """
    if not api_version or api_version >= RENAMED_IN:
        return list(HANDLERS)
    former = {new: old for old, new in RENAMED.items()}
    return [former.get(name, name) for name in HANDLERS]


def is_event(event):
    """Whether a parsed body has the shape of an event.

    >>> is_event({"id": "evt_1", "type": "x", "created": 1,
    ...     "data": {"object": {"id": "pi_1"}}})
    True
    >>> is_event({"type": "x"}), is_event([])
    (False, False)
    """
    return bool(
        isinstance(event, dict)
        and isinstance(event.get("id"), str)
        and event["id"]
        and isinstance(event.get("type"), str)
        and isinstance(event.get("created"), int)
        and 0 < event["created"] < LAST_MOMENT
        and isinstance(event.get("data"), dict)
        and isinstance(event["data"].get("object"), dict)
    )


def is_in_time(header, now, tolerance):
    """Whether a signature's time stamp isn't in the future.

    Otherwise it could be repeated until then; Stripe's library refuses old ones.

    :param str header: ``Stripe-Signature``
    :param now: Unix time

    >>> is_in_time("t=100,v1=ab", 99, 1), is_in_time("t=101,v1=ab", 99, 1)
    (True, False)
    """
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    return int(parts["t"]) <= now + tolerance


def without_nul(value):
    """Return a copy of a payload that PostgreSQL can store.

    >>> without_nul({"a\\0": ["b\\0", 1]})
    {'a': ['b', 1]}
    """
    if isinstance(value, dict):
        return {without_nul(name): without_nul(item) for name, item in value.items()}
    if isinstance(value, list):
        return [without_nul(item) for item in value]
    return value.replace("\0", "") if isinstance(value, str) else value


def without_secrets(value):
    """Return a copy of a payload without values that would let a reader act on it.

    >>> without_secrets({"id": "pi_1", "client_secret": "x", "list": [{"secret": 1}]})
    {'id': 'pi_1', 'list': [{}]}
    """
    if isinstance(value, dict):
        return {
            key: without_secrets(item)
            for key, item in value.items()
            if key not in SECRETS
        }
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    return value


def get_reference(stripe_object):
    """Return our reference on an intent, charge or refund, or an empty string.

    >>> get_reference({"description": "INV/1", "metadata": {}})
    'INV/1'
    >>> get_reference({"description": "edited", "metadata":
    ...     {"paycollect_reference": "INV/2"}})
    'INV/2'
    """
    metadata = get_metadata(stripe_object)
    reference = metadata.get("paycollect_reference") or stripe_object.get("description")
    return reference if isinstance(reference, str) else ""


def get_metadata(stripe_object):
    """Return the object's metadata, always a dictionary."""
    metadata = stripe_object.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def is_made_for(stripe_object, marks, known_ids=(), customer="", method=""):
    """Whether an intent or charge was created for the transaction with these ``marks``.

    An object without a mark was created before marks existed, or by another system. It
    must be known by its ID, or the transaction has no mark either and the customer and
    method match the request.

    :param marks: of the transaction and of its source transaction
    :param known_ids: the provider's IDs that are stored on them
    :param customer: the provider's ID of the customer; empty if unknown
    :param method: the provider's ID of the method; empty if unknown

    >>> is_made_for({"metadata": {MARK: "a"}}, ["a"])
    True
    >>> is_made_for({"metadata": {MARK: "b"}, "id": "pi_1"}, ["a"], ["pi_1"])
    False
    >>> is_made_for({"id": "pi_1"}, ["a"]), is_made_for({"id": "pi_1"}, ["a"], ["pi_1"])
    (False, True)
    >>> is_made_for({"customer": "cus_1"}, [], customer="cus_2")
    False
    >>> is_made_for({"payment_method": {"id": "pm_1"}}, [], method="pm_1")
    True
    """
    if mark := get_metadata(stripe_object).get(MARK):
        return mark in marks
    own_ids = (get_id(stripe_object), get_id(stripe_object.get("payment_intent")))
    if any(own_id and own_id in known_ids for own_id in own_ids):
        return True
    return not marks and all(
        not asked or not given or asked == given
        for asked, given in (
            (customer, get_id(stripe_object.get("customer"))),
            (method, get_id(stripe_object.get("payment_method"))),
        )
    )


def get_id(value):
    """Return the ID of an object that may be expanded.

    >>> get_id("ch_1"), get_id({"id": "ch_1"}), get_id(None)
    ('ch_1', 'ch_1', '')
    """
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else ""


def get_bank_code(intent):
    """Return the code of a failed bank debit: the bank's own, else Stripe's.

    Returns an empty string for a card.

    >>> get_bank_code({"last_payment_error": {"decline_code": "insufficient_funds",
    ...     "network_decline_code": "R01",
    ...     "payment_method": {"type": "us_bank_account"}}})
    'R01'
    >>> get_bank_code({"last_payment_error": {"message": "No account (R03)",
    ...     "payment_method": {"type": "us_bank_account"}}})
    'R03'
    >>> get_bank_code({"charges": {"data": [{"failure_code": "account_closed",
    ...     "payment_method_details": {"type": "us_bank_account"}}]}})
    'bank_account_closed'
    >>> get_bank_code({"last_payment_error": {"decline_code": "lost_card"}})
    ''
    """
    error = _dict(intent.get("last_payment_error"))
    charge = _get_last_charge(intent)
    kind = _dict(error.get("payment_method")).get("type") or _dict(
        charge.get("payment_method_details")
    ).get("type")
    if kind not in STRIPE_BANK_BRANDS:
        return ""
    outcome = _dict(charge.get("outcome"))
    for said in (
        error.get("network_decline_code"),
        outcome.get("network_decline_code"),
        charge.get("failure_code"),
        error.get("decline_code"),
        error.get("message"),
        charge.get("failure_message"),
    ):
        if found := find_return_code(said):
            return found
    code = error.get("decline_code") or charge.get("failure_code") or error.get("code")
    return BANK_CODES.get(code, code) or ""


def _get_last_charge(intent):
    """Return the intent's last charge, if the snapshot contains it."""
    listed = _dict(intent.get("charges")).get("data") or [{}]
    return _dict(intent.get("latest_charge")) or _dict(listed[0])


def _dict(value):
    return value if isinstance(value, dict) else {}


def get_capture_end(intent):
    """Return when the hold of an intent ends (Unix time), None if unknown.

    >>> get_capture_end({"latest_charge": {"payment_method_details": {"card":
    ...     {"capture_before": 9}}}})
    9
    >>> get_capture_end({"latest_charge": "ch_1"}) is None
    True
    """
    details = _dict(_get_last_charge(intent).get("payment_method_details"))
    end = _dict(details.get("card")).get("capture_before")
    return end if isinstance(end, int) else None


def is_release(refund, rest):
    """Whether a refund is what was released when a hold was captured: no money moved.

    :param rest: what wasn't captured, in minor units

    >>> is_release({"amount": 40, "balance_transaction": None}, 40)
    True
    >>> is_release({"amount": 40, "balance_transaction": "txn_1"}, 40)
    False
    >>> is_release({"amount": 40, "metadata": {MARK: "a"}}, 40)
    False
    """
    return (
        rest > 0
        and refund.get("amount") == rest
        and not refund.get("balance_transaction")
        and MARK not in get_metadata(refund)
    )


def get_moment(timestamp):
    """Return a Unix time as a naive UTC datetime.

    >>> get_moment(0)
    datetime.datetime(1970, 1, 1, 0, 0)
    """
    return datetime.fromtimestamp(timestamp, UTC).replace(tzinfo=None)


def get_wait(tries):
    """Return how long to wait after the given number of unsuccessful tries.

    >>> get_wait(0).seconds, get_wait(99) == WAITS[-1]
    (10, True)
    """
    return WAITS[min(tries, len(WAITS) - 1)]
