# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rendering of an object: the API version and expanded fields."""

import copy

from .errors import invalid

# Up to this version, intents list their charges; later versions have the latest one.
# https://docs.stripe.com/upgrades#2022-11-15
LAST_WITH_CHARGES = "2022-08-01"
EXPANDABLE = (
    "balance_transaction",
    "charge",
    "charges",
    "customer",
    "data",
    "latest_charge",
    "mandate",
    "payment_intent",
    "payment_method",
    "refunds",
    "source",
)
HIDDEN = {"balance_transaction": ("payout",)}


def check_expand(paths):
    """:raise ApiError: 400, before anything is executed"""
    for path in paths:
        if not set(path.split(".")) <= set(EXPANDABLE):
            raise _not_expandable(path)


def _not_expandable(path):
    return invalid(f"This property cannot be expanded ({path}).", "expand")


def render(account, item, version, expand=()):
    """Return a copy of the object in this version's format.

    :raise ApiError: 400 if something cannot be expanded
    """
    shown = _render(account, item, version)
    for path in expand:
        _expand(account, shown, path.split("."), version, path)
    return shown


def _render(account, item, version):
    shown = copy.deepcopy(item)
    kind = shown.get("object")
    for field in HIDDEN.get(kind, ()):
        shown.pop(field, None)
    if version <= LAST_WITH_CHARGES:
        if kind == "payment_intent":
            _add_charges(account, shown, version)
        elif kind == "charge":
            _add_refunds(account, shown, version)
    return shown


def _add_charges(account, intent, version):
    del intent["latest_charge"]
    found = account.all("charge", payment_intent=intent["id"])
    shown = [_render(account, charge, version) for charge in found]
    intent["charges"] = make_list(shown, f"/v1/charges?payment_intent={intent['id']}")


def _add_refunds(account, charge, version):
    found = account.all("refund", charge=charge["id"])
    shown = [_render(account, refund, version) for refund in found]
    charge["refunds"] = make_list(shown, f"/v1/charges/{charge['id']}/refunds")
    disputes = account.all("dispute", charge=charge["id"])
    charge["dispute"] = disputes[0]["id"] if disputes else None


def make_list(items, url, has_more=False, **more):
    return {"object": "list", "data": items, "has_more": has_more, "url": url, **more}


def render_error(account, error, version):
    """Return the error's body; its intent is in the version's format."""
    shown = copy.deepcopy(error)
    for field in ("payment_intent", "setup_intent"):
        if field in shown:
            shown[field] = _render(account, error[field], version)
    return {"error": shown}


def _expand(account, node, path, version, whole):
    head, *rest = path
    if isinstance(node, list):
        for one in node:
            _expand(account, one, path, version, whole)
        return
    if not isinstance(node, dict) or (head not in node and head != "refunds"):
        raise _not_expandable(whole)
    if head == "refunds" and head not in node:
        _add_refunds(account, node, version)
    value = node[head]
    if isinstance(value, str):
        found = account.find(value)
        if not found:
            raise _not_expandable(whole)
        node[head] = value = _render(account, found, version)
    if rest and value is not None:
        _expand(account, value, rest, version, whole)
