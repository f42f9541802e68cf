# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Six months of work: about 120 completed jobs, the same ones in each build."""

import random
from datetime import timedelta

from .clock import local
from .customers import Card

WEEKS = 26
LAST_DAYS = 3  # the last days before today are covered by agenda.py

RESOLUTIONS = {
    "hour": [
        "Replaced the failed power supply and updated the firmware.",
        "Email wasn't syncing: created a new profile and attached the old archive.",
        "Cleared a stuck print queue and replaced the driver on both front desk PCs.",
        "Cleaned up the disk and moved the mailbox to the new account.",
        "Reinstalled the VPN client and set up two-factor login with the user.",
    ],
    "laptop": [
        "Set up, encrypted and delivered; the user has logged in.",
        "Moved the data from the old machine and wiped the old disk.",
    ],
    "network": [
        "Tested and labeled all jacks; left the floor plan at the front desk.",
        "Mounted a new switch; separated guest Wi-Fi from the office network.",
    ],
    "check": [
        "Backups OK. Updates installed. UPS battery due for replacement next visit.",
        "All healthy. One disk is at 85%; ordered a larger one.",
    ],
}
EXTRAS = {
    "hour": [("ssd", 1, 0), ("ups", 1, 0), ("cable", 2, 0)],
    "laptop": [("dock", 1, 0), ("dock", 2, 10)],
    "network": [("cable", 4, 0), ("cable", 6, 15), ("wifi", 1, 0)],
    "check": [("ups", 1, 0), ("cable", 1, 0)],
}
DECLINES = [
    ("insufficient_funds", "51", "Your card has insufficient funds."),
    ("generic_decline", "05", "Your card was declined."),
    ("card_velocity_exceeded", "65", "Your card is over its limit."),
]
NEW_CARDS = [
    Card("Visa", "9922", 33),
    Card("Mastercard", "3100", 29),
    Card("Visa", "6011", 36),
    Card("American Express", "1009", 41),
]
DECLINED_EVERY = 4
# Outcomes of declined charges, in turn: the bank's code and what happens next.
ENDINGS = [
    (DECLINES[0], "same"),
    (DECLINES[1], "new"),
    (("authentication_required", "1A", "Your bank requires confirmation."), "confirm"),
    (DECLINES[0], "same"),
    (DECLINES[2], "new"),
    (("expired_card", "54", "Your card has expired."), "transfer"),
    (DECLINES[1], "same"),
    (("lost_card", "41", "Your card was declined."), "credit"),
]
# Who pays late, and how many days ago the work was done.
UNPAID = [
    ("print", 118),
    ("print", 96),
    ("print", 81),
    ("schools", 52),
    ("schools", 41),
]
REPLACES_CARDS = "dental bakery law interiors vet redbud".split()


def plan(flow):
    """Schedule the bookings of the six months."""
    flow.env.ref("paycollect_fsm.policy_prepaid").active = False
    rng = random.Random(20)
    keys = [key for key, customer in flow.book.items() if customer.profile.weight]
    weights = [flow.book[key].profile.weight for key in keys]
    first = flow.today - timedelta(weeks=WEEKS)
    number = 0
    for week in range(WEEKS):
        for _visit in range(4 + (week > 13) * week % 2):
            key = rng.choices(keys, weights)[0]
            day = get_work_day(first + timedelta(weeks=week, days=rng.randrange(7)))
            if day >= flow.today - timedelta(days=LAST_DAYS):
                continue
            number += 1
            _plan_visit(flow, rng, key, day, number)
    for key, days in UNPAID:
        _plan_unpaid(flow, key, flow.today - timedelta(days=days))


def get_work_day(day):
    """Return the day, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _plan_visit(flow, rng, key, day, number):
    kind = rng.choice(flow.book[key].profile.jobs.split())
    visit = local(day, rng.randrange(8, 16), rng.choice([0, 30]))
    booked = day - timedelta(days=rng.randrange(1, 9))
    flow.at(
        booked,
        rng.randrange(8, 17),
        rng.randrange(60),
        book_visit,
        flow,
        key,
        _get_lines(rng, kind),
        visit,
        rng.choice(list(flow.book[key].sites)),
        {
            "worker": rng.choice(["tom", "tom", "priya", "priya", "luis"]),
            "resolution": rng.choice(RESOLUTIONS[kind]),
            "extras": [rng.choice(EXTRAS[kind])] if rng.random() < 0.3 else [],
            "late": rng.randrange(4, 30),
            "ending": number % DECLINED_EVERY == 0 and key in REPLACES_CARDS,
            "pick": number,
        },
    )


def _get_lines(rng, kind):
    if kind == "hour":
        lines = [("hour", rng.choice([1, 1.5, 2, 3]))]
        return lines + [("callout", 1)] if rng.random() < 0.7 else lines
    if kind == "laptop":
        return [("laptop", rng.choice([1, 1, 2, 4]))]
    if kind == "network":
        return [("network", 1), ("cable", rng.randrange(4, 13)), ("wifi", 1)]
    return [("check", 1)]


def book_visit(flow, key, lines, visit, site, story):
    job = flow.book_order(key, lines, visit, site)
    flow.assign(job, story["worker"])
    done = visit + timedelta(hours=max(job.scheduled_duration, 0.5))
    flow.at_moment(done, _finish_visit, flow, key, job, story)


def _finish_visit(flow, key, job, story):
    tokens = flow.book[key].partner.payment_token_ids
    ending = ""
    if story["ending"]:
        turn = story["pick"] // DECLINED_EVERY % len(ENDINGS)
        flow.outbox.decline, ending = ENDINGS[turn]
        tokens[:1].demo_simulated_state = "error"
    moves = flow.complete(job, story["resolution"], story["extras"])
    flow.deliver()
    mode = moves.collection_mode
    if mode == "cod":
        flow.pay(moves, flow.cash)
    elif mode == "net":
        flow.after(30 + story["late"], 11, flow.pay, moves, flow.bank)
    elif key == "freight":
        flow.after(4, 6, flow.settle, moves)
    elif ending:
        _go_on(flow, key, moves, ending, story["pick"])


def _go_on(flow, key, moves, ending, pick):
    """Schedule what follows a decline; the retry plan does the rest."""
    declined = moves.collection_attempt_ids.sorted("id")[:1]
    if ending == "new":
        card = NEW_CARDS[pick % len(NEW_CARDS)]
        flow.after(1 + pick % 5, 19, flow.add_card, key, card)
        return
    flow.book[key].partner.payment_token_ids.demo_simulated_state = "done"
    if ending == "confirm":
        flow.after(pick % 2, 20, flow.confirm, declined)
    elif ending == "credit":
        flow.after(20 + pick % 9, 15, flow.credit, moves)
        card = NEW_CARDS[pick % len(NEW_CARDS)]
        flow.after(21 + pick % 9, 10, flow.add_card, key, card)
    elif ending == "transfer":
        flow.after(5 + pick % 6, 11, flow.pay, moves, flow.bank)


def _plan_unpaid(flow, key, day):
    """Schedule work that isn't paid for; the print shop is put on hold for it."""
    visit = local(get_work_day(day), 10)
    story = {
        "worker": "luis",
        "resolution": "Moved the plotter server to a new machine; tested all queues.",
        "extras": [],
        "late": 365,
        "ending": False,
        "pick": 0,
    }
    booked = day - timedelta(days=4)
    lines = [("hour", 3), ("callout", 1)]
    flow.at(
        booked,
        9,
        12,
        book_visit,
        flow,
        key,
        lines,
        visit,
        "",
        story,
    )
