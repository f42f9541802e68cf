# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How customers pay: every number that the simulated year assumes, with its source.

Where nothing published was found, the source says "assumption". Figures of surveys are
of companies that sell on credit, mostly larger ones; they are read modestly. All kinds
of customers together come out as the surveys say: 33% pay by check, 59% pay late or
not before they are reminded.
"""

from dataclasses import dataclass

SOURCES = {
    "afp": "AFP Digital Payments Survey 2022: 33% of B2B payments in North America are "
    "made by check (afponline.org, “Choosing the Right Payment Method”, 2024)",
    "atradius": "Atradius Payment Practices Barometer, United States 2024: half of all "
    "B2B invoices overdue, bad debts 8% of sales on credit; 1% in 2019, 4% in 2020 "
    "(group.atradius.com; publications.atradius.com/country-reports-2020-usa)",
    "late": "Small businesses in the US are paid 8 days after the due date on average "
    "(clockify.me/late-invoice-statistics, 2024)",
    "upflow": "Upflow, The State of B2B Payments 2024: 57% of invoices late, 59% in "
    "cloud, network and IT infrastructure (financialit.net, September 4, 2024)",
    "declines": "5% to 18% of recurring card payments are declined, 13% on average "
    "(revaly.co, 2026); 10% to 15% without the card present (bettercharge.ai, 2025)",
    "codes": "Reasons of declines: insufficient funds 31%, no reason 22%, expired 18%, "
    "authentication 11%, lost or stolen 7%, others 11% (dev.to/toolkitonline, 2024)",
    "smart": "57% of declined recurring payments recovered by retries "
    "(churnward.com/blog/stripe-smart-retries); other vendors report 21% to 26%",
    "recurly": "Declines are recovered within 2 to 12 days (recurly.com, 2018)",
    "assumption": "assumption: nothing published was found that fits",
}


@dataclass(frozen=True)
class Figure:
    """A number that is assumed, and where it comes from: a key of SOURCES."""

    value: object
    source: str


@dataclass(frozen=True, eq=False)
class Behavior:
    """How one kind of customer pays; shares and chances are between 0 and 1.

    :param share: of all customers
    :param methods: how likely each way is by which he pays what he pays himself
    :param saves_method: chance that he lets the company keep his card or bank account
    :param late: (shortest, usual, longest) days from the due date to the payment that
        he makes on his own; negative ones are early
    :param own_motion: chance that he pays an invoice without a reminder
    :param answers: chance that a reminder makes him pay
    :param answer_days: (shortest, longest) days between the reminder and that payment
    :param declines: chance that a charge of his saved method is declined at first
    :param disputes: chance that he disputes an invoice
    :param bounces: chance that his check bounces
    :param defaults: chance per year that he never pays again
    """

    name: str
    share: Figure
    methods: Figure
    saves_method: Figure
    late: Figure
    own_motion: Figure
    answers: Figure
    answer_days: Figure
    declines: Figure
    disputes: Figure
    bounces: Figure
    defaults: Figure


def _figures(**pairs):
    return {key: Figure(value, source) for key, (value, source) in pairs.items()}


USUAL = _figures(
    methods=({"transfer": 0.55, "check": 0.24, "portal": 0.21}, "afp"),
    saves_method=(0.60, "assumption"),
    late=((-10, -2, 1), "assumption"),
    own_motion=(0.95, "assumption"),
    answers=(0.60, "assumption"),
    answer_days=((1, 9), "assumption"),
    declines=(0.05, "declines"),
    disputes=(0.01, "assumption"),
    bounces=(0.005, "assumption"),
    defaults=(0.0, "assumption"),
)


def _behavior(name, **figures):
    return Behavior(name, **(USUAL | _figures(**figures)))


BEHAVIORS = (
    _behavior("on time", share=(0.40, "upflow")),
    _behavior(
        "late",
        share=(0.30, "upflow"),
        late=((1, 8, 45), "late"),
        own_motion=(0.60, "assumption"),
        answers=(0.45, "assumption"),
        answer_days=((1, 14), "assumption"),
    ),
    _behavior(
        "decliner",
        share=(0.10, "assumption"),
        saves_method=(1.0, "assumption"),
        declines=(0.18, "declines"),
        late=((1, 8, 30), "late"),
        own_motion=(0.70, "assumption"),
    ),
    _behavior(
        "check writer",
        share=(0.12, "assumption"),
        methods=({"check": 1.0}, "assumption"),
        saves_method=(0.0, "assumption"),
        late=((-2, 4, 20), "late"),
        own_motion=(0.75, "assumption"),
        bounces=(0.02, "assumption"),
    ),
    _behavior(
        "disputer",
        share=(0.05, "assumption"),
        late=((1, 8, 45), "late"),
        own_motion=(0.50, "assumption"),
        disputes=(0.15, "assumption"),
    ),
    _behavior(
        "defaulter",
        share=(0.03, "atradius"),
        saves_method=(0.30, "assumption"),
        late=((10, 30, 75), "assumption"),
        own_motion=(0.35, "assumption"),
        answers=(0.20, "assumption"),
        declines=(0.40, "assumption"),
        bounces=(0.10, "assumption"),
        defaults=(0.80, "assumption"),
    ),
)

# What the bank says to a declined charge.
DECLINE_CODES = Figure(
    {
        "insufficient_funds": 0.31,
        "generic_decline": 0.22,
        "expired_card": 0.18,
        "authentication_required": 0.11,
        "lost_card": 0.07,
        "card_velocity_exceeded": 0.11,
    },
    "codes",
)
# Whether the same method works again without the customer's doing, by code; with the
# mix of codes this is 30% of all declines, between what the vendors report.
HEALS = Figure(
    {
        "insufficient_funds": 0.50,
        "generic_decline": 0.40,
        "card_velocity_exceeded": 0.60,
    },
    "smart",
)
HEAL_DAYS = Figure((2, 12), "recurly")


def get_assumptions():
    """Return (behavior, what, value, source) of every figure, for the report."""
    rows = [
        (behavior.name, what, figure.value, figure.source)
        for behavior in BEHAVIORS
        for what, figure in vars(behavior).items()
        if isinstance(figure, Figure)
    ]
    general = (
        ("decline_codes", DECLINE_CODES),
        ("heals", HEALS),
        ("heal_days", HEAL_DAYS),
    )
    return rows + [("all", what, item.value, item.source) for what, item in general]
