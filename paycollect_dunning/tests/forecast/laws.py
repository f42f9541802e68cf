# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Ledgers of customers who pay by a known law."""

import random

from ...rules.payment_curve import get_segment, make_book

TODAY = 1000
DAYS = 640
CUSTOMERS = 24
TERMS = (15, 30, 30, 60)


def make_ledger(law, seed, terms=TERMS, customers=CUSTOMERS):
    """Return the book at the end of :data:`TODAY` (day 1,000).

    :param law: function of (random, days to the due date, the customer's own delay):
        days from the issue to the payment, or None for never
    """
    chance, items, matches = random.Random(seed), [], []
    for customer in range(customers):
        term, own = terms[customer % len(terms)], chance.randint(-10, 40)
        day = TODAY - DAYS
        while (day := day + 1 + int(chance.expovariate(1 / 8))) <= TODAY:
            amount = round(chance.lognormvariate(6, 1), 2)
            segment = get_segment(day, day + term)
            items.append((customer, segment, day, day + term, amount))
            took = law(chance, term, own)
            if took is not None and day + max(took, 0) <= TODAY:
                matches.append((len(items) - 1, day + max(int(took), 0), amount, True))
    return make_book(items, matches)


LAWS = {
    "on the due date": lambda _chance, term, _own: term,
    "always as late": lambda _chance, term, own: term + own,
    "about as late": lambda chance, term, own: term + own + chance.randint(-4, 4),
    "any day": lambda chance, _term, _own: chance.expovariate(1 / 30),
    "at once or very late": lambda chance, _term, _own: chance.choice((5, 6, 60, 66)),
    "one in ten never": lambda chance, term, own: (
        None if chance.random() < 0.1 else term + own + chance.randint(-3, 15)
    ),
}
