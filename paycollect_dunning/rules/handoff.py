# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which agency gets a case, and what becomes of a hand-over while money moves."""

from dataclasses import dataclass, field

CONSUMER, BUSINESS, BOTH = "consumer", "business", "both"
EXPORT, HTTP = "export", "http"

PROPOSED = "proposed"
APPROVED = "approved"
SENT = "sent"
RECALLED = "recalled"
SETTLED = "settled"
REFUSED = "refused"
OPEN_STATES = (PROPOSED, APPROVED, SENT)
# The agency works on it, or is about to: we don't remind.
HANDED_OVER = (APPROVED, SENT)

BELOW_MINIMUM = "below_minimum"
OTHER_CURRENCY = "other_currency"
OTHER_COUNTRY = "other_country"
OTHER_DEBTOR = "other_debtor"
NO_CHANNEL = "no_channel"

NOTHING, ADJUST, RECALL = "nothing", "adjust", "recall"
PAID, CREDITED, DISPUTED, BY_USER = "paid", "credited", "disputed", "by_user"
REOPENED = "reopened"


@dataclass(frozen=True)
class Debtor:
    """Who owes how much. ``country``: the ISO code, or an empty string."""

    amount: float
    currency: str
    country: str = ""
    is_business: bool = True


@dataclass(frozen=True)
class Agency:
    """What an agency takes. ``countries``: ISO codes; none: any country. ``minimum``:
    in ``currency``. ``is_ready``: its channel is set up."""

    key: object
    minimum: float
    currency: str
    countries: frozenset = frozenset()
    debtor: str = BOTH
    is_ready: bool = True


@dataclass(frozen=True)
class Obstacle:
    """Why an agency doesn't fit: a code, and the values of its text."""

    code: str
    values: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """``key`` of the agency that fits, or None; ``obstacles`` by agency before it."""

    key: object
    obstacles: tuple = ()


def get_obstacle(debtor, agency):
    """Return the first :class:`Obstacle`, or None if the agency fits.

    >>> agency = Agency("A", 500.0, "USD", frozenset({"US"}), BUSINESS)
    >>> get_obstacle(Debtor(500.0, "USD", "US"), agency)
    >>> get_obstacle(Debtor(499.99, "USD", "US"), agency).code
    'below_minimum'
    >>> get_obstacle(Debtor(900.0, "USD", ""), agency).code
    'other_country'
    >>> get_obstacle(Debtor(900.0, "USD", "US", is_business=False), agency).code
    'other_debtor'
    """
    if not agency.is_ready:
        return Obstacle(NO_CHANNEL)
    if agency.countries and debtor.country not in agency.countries:
        return Obstacle(OTHER_COUNTRY, {"country": debtor.country})
    if agency.debtor != BOTH and (agency.debtor == BUSINESS) != debtor.is_business:
        return Obstacle(OTHER_DEBTOR)
    if debtor.currency != agency.currency:
        return Obstacle(OTHER_CURRENCY, {"currency": debtor.currency})
    if debtor.amount < agency.minimum:
        return Obstacle(BELOW_MINIMUM, {"minimum": agency.minimum})
    return None


def choose(debtor, agencies):
    """Return the :class:`Choice`: the first agency that fits.

    :param agencies: list of :class:`Agency`, in the order of preference

    >>> small = Agency("A", 1000.0, "USD")
    >>> choice = choose(Debtor(600.0, "USD"), [small, Agency("B", 500.0, "USD")])
    >>> choice.key, [(key, why.code) for key, why in choice.obstacles]
    ('B', [('A', 'below_minimum')])
    """
    obstacles = []
    for agency in agencies:
        obstacle = get_obstacle(debtor, agency)
        if not obstacle:
            return Choice(agency.key, tuple(obstacles))
        obstacles.append((agency.key, obstacle))
    return Choice(None, tuple(obstacles))


@dataclass(frozen=True)
class ItemNow:
    """A handed-over item today. ``told``: the amount that the agency knows.
    ``residual``: what is open. ``credited``: what credit notes took off since.
    ``first``: what was handed over; None: what it was told."""

    told: float
    residual: float
    disputed: float = 0.0
    credited: float = 0.0
    first: float | None = None

    @property
    def claim(self):
        """What the agency may ask for; never more than was handed over.

        >>> ItemNow(100.0, 120.0).claim, ItemNow(100.0, 100.0, disputed=100.0).claim
        (100.0, 0.0)
        >>> ItemNow(100.0, 100.0, disputed=30.0).claim
        70.0
        >>> ItemNow(40.0, 120.0, first=100.0).claim  # a payment was returned
        100.0
        """
        most = self.told if self.first is None else self.first
        return max(min(most, self.residual - self.disputed), 0.0)


@dataclass(frozen=True)
class Change:
    """What the agency has to be told: nothing, adjust or recall, and why."""

    kind: str
    amount: float
    code: str | None = None


def get_change(items, digits=2, collected=0.0):
    """Return the :class:`Change` since the agency was last told.

    :param items: list of :class:`ItemNow`
    :param digits: decimals of the currency
    :param collected: what the agency reported itself; it knows that this is paid

    >>> get_change([ItemNow(100.0, 100.0)]).kind
    'nothing'
    >>> get_change([ItemNow(100.0, 40.0), ItemNow(50.0, 50.0)])
    Change(kind='adjust', amount=90.0, code='paid')
    >>> get_change([ItemNow(100.0, 0.0, credited=100.0)])
    Change(kind='recall', amount=0.0, code='credited')
    >>> get_change([ItemNow(100.0, 100.0, disputed=100.0)]).code
    'disputed'
    >>> get_change([ItemNow(100.0, 60.0)], collected=40.0).kind
    'nothing'
    >>> get_change([ItemNow(40.0, 100.0, first=100.0), ItemNow(50.0, 50.0)])
    Change(kind='adjust', amount=150.0, code='reopened')
    """
    told = round(sum(item.told for item in items), digits)
    claim = round(sum(item.claim for item in items), digits)
    if claim > told:
        return Change(ADJUST, claim, REOPENED)
    if told - claim <= round(collected, digits):
        return Change(NOTHING, claim)
    return Change(ADJUST if claim else RECALL, claim, _get_cause(items))


def _get_cause(items):
    """Return what explains most of the change."""
    disputed = credited = paid = 0.0
    for item in items:
        less = max(item.told - item.claim, 0.0)
        contested = min(item.disputed, less)
        noted = max(min(item.credited, less - contested), 0.0)
        disputed += contested
        credited += noted
        paid += less - contested - noted
    causes = ((disputed, DISPUTED), (credited, CREDITED), (paid, PAID))
    return max(causes, key=lambda cause: cause[0])[1]


@dataclass(frozen=True)
class Result:
    """A row of the agency's file: what it collected in total, and kept as its fee."""

    reference: str
    collected: float
    fee: float
    closed: bool = False


NO_REFERENCE = "no_reference"
TWICE = "twice"
BAD_AMOUNT = "bad_amount"
NEGATIVE = "negative"
FEE_ABOVE = "fee_above"
COLLECTED_ABOVE = "collected_above"


def check_result(result, claim, seen=()):
    """Return the code of what is wrong with a row, or None.

    :param claim: the amount that was handed over
    :param seen: the references of the rows above it

    >>> check_result(Result("H1", 80.0, 20.0), 100.0)
    >>> check_result(Result("H1", 100.01, 0.0), 100.0)
    'collected_above'
    >>> check_result(Result("H1", 10.0, 11.0), 100.0)
    'fee_above'
    >>> check_result(Result("H1", 1.0, 0.0), 100.0, {"H1"})
    'twice'
    """
    if result.reference in seen:
        return TWICE
    if result.collected is None or result.fee is None:
        return BAD_AMOUNT
    if result.collected < 0 or result.fee < 0:
        return NEGATIVE
    if result.fee > result.collected:
        return FEE_ABOVE
    if result.collected > claim:
        return COLLECTED_ABOVE
    return None
