# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What follows a decline? Pure Python: history in, next step out.

Source: spec/declines.md. All times are naive UTC; ``zone`` is the customer's time
zone, only needed for mornings and paydays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from .declines import AUTH, CUSTOMER, HARD, MERCHANT, SOFT, TRANSIENT

# Alignment of a step
NONE = "none"
MORNING = "morning"
PAYDAY = "payday"
# Method of a step
SAME = "same"
BACKUP = "backup"

DAY = timedelta(days=1)
MORNING_BEGINS = time(6)
MORNING_ENDS = time(12)
TEXTING_BEGINS = time(9)
TEXTING_ENDS = time(20)
PAYDAYS_OF_MONTH = (1, 15)
FRIDAY, SATURDAY, SUNDAY = 4, 5, 6
# A method is retried for at most this long after its first decline on the invoice.
HORIZON = timedelta(days=30)
# A1: bank debits may only be resubmitted after these returns.
REPRESENTABLE = frozenset(["insufficient_funds", "R01", "R09"])
REPRESENTMENTS = 2
REPRESENT_WITHIN = timedelta(days=180)
SOFT_CAPS = ((timedelta(days=14), 4), (timedelta(days=30), 8))
MASTERCARD_CAPS = ((timedelta(hours=24), 10), (timedelta(days=30), 35))
VISA_WINDOW = timedelta(days=30)
VISA_DEFAULT = 15


@dataclass(frozen=True)
class Try:
    """One declined attempt on the invoice.

    ``method`` is the fingerprint; ``max_tries`` and ``wait`` come from the meaning of
    the decline; ``kind`` is empty if it is unknown.
    """

    at: datetime
    method: str
    kind: str
    code: str = ""
    amount: float = 0.0
    is_fraud: bool = False
    max_tries: int = 0
    wait: timedelta | None = None


@dataclass(frozen=True)
class Method:
    """A stored method; ``network`` is the card's brand or ``bank``.

    ``usable``: active, with consent, provider on. ``refused``: permanently declined by
    its issuer, on any invoice. ``changed_at``: when its details were last updated;
    ``added_at``: when the customer consented to its use.
    """

    key: str
    network: str = ""
    usable: bool = True
    expired: bool = False
    refused: bool = False
    changed_at: datetime | None = None
    added_at: datetime | None = None

    @property
    def chargeable(self):
        return self.usable and not self.expired and not self.refused


@dataclass(frozen=True)
class Step:
    """One line of a retry plan, for one decline type."""

    kind: str
    wait: timedelta = timedelta()
    align: str = NONE
    method: str = SAME
    notify: bool = False


@dataclass(frozen=True)
class Retry:
    """Charge method number ``method`` at ``at``."""

    method: int
    at: datetime
    reason: str
    notify: bool = False


@dataclass(frozen=True)
class AskCustomer:
    """Only the customer can fix it."""

    reason: str


@dataclass(frozen=True)
class GiveUp:
    """No automatic options are left."""

    reason: str


@dataclass(frozen=True)
class Person:
    """Accounting has to decide; the customer can't help."""

    reason: str


def next_step(
    history: Sequence[Try],
    steps: Sequence[Step],
    methods: Sequence[Method],
    declines: Mapping[str, Sequence[datetime]],
    zone: tzinfo,
    now: datetime,
    amount: float = 0.0,
    visa_cap: int = VISA_DEFAULT,
):
    """Return what follows the last decline of ``history``.

    :param history: the declined attempts on this invoice, oldest first, at least one
    :param steps: the steps of the plan in order
    :param methods: the customer's methods in order of priority
    :param declines: when each method was declined in the last 30 days, on all
        invoices, including manual and online payments (C1) and this decline
    :param amount: what would be charged now, in the invoice's currency
    :param visa_cap: V2
    :return: :class:`Retry`, :class:`AskCustomer`, :class:`GiveUp`, :class:`Person`

    >>> card, now = Method("a", "visa"), datetime(2026, 3, 2, 15)  # a Monday
    >>> declined = [Try(now, "a", "soft", "insufficient_funds")]
    >>> plan = [Step("soft", timedelta(days=3), MORNING)]
    >>> next_step(declined, plan, [card], {"a": [now]}, UTC, now)
    Retry(method=0, at=datetime.datetime(2026, 3, 6, 6, 0), reason='same', notify=False)
    >>> hard = [Try(now, "a", "hard", "lost_card", is_fraud=True)]
    >>> plan = [Step("hard", method=BACKUP)]
    >>> next_step(hard, plan, [card, Method("b")], {}, UTC, now)
    AskCustomer(reason='fraud')
    """
    case = _Case(history, methods, declines, zone, now, amount, visa_cap)
    last = history[-1]
    if not last.kind:
        return Person("unknown_code")
    if last.kind == MERCHANT:
        return Person("merchant")
    if retry := case.plan_new():
        return retry
    if last.is_fraud:
        return AskCustomer("fraud")
    if last.kind == AUTH:
        return AskCustomer("authenticate")
    for step in case.get_steps_left(steps):
        plan = case.plan_backup if step.method == BACKUP else case.plan_same
        if retry := plan(step):
            return retry
    return case.nothing_left()


@dataclass(frozen=True)
class _Case:
    history: Sequence[Try]
    methods: Sequence[Method]
    declines: Mapping[str, Sequence[datetime]]
    zone: tzinfo
    now: datetime
    amount: float
    visa_cap: int

    @property
    def last(self):
        return self.history[-1]

    def get_steps_left(self, steps):
        """Return the unused steps for the type of the last decline.

        Each decline of this type and method uses up one step with the same method.
        """
        used = sum(
            past.method == self.last.method and past.kind == self.last.kind
            for past in self.history
        )
        left, same = [], 0
        for step in steps:
            if step.kind != self.last.kind:
                continue
            if step.method == SAME:
                same += 1
                if same < used:
                    continue
            left.append(step)
        return left

    def plan_same(self, step):
        index = self._find(self.last.method)
        if index is None or not self._may_repeat(self.methods[index]):
            return None
        return self._plan(index, step, "same")

    def plan_new(self):
        """Plan a method that the customer added during the declined charge."""
        tried = {past.method for past in self.history}
        for index, method in enumerate(self.methods):
            new = method.added_at and method.added_at > self.last.at
            if new and method.key not in tried and method.chargeable:
                return self._plan(index, Step(self.last.kind), "new")
        return None

    def plan_backup(self, step):
        """Plan the next method by priority. A capped one is only used if there is no
        other."""
        if any(past.is_fraud for past in self.history):
            return None
        tried = {past.method for past in self.history}
        retries = [
            retry
            for index, method in enumerate(self.methods)
            if method.key not in tried and method.chargeable
            if (retry := self._plan(index, step, "backup"))
        ]
        return min(retries, key=lambda retry: retry.reason == "cap", default=None)

    def nothing_left(self):
        """Return what follows if nothing more is tried."""
        last = self.last
        if last.kind == SOFT or (last.kind == TRANSIENT and not last.max_tries):
            return GiveUp("exhausted")
        return AskCustomer("customer" if last.kind == CUSTOMER else "new_method")

    def _find(self, key):
        keys = [method.key for method in self.methods]
        return keys.index(key) if key in keys else None

    def _may_repeat(self, method):
        """Whether the same method may be retried after its last decline."""
        last = self.last
        if not method.chargeable or last.kind in (HARD, AUTH, MERCHANT):
            return False
        mine = [past for past in self.history if past.method == method.key]
        if last.kind == CUSTOMER:
            return bool(method.changed_at and method.changed_at > last.at)
        if last.max_tries:
            again = sum(past.code == last.code for past in mine)
            if again > last.max_tries:
                return False
        if method.network == "bank":
            return self._may_represent(mine)
        return True

    def _may_represent(self, mine):
        """A1: R01 and R09, twice, within 180 days, for the same amount."""
        first = mine[0]
        return (
            all(past.code in REPRESENTABLE for past in mine)
            and len(mine) <= REPRESENTMENTS
            and self.now - first.at < REPRESENT_WITHIN
            and abs(first.amount - self.amount) < 0.005
        )

    def _plan(self, index, step, reason):
        """Return the retry at the step's time, or later because of a cap, or None."""
        method = self.methods[index]
        wait, align = step.wait, step.align
        if reason == "same" and self.last.wait:
            wait, align, reason = self.last.wait, NONE, "network_wait"
        at = self._align(self.now + wait, wait, align)
        caps = get_caps(method.network, self.visa_cap)
        if self.last.kind == SOFT and index == self._find(self.last.method):
            caps += SOFT_CAPS
        free = cap_free_at(self.declines.get(method.key, ()), caps, at)
        if free:
            at, reason = self._align(free, DAY, MORNING), "cap"
        if at > self._first(method) + HORIZON:
            return None
        if method.network == "bank" and at > self._first(method) + REPRESENT_WITHIN:
            return None
        return Retry(index, at, reason, step.notify)

    def _first(self, method):
        return next(
            (past.at for past in self.history if past.method == method.key), self.now
        )

    def _align(self, at, wait, align):
        if align == PAYDAY:
            return next_payday(at, self.zone)
        if align == MORNING or wait >= DAY:
            return next_morning(at, self.zone)
        return at


def get_caps(network, visa_cap=VISA_DEFAULT):
    """Return the card network's limits as ``(window, declines)`` pairs (V2, M3, X1).

    >>> get_caps("bank")
    ()
    >>> get_caps("visa", 20)
    ((datetime.timedelta(days=30), 20),)
    """
    if network == "bank":
        return ()
    if network in ("mastercard", "maestro"):
        return MASTERCARD_CAPS
    return ((VISA_WINDOW, visa_cap),)


def cap_free_at(declines, caps, at):
    """Return when a method may be charged again under the caps.

    :param declines: times of the method's declines on all invoices
    :param at: when it would be charged
    :return: None if no cap applies at ``at``, else the time when the last of the caps
        ends

    >>> at = datetime(2026, 3, 10)
    >>> two = [datetime(2026, 3, 9, 1), datetime(2026, 3, 9, 5)]
    >>> cap_free_at(two, ((timedelta(days=1), 3),), at) is None
    True
    >>> cap_free_at(two, ((timedelta(days=1), 2),), at)
    datetime.datetime(2026, 3, 10, 1, 0)
    """
    declines = sorted(declines)
    free = [
        declines[-limit] + window
        for window, limit in caps
        if len(declines) >= limit and declines[-limit] + window > at
    ]
    return max(free, default=None)


def next_morning(at, zone):
    """Return the first time from ``at`` on that is in a business morning.

    6:00 AM to noon local time, Monday to Friday; never earlier than ``at``.

    >>> from zoneinfo import ZoneInfo
    >>> next_morning(datetime(2026, 3, 6, 18), ZoneInfo("America/New_York"))
    datetime.datetime(2026, 3, 9, 10, 0)
    """
    local = at.replace(tzinfo=UTC).astimezone(zone)
    day = local.date()
    if local.time() >= MORNING_ENDS:
        day += DAY
    while day.weekday() >= SATURDAY:
        day += DAY
    if day == local.date() and local.time() >= MORNING_BEGINS:
        return at
    return _to_utc(day, zone)


def next_payday(at, zone):
    """Return the first morning from ``at`` on that is, or follows, a payday.

    Paydays are the 1st, the 15th and every Friday. A payday on a weekend counts on the
    following Monday.

    >>> next_payday(datetime(2026, 2, 26, 9), UTC)
    datetime.datetime(2026, 2, 27, 6, 0)
    >>> next_payday(datetime(2026, 2, 28, 9), UTC)
    datetime.datetime(2026, 3, 2, 6, 0)
    """
    morning = next_morning(at, zone)
    day = start = morning.replace(tzinfo=UTC).astimezone(zone).date()
    while not _is_payday(day):
        day += DAY
    if day == start:
        return morning
    return next_morning(_to_utc(day, zone), zone)


def _is_payday(day):
    """Whether it is a payday, or a Monday after a weekend with one."""
    days = [day]
    if day.weekday() == 0:
        days += [day - DAY, day - 2 * DAY]
    return day.weekday() == FRIDAY or any(d.day in PAYDAYS_OF_MONTH for d in days)


def next_texting(at, zone):
    """Return the first time from ``at`` on when texting is allowed (contact.md Q1).

    9:00 AM to 8:00 PM local time, except Sundays.

    >>> next_texting(datetime(2026, 3, 7, 21), UTC)
    datetime.datetime(2026, 3, 9, 9, 0)
    >>> next_texting(datetime(2026, 3, 7, 19, 59), UTC)
    datetime.datetime(2026, 3, 7, 19, 59)
    """
    local = at.replace(tzinfo=UTC).astimezone(zone)
    day = local.date()
    if local.time() >= TEXTING_ENDS:
        day += DAY
    if day.weekday() == SUNDAY:
        day += DAY
    if day == local.date() and local.time() >= TEXTING_BEGINS:
        return at
    return _to_utc(day, zone, TEXTING_BEGINS)


def _to_utc(day, zone, hour=MORNING_BEGINS):
    local = datetime.combine(day, hour, tzinfo=zone)
    return local.astimezone(UTC).replace(tzinfo=None)
