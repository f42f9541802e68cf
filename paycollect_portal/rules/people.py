# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who of a customer may change what its other contacts may do, and invite more."""

import re
from dataclasses import dataclass
from datetime import timedelta

from .disputes import MISSING, TOO_LONG

PAY = "pay"
LOOK = "look"
ROLES = (PAY, LOOK)

MAX_NAME = 64
INVALID = "invalid"
# The invitation contains the name: it must not carry a link or an address.
_NO_NAME = re.compile(r"[@/\\<>:\x00-\x1f]|www\.|\.[a-z]{2,}", re.ASCII)

# A second click, or a second tab, sends nothing.
REPEATED_WITHIN = timedelta(minutes=5)

# Why a contact can't change another one's access.
OWN = "own"
MAIN = "main"
LAST = "last"


@dataclass(frozen=True)
class Wish:
    """The colleague whom a customer's contact invites."""

    name: str = ""
    email: str = ""
    role: str = ""
    copies: bool = False


def read_wish(name, email, role, copies):
    """Return the :class:`Wish` from what was typed.

    >>> read_wish(" Bob \\n Ray ", " Bob@Acme.example ", "look", "1")
    Wish(name='Bob Ray', email='bob@acme.example', role='look', copies=True)
    >>> read_wish(None, None, None, None)
    Wish(name='', email='', role='', copies=False)
    """
    return Wish(
        name=" ".join((name or "").split()),
        email=(email or "").strip().lower(),
        role=role or "",
        copies=copies == "1",
    )


def find_problems(wish, addresses):
    """Return ``{field: what is wrong with it}``.

    :param addresses: the usable ones in what was typed as the email address

    >>> bob = ["bob@acme.example"]
    >>> find_problems(Wish("Bob Ray", "bob@acme.example", "look"), bob)
    {}
    >>> find_problems(Wish("see evil.example/win", "bob@acme.example", "look"), bob)
    {'name': 'invalid'}
    >>> find_problems(Wish("", "bob@acme.example!", "boss"), bob)
    {'name': 'missing', 'email': 'invalid', 'role': 'missing'}
    """
    problems = {}
    if not wish.name:
        problems["name"] = MISSING
    elif len(wish.name) > MAX_NAME:
        problems["name"] = TOO_LONG
    elif _NO_NAME.search(wish.name):
        problems["name"] = INVALID
    if not wish.email:
        problems["email"] = MISSING
    elif list(addresses) != [wish.email]:
        problems["email"] = INVALID
    if wish.role not in ROLES:
        problems["role"] = MISSING
    return problems


def find_obstacle(actor, person, acting, is_main=False):
    """Return why a contact can't take the right to act from another one, or None.

    :param actor: who wants to
    :param person: whose right it is
    :param acting: all contacts of the customer who log in and may act
    :param is_main: whether it is the customer's own login, not that of a contact

    >>> find_obstacle("ann", "bob", {"ann", "bob"})
    >>> find_obstacle("ann", "ann", {"ann", "bob"})
    'own'
    >>> find_obstacle("ann", "bob", {"bob"})
    'last'
    >>> find_obstacle("ann", "acme", {"ann", "acme"}, is_main=True)
    'main'
    """
    if is_main:
        return MAIN
    if actor == person:
        return OWN
    return None if set(acting) - {person} else LAST
