# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Brightline's customers: one for each way of paying or not paying."""

from dataclasses import dataclass, field

from dateutil.relativedelta import relativedelta

from odoo import Command

from .clock import ZONE

CONSENT = (
    "I authorize Brightline IT Support to store this payment method and to charge it "
    "when a job I ordered is done. I can cancel this at any time by phone or email."
)
BANK = "Bank account"


@dataclass(frozen=True)
class Card:
    """``months``: until the card expires, from the day of the build."""

    brand: str
    digits: str
    months: int | None = 30
    answer: str = "done"


@dataclass(frozen=True)
class Profile:
    """``weight``: how often the customer calls; ``jobs``: for what (see catalog)."""

    name: str
    email: str
    phone: str
    street: str
    zip: str
    cards: tuple[Card, ...] = ()
    tag: str = ""
    po: bool = False
    sms: bool = False
    weight: int = 2
    jobs: str = "hour hour laptop network check"
    sites: dict = field(default_factory=dict)


PROFILES = {
    "dental": Profile(
        "Hill Country Dental",
        "office@hillcountrydental.example",
        "+1 512-555-0121",
        "1105 Bluebonnet Lane",
        "78704",
        (Card("Visa", "4242"),),
        sms=True,
        weight=5,
        sites={"north": ("North clinic", "9300 Burnet Road", "78758")},
    ),
    "bakery": Profile(
        "Juniper Street Bakery",
        "orders@juniperbakery.example",
        "+1 512-555-0122",
        "77 Juniper Street",
        "78702",
        (Card("Mastercard", "4444"),),
        weight=4,
        jobs="hour hour check laptop",
    ),
    "law": Profile(
        "Barton Law Group",
        "accounts@bartonlaw.example",
        "+1 512-555-0123",
        "600 Congress Avenue, Floor 9",
        "78701",
        (Card("American Express", "0005", 18),),
        weight=5,
        jobs="hour laptop laptop check",
    ),
    "interiors": Profile(
        "Cedar & Stone Interiors",
        "studio@cedarstone.example",
        "+1 512-555-0124",
        "2210 South Lamar Boulevard",
        "78704",
        (Card("Visa", "1881", 9),),
        weight=4,
    ),
    "vet": Profile(
        "Pecan Park Veterinary Clinic",
        "frontdesk@pecanparkvet.example",
        "+1 512-555-0125",
        "4801 Airport Boulevard",
        "78751",
        (Card("Visa", "5556", 14),),
        weight=4,
        jobs="hour hour check network",
    ),
    "redbud": Profile(
        "Redbud Property Management",
        "payables@redbudproperty.example",
        "+1 512-555-0126",
        "301 West Avenue",
        "78701",
        (Card("Visa", "1111", 26), Card("Mastercard", "5100", 11)),
        weight=4,
        jobs="network laptop hour",
    ),
    "mueller": Profile(
        "Redbud Apartments at Mueller",
        "leasing@redbudmueller.example",
        "+1 512-555-0127",
        "1900 Simond Avenue",
        "78723",
        weight=0,
    ),
    "auto_body": Profile(
        "Southside Auto Body",
        "shop@southsideautobody.example",
        "+1 512-555-0128",
        "5512 South First Street",
        "78745",
        (Card("Visa", "0341", 20),),
        weight=2,
        jobs="hour check",
    ),
    "books": Profile(
        "Blue Heron Books",
        "hello@blueheronbooks.example",
        "+1 512-555-0129",
        "818 West 12th Street",
        "78701",
        (Card("Mastercard", "8210", -1),),
        weight=2,
        jobs="hour check",
    ),
    "yoga": Profile(
        "Lakeline Yoga Studio",
        "studio@lakelineyoga.example",
        "+1 512-555-0130",
        "11066 Pecan Park Boulevard",
        "78613",
        weight=0,
    ),
    "freight": Profile(
        "Travis Freight Lines",
        "ap@travisfreight.example",
        "+1 512-555-0131",
        "7600 Metropolis Drive",
        "78744",
        (Card(BANK, "6789", None, "pending"),),
        weight=2,
        jobs="network hour laptop",
    ),
    "clinics": Profile(
        "Austin Regional Clinics",
        "accounts.payable@arclinics.example",
        "+1 512-555-0132",
        "6835 Austin Center Boulevard",
        "78731",
        tag="net",
        po=True,
        weight=4,
        jobs="network laptop hour",
    ),
    "schools": Profile(
        "Brushy Creek School District",
        "finance@brushycreekisd.example",
        "+1 512-555-0133",
        "16203 Great Oaks Drive",
        "78681",
        tag="net",
        weight=4,
        jobs="network laptop hour check",
    ),
    "taqueria": Profile(
        "Maria's Taqueria",
        "maria@mariastaqueria.example",
        "+1 512-555-0134",
        "2800 East Cesar Chavez Street",
        "78702",
        tag="cod",
        weight=3,
        jobs="hour check",
    ),
    "coffee": Profile(
        "Ridgeview Coffee Roasters",
        "hi@ridgeviewcoffee.example",
        "+1 512-555-0135",
        "3016 Guadalupe Street",
        "78705",
        weight=0,
    ),
    "print": Profile(
        "Longhorn Print Shop",
        "billing@longhornprint.example",
        "+1 512-555-0136",
        "1515 East Sixth Street",
        "78702",
        tag="net",
        weight=0,
    ),
    "architects": Profile(
        "Pedernales Architects",
        "office@pedernales.example",
        "+1 512-555-0137",
        "98 San Jacinto Boulevard",
        "78701",
        (Card("Visa", "6011", 16),),
        tag="net",
        weight=0,
    ),
    "garden": Profile(
        "Zilker Garden Center",
        "office@zilkergarden.example",
        "+1 512-555-0138",
        "2220 Barton Springs Road",
        "78746",
        tag="net",
        po=True,
        weight=0,
    ),
    "theater": Profile(
        "Paramount Little Theater",
        "boxoffice@paramountlittle.example",
        "+1 512-555-0139",
        "713 Congress Avenue",
        "78701",
        tag="net",
        weight=0,
    ),
    "brewery": Profile(
        "Shoal Creek Brewery",
        "books@shoalcreekbrewery.example",
        "+1 512-555-0140",
        "1710 Shoal Creek Boulevard",
        "78701",
        tag="net",
        weight=0,
    ),
    "gym": Profile(
        "Barton Hills Gym",
        "desk@bartonhillsgym.example",
        "+1 512-555-0141",
        "2201 Barton Hills Drive",
        "78704",
        tag="net",
        weight=0,
    ),
    "catering": Profile(
        "Live Oak Catering",
        "events@liveoakcatering.example",
        "+1 512-555-0142",
        "2507 Live Oak Street",
        "78704",
        tag="net",
        weight=0,
    ),
    "gallery": Profile(
        "Eastside Gallery",
        "hello@eastsidegallery.example",
        "+1 512-555-0143",
        "1902 East 7th Street",
        "78702",
        tag="net",
        weight=0,
    ),
    "salon": Profile(
        "Magnolia Hair Salon",
        "front@magnoliahair.example",
        "+1 512-555-0144",
        "4315 Guadalupe Street",
        "78751",
        tag="net",
        weight=0,
    ),
    "nursery": Profile(
        "Bluebonnet Tree Nursery",
        "walt@bluebonnetnursery.example",
        "+1 512-555-0145",
        "8648 Old Bee Caves Road",
        "78735",
        tag="net",
        weight=0,
    ),
    "hotel": Profile(
        "Hotel San Marcos LLC",
        "accounting@hotelsanmarcos.example",
        "+1 512-555-0146",
        "1300 South Congress Avenue",
        "78704",
        tag="net",
        weight=0,
    ),
    "outfitter": Profile(
        "Barton Creek Outfitters",
        "ap@bartoncreekoutfitters.example",
        "+1 512-555-0147",
        "3901 Bee Cave Road",
        "78746",
        tag="net",
        weight=0,
    ),
    "movers": Profile(
        "Sixth Street Movers",
        "dispatch@sixthstreetmovers.example",
        "",
        "5800 East Ben White Boulevard",
        "78741",
        tag="net",
        weight=0,
    ),
    "florist": Profile(
        "Clarksville Florist",
        "shop@clarksvilleflorist.example",
        "+1 512-555-0149",
        "1203 West Lynn Street",
        "78703",
        tag="net",
        weight=0,
    ),
    "accountants": Profile(
        "Reyes & Lowe, CPAs",
        "office@reyeslowe.example",
        "+1 512-555-0150",
        "919 Congress Avenue",
        "78701",
        tag="net",
        weight=0,
    ),
    "bikes": Profile(
        "Barton Springs Bikes",
        "shop@bartonspringsbikes.example",
        "+1 512-555-0152",
        "1809 Barton Springs Road",
        "78704",
        tag="net",
        weight=0,
    ),
    "printer": Profile(
        "Alamo Sign Works",
        "shop@alamosignworks.example",
        "+1 512-555-0151",
        "9012 Research Boulevard",
        "78758",
        tag="net",
        weight=0,
    ),
    "realty": Profile(
        "Zilker Realty",
        "office@zilkerrealty.example",
        "+1 512-555-0153",
        "2201 Rabb Road",
        "78704",
        tag="net",
        weight=0,
    ),
    "optics": Profile(
        "Northgate Optics",
        "desk@northgateoptics.example",
        "+1 512-555-0154",
        "8701 Shoal Creek Boulevard",
        "78757",
        (Card("Visa", "7741"),),
        weight=0,
    ),
}


@dataclass
class Customer:
    """A created customer: its contact and its sites by key ("" = first)."""

    profile: Profile
    partner: object
    sites: dict


def make_customers(env, today):
    """Create and return {key: Customer}, with stored methods and consents.

    :param today: the day of the build, from which the cards' months are counted
    """
    return {
        key: _make_customer(env, profile, today) for key, profile in PROFILES.items()
    }


def _make_customer(env, profile, today):
    partner = env["res.partner"].create(_prepare_partner_vals(env, profile))
    for card in reversed(profile.cards):
        store_method(partner, card, today)
    sites = {"": (profile.name, profile.street, profile.zip), **profile.sites}
    return Customer(
        profile,
        partner,
        {key: _make_site(partner, *site) for key, site in sites.items()},
    )


def _prepare_partner_vals(env, profile):
    tag = profile.tag and env.ref(f"paycollect_fsm.partner_category_{profile.tag}")
    return {
        "name": profile.name,
        "is_company": True,
        "email": profile.email,
        "phone": profile.phone,
        "street": profile.street,
        "zip": profile.zip,
        "city": "Austin",
        "state_id": env.ref("base.state_us_44").id,
        "country_id": env.ref("base.us").id,
        "tz": ZONE.key,
        "collection_require_po": profile.po,
        "collection_receipt_sms": profile.sms,
        "category_id": [Command.set(tag.ids if tag else [])],
    }


def _make_site(partner, name, street, zip_code):
    return partner.env["fsm.location"].create(
        {
            "name": name,
            "owner_id": partner.id,
            "street": street,
            "zip": zip_code,
            "city": partner.city,
            "state_id": partner.state_id.id,
            "country_id": partner.country_id.id,
            "phone": partner.phone,
            "tz": partner.tz,
            "direction": "Park in front of the building; check in at the front desk.",
        }
    )


def store_method(partner, card, today):
    """Store a method with the customer's consent, as the primary method."""
    env = partner.env
    token = env["payment.token"].create(
        {
            "provider_id": env.ref("payment.payment_provider_demo").id,
            "payment_method_id": _get_method(env, card).id,
            "partner_id": partner.id,
            "provider_ref": f"demo-{card.digits}",
            "payment_details": card.digits,
            "brand": card.brand,
            "expiry_date": _get_expiry(card, today),
            "fingerprint": f"demo:{card.brand.lower()}:{card.digits}",
            "demo_simulated_state": card.answer,
        }
    )
    env["paycollect.consent"]._record(token, CONSENT, "link")
    token._set_primary()
    return token


def _get_method(env, card):
    """Return the payment method of cards, or the one of bank accounts."""
    cards = env.ref("payment_demo.payment_method_demo")
    if card.brand != BANK:
        return cards
    code = "bank_account"
    found = env["payment.method"].search([("code", "=", code)])
    values = {"name": BANK, "code": code, "active": True}
    return found or cards.copy({**values, "provider_ids": [Command.clear()]})


def _get_expiry(card, today):
    """Return the last day of the expiration month printed on the card."""
    if card.months is None:
        return False
    return today + relativedelta(months=card.months, day=31)
